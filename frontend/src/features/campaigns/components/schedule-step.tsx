import { CalendarClock, Clock, Send } from "lucide-react";
import type { ReactNode } from "react";
import { Card } from "@/components/ui/card";
import { Choices, Field } from "@/components/ui/field";
import { TimeZoneField } from "@/components/ui/time-zone-field";
import { type CampaignValues, usesClocks } from "./campaign-values";
import { MeasuringCard } from "./measuring-card";
import { NumberField } from "./number-field";
import type { StepProps } from "./step-props";
import { WindowsInput } from "./windows-input";

const WHEN: { value: CampaignValues["when"]; label: string; hint: string; icon: ReactNode }[] = [
  { value: "now", label: "Right away", hint: "At the launch", icon: <Send aria-hidden /> },
  { value: "moment", label: "At a moment", hint: "For all at once", icon: <CalendarClock aria-hidden /> },
  { value: "local", label: "By each one’s clock", hint: "Nine is nine for all", icon: <Clock aria-hidden /> },
];

/** When messages go out, how fast and how often, and how it is found out what they bring. */
export function ScheduleStep(props: StepProps) {
  const { values, faults, set } = props;
  return (
    <>
      <Card title="When">
        <div className="grid gap-5">
          <Choices
            legend="The first message goes out"
            name="when"
            value={values.when}
            choices={WHEN}
            onChange={(when) => set({ when })}
          />
          {values.when === "moment" && (
            <DateTime
              label="Day and time"
              hint="By your own clock."
              value={values.scheduledAt}
              error={faults.scheduledAt}
              onChange={(scheduledAt) => set({ scheduledAt })}
            />
          )}
          {values.when === "local" && (
            <DateTime
              label="Day and time"
              hint="By the clock of each recipient, so it takes about a day until it has been that time everywhere."
              value={values.localTime}
              error={faults.localTime}
              onChange={(localTime) => set({ localTime })}
            />
          )}
          <WindowsInput windows={values.windows} faults={faults} onChange={(windows) => set({ windows })} />
          <TimeRange
            legend="Quiet hours"
            hint="Nobody is written to then; messages wait. They may pass midnight."
            from={values.quietFrom}
            until={values.quietUntil}
            fault={faults["quietHours.from"] ?? faults["quietHours.until"] ?? faults.quietHours}
            onChange={(quietFrom, quietUntil) => set({ quietFrom, quietUntil })}
          />
          {usesClocks(values) && (
            <div className="max-w-md">
              <TimeZoneField
                label="Time zone of those of whom none is known"
                hint="Such as Asia/Kolkata; UTC if you leave it out."
                value={values.timeZone}
                error={faults.timeZone}
                onChange={(timeZone) => set({ timeZone })}
              />
            </div>
          )}
        </div>
      </Card>
      <Card title="Limits">
        <div className="grid gap-5">
          <NumberField
            label="Messages a minute"
            optional
            value={values.ratePerMinute}
            error={faults.ratePerMinute}
            hint="At most; without it, as fast as your provider takes them."
            onChange={(ratePerMinute) => set({ ratePerMinute })}
          />
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">
              Frequency cap <span className="font-normal text-muted">(optional)</span>
            </legend>
            <div className="flex flex-wrap items-start gap-3">
              <NumberField
                label="Messages"
                value={values.capMessages}
                error={faults["caps.messages"] ?? faults.caps}
                onChange={(capMessages) => set({ capMessages })}
              />
              <NumberField
                label="in days"
                value={values.capDays}
                error={faults["caps.days"]}
                onChange={(capDays) => set({ capDays })}
              />
            </div>
            <p className="mt-1.5 text-sm text-muted">
              Who has had that many messages of all campaigns within that time is left out.
            </p>
          </fieldset>
        </div>
      </Card>
      <MeasuringCard {...props} />
    </>
  );
}

type DateTimeProps = {
  label: string;
  hint: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
};

function DateTime({ label, hint, value, error, onChange }: DateTimeProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <input
          {...control}
          type="datetime-local"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="control max-w-64"
        />
      )}
    </Field>
  );
}

type TimeRangeProps = {
  legend: string;
  hint: string;
  from: string;
  until: string;
  fault: string | undefined;
  onChange: (from: string, until: string) => void;
};

function TimeRange({ legend, hint, from, until, fault, onChange }: TimeRangeProps) {
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">
        {legend} <span className="font-normal text-muted">(optional)</span>
      </legend>
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <input
          type="time"
          aria-label={`${legend} from`}
          aria-invalid={fault ? true : undefined}
          value={from}
          onChange={(event) => onChange(event.target.value, until)}
          className="control w-auto"
        />
        until
        <input
          type="time"
          aria-label={`${legend} until`}
          aria-invalid={fault ? true : undefined}
          value={until}
          onChange={(event) => onChange(from, event.target.value)}
          className="control w-auto"
        />
      </div>
      {fault && <p className="mt-1.5 text-sm text-danger">{fault}</p>}
      <p className="mt-1.5 text-sm text-muted">{hint}</p>
    </fieldset>
  );
}
