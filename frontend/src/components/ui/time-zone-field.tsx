import { t } from "@lingui/core/macro";
import { memo, useId, useState } from "react";
import { localTimeIn, timeZones } from "@/lib/time-zones";
import { Field } from "./field";

type TimeZoneFieldProps = {
  label: string;
  /** Until there is a zone whose time can be told. */
  hint: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
};

/** An IANA name; the time there tells whether it is the one that is meant. */
export function TimeZoneField({ label, hint, value, error, onChange }: TimeZoneFieldProps) {
  const names = useId();
  const [entered, setEntered] = useState(false);
  const now = localTimeIn(value.trim());
  return (
    <Field label={label} optional error={error} hint={now ? t`It is ${now} there now.` : hint}>
      {(control) => (
        <>
          <input
            {...control}
            list={names}
            value={value}
            maxLength={100}
            onFocus={() => setEntered(true)}
            autoComplete="off"
            onChange={(event) => onChange(event.target.value)}
            className="control"
          />
          {/* Hundreds of names, so only for who is about to choose one. */}
          {entered && <TimeZoneNames id={names} />}
        </>
      )}
    </Field>
  );
}

const TimeZoneNames = memo(function TimeZoneNames({ id }: { id: string }) {
  return (
    <datalist id={id}>
      {timeZones().map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
});
