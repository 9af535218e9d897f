/** A form over a record that others may change meanwhile: what is saved rests on what the form began from. */
import { useEffect, useRef, useState } from "react";
import type { Tagged } from "./api";
import { useDraft } from "./draft";
import { isOutdated } from "./problem";

/** What the form began from, what it has become, and the tag of what it began from. */
type Begun<Values> = { before: Values; values: Values; etag: string | null };

export type EditOptions<Row, Values> = {
  /** Of its draft; includes the version of the shape of `Values`. */
  name: string;
  /** The record as loaded on arrival: a refresh in the background changes neither the form nor the tag that guards it. */
  loaded: Tagged<Row>;
  /** Asks for the record as it is now. */
  reload: () => Promise<Tagged<Row>>;
  valuesOf: (row: Row) => Values;
  /** Puts what has been changed since `before` on top of `fresh`. */
  rebased: (before: Values, values: Values, fresh: Values) => Values;
};

export function useEdit<Row, Values>({ name, loaded, reload, valuesOf, rebased }: EditOptions<Row, Values>) {
  const draft = useDraft<Begun<Values>>(name, () => begun(loaded, valuesOf));
  const { before, values, etag } = draft.value;
  // As it is by then, for what takes a while.
  const now = useRef(draft.value);
  useEffect(() => {
    now.current = draft.value;
  });
  const [restored, setRestored] = useState(draft.restored);
  const [reloaded, setReloaded] = useState(false);
  const [reloading, setReloading] = useState(false);
  const [fault, setFault] = useState<unknown>(null);

  /** Nothing is left to save of what the server has by now. */
  function accept(row: Tagged<Row>) {
    draft.change(begun(row, valuesOf));
    draft.forget();
    setRestored(false);
  }

  async function reloadAndKeep() {
    setReloading(true);
    try {
      const fresh = begun(await reload(), valuesOf);
      const { before, values } = now.current;
      draft.change({ ...fresh, values: rebased(before, values, fresh.values) });
      setReloaded(true);
      setFault(null);
    } catch (failure) {
      setFault(failure);
    }
    setReloading(false);
  }

  return {
    before,
    values,
    etag,
    change: (next: Values) => draft.change({ ...draft.value, values: next }),
    accept,
    /** Takes what was typed out of the tab's storage. */
    forget: draft.forget,
    /** Whether what stands in the form is from a former visit. */
    restored,
    discard: () => accept(loaded),
    /** Why it was not saved. */
    fault,
    setFault,
    /** Whether it was not saved since the record has changed meanwhile. */
    outdated: isOutdated(fault),
    reloading,
    reloaded,
    reloadAndKeep,
  };
}

function begun<Row, Values>({ data, etag }: Tagged<Row>, valuesOf: (row: Row) => Values): Begun<Values> {
  const values = valuesOf(data);
  return { before: values, values, etag };
}
