import { NumberField } from "@/components/ui/number-field";
import type { SendingProps } from "./sending-props";

/** How it is found out what a campaign brings: orders that count, and people held out. */
export function Measuring({ values, faults, set }: SendingProps) {
  return (
    <>
      <NumberField
        label="Orders count for"
        unit="days"
        value={values.attributionDays}
        error={faults.attributionDays}
        hint="After the message, and if they are not cancelled. Without a number, 7 days."
        onChange={(attributionDays) => set({ attributionDays })}
      />
      <NumberField
        label="Held out"
        optional
        unit="% of the audience"
        value={values.holdout}
        error={faults.holdout}
        hint="They get nothing, so that the results can say what the campaign has changed. At most 50 %."
        onChange={(holdout) => set({ holdout })}
      />
    </>
  );
}
