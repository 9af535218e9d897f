import { t } from "@lingui/core/macro";
import { NumberField } from "@/components/ui/number-field";
import type { SendingProps } from "./sending-props";

/** How it is found out what a campaign brings: orders that count, and people held out. */
export function Measuring({ values, faults, set }: SendingProps) {
  return (
    <>
      <NumberField
        label={t`Orders count for`}
        unit={t`days`}
        value={values.attributionDays}
        error={faults.attributionDays}
        hint={t`After the message, and if they are not cancelled. Without a number, 7 days.`}
        onChange={(attributionDays) => set({ attributionDays })}
      />
      <NumberField
        label={t`Held out`}
        optional
        unit={t`% of the audience`}
        value={values.holdout}
        error={faults.holdout}
        hint={t`They get nothing, so that the results can say what the campaign has changed. At most 50 %.`}
        onChange={(holdout) => set({ holdout })}
      />
    </>
  );
}
