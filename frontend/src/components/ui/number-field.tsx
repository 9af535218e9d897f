import type { ReactNode } from "react";
import { Field } from "@/components/ui/field";

type NumberFieldProps = {
  label: string;
  optional?: boolean;
  /** Stands behind the number. */
  unit?: string;
  value: string;
  error: string | undefined;
  hint?: ReactNode;
  onChange: (value: string) => void;
};

/** A number as it is typed: whether it is one is said by the form's faults. */
export function NumberField({ unit, value, onChange, ...field }: NumberFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <span className="flex items-center gap-2 text-sm text-muted">
          <input
            {...control}
            inputMode="decimal"
            autoComplete="off"
            value={value}
            maxLength={9}
            onChange={(event) => onChange(event.target.value)}
            className="control max-w-28 tabular-nums"
          />
          {unit}
        </span>
      )}
    </Field>
  );
}
