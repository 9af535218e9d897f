import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useId } from "react";
import { Optional } from "@/components/ui/field";

type TimeRangeProps = {
  legend: string;
  hint: string;
  from: string;
  until: string;
  fault: string | undefined;
  onChange: (from: string, until: string) => void;
};

/** From one time of day until another, which may be of the next day. */
export function TimeRange({ legend, hint, from, until, fault, onChange }: TimeRangeProps) {
  const id = useId();
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">
        {legend}
        <Optional />
      </legend>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <input
          type="time"
          aria-label={t`${legend} from`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          value={from}
          onChange={(event) => onChange(event.target.value, until)}
          className="control w-auto"
        />
        <Trans>until</Trans>
        <input
          type="time"
          aria-label={t`${legend} until`}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault ? id : undefined}
          value={until}
          onChange={(event) => onChange(from, event.target.value)}
          className="control w-auto"
        />
      </div>
      {fault && (
        <p id={id} className="mt-1.5 text-sm text-danger">
          {fault}
        </p>
      )}
      <p className="mt-1.5 text-sm text-muted">{hint}</p>
    </fieldset>
  );
}
