import { t } from "@lingui/core/macro";
import { CalendarClock, Clock, Send } from "lucide-react";
import type { ReactNode } from "react";
import { SendingHours } from "@/components/sending/sending-hours";
import { SendingLimits } from "@/components/sending/sending-limits";
import { Card } from "@/components/ui/card";
import { Choices, Field } from "@/components/ui/field";
import { type CampaignValues, usesClocks } from "./campaign-values";
import { MeasuringCard } from "./measuring-card";
import type { StepProps } from "./step-props";

const moments = (): { value: CampaignValues["when"]; label: string; hint: string; icon: ReactNode }[] => [
  { value: "now", label: t`Right away`, hint: t`At the launch`, icon: <Send aria-hidden /> },
  { value: "moment", label: t`At a moment`, hint: t`For all at once`, icon: <CalendarClock aria-hidden /> },
  {
    value: "local",
    label: t`By each one’s clock`,
    hint: t`Nine is nine for all`,
    icon: <Clock aria-hidden />,
  },
];

/** When messages go out, how fast and how often, and how it is found out what they bring. */
export function ScheduleStep(props: StepProps) {
  const { values, faults, set } = props;
  return (
    <>
      <Card title={t`When`}>
        <div className="grid gap-5">
          <Choices
            legend={t`The first message goes out`}
            name="when"
            value={values.when}
            choices={moments()}
            onChange={(when) => set({ when })}
          />
          {values.when === "moment" && (
            <DateTime
              label={t`Day and time`}
              hint={t`By your own clock.`}
              value={values.scheduledAt}
              error={faults.scheduledAt}
              onChange={(scheduledAt) => set({ scheduledAt })}
            />
          )}
          {values.when === "local" && (
            <DateTime
              label={t`Day and time`}
              hint={t`By the clock of each recipient, so it takes about a day until it has been that time everywhere.`}
              value={values.localTime}
              error={faults.localTime}
              onChange={(localTime) => set({ localTime })}
            />
          )}
          <SendingHours values={values} faults={faults} set={set} zoned={usesClocks(values)} />
        </div>
      </Card>
      <Card title={t`Limits`}>
        <SendingLimits values={values} faults={faults} set={set} />
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
