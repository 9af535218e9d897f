import { t } from "@lingui/core/macro";
import { useEffect, useRef } from "react";
import { toast } from "./toasts";

type Rows<T> = { rows: readonly T[]; onChange: (rows: T[]) => void };

/**
 * Takes rows out of a form's list, and offers each for some seconds to be put back where it was, whatever has become of the
 * other rows. In a dialog nothing is offered, which would be below it: `at` is where the list is.
 */
export function useRemoval<T>(rows: readonly T[], keyOf: (row: T) => string, onChange: Rows<T>["onChange"]) {
  // An offer outlives many changes of the form, and sometimes the form.
  const now = useRef<Rows<T> | null>(null);
  useEffect(() => {
    now.current = { rows, onChange };
  });
  useEffect(
    () => () => {
      now.current = null;
    },
    [],
  );

  return (row: T, said: string, at: Element | null) => {
    const before = rows.slice(0, rows.indexOf(row)).map(keyOf);
    onChange(rows.filter((other) => other !== row));
    if (at?.closest("dialog")) return;
    toast(said, {
      undo() {
        if (!now.current) return toast(t`The form is not open any more.`);
        const { rows: others, onChange: change } = now.current;
        if (others.some((other) => keyOf(other) === keyOf(row))) return;
        const after = others.findLastIndex((other) => before.includes(keyOf(other)));
        change(others.toSpliced(after + 1, 0, row));
      },
    });
  };
}
