import { Measuring } from "@/components/sending/measuring";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import type { WinBy } from "@/lib/contract";
import { minutesInWords } from "./campaign-summary";
import { isTested } from "./campaign-values";
import type { StepProps } from "./step-props";

const WIN_BY: { value: WinBy; label: string }[] = [
  { value: "clicks", label: "Clicks" },
  { value: "conversions", label: "Orders" },
];

/** How it is found out what the campaign brings: orders that count, people held out, and a test of the variants. */
export function MeasuringCard({ values, faults, set }: StepProps) {
  const minutes = Number(values.testMinutes);
  const canTest = values.variants.length > 1;
  return (
    <Card title="Measuring">
      <div className="grid gap-5">
        <Measuring values={values} faults={faults} set={set} />
        <div className="grid gap-3">
          <label className="flex w-fit items-center gap-2.5 text-sm font-medium">
            <input
              type="checkbox"
              checked={isTested(values)}
              disabled={!canTest}
              onChange={(event) => set({ isTested: event.target.checked })}
              className="size-4 accent-accent"
            />
            Test the variants first
          </label>
          <p className="text-sm text-muted">
            {canTest
              ? "A part of the recipients gets them; then the rest gets the one that did best."
              : "With two or more variants, a part of the recipients can get them first, and the rest the best one."}
          </p>
          {faults.test && <p className="text-sm text-danger">{faults.test}</p>}
          {isTested(values) && (
            <div className="grid gap-4 rounded-lg border border-line p-4 sm:grid-cols-2">
              <NumberField
                label="Tested on"
                unit="% of the recipients"
                value={values.testShare}
                error={faults["test.share"]}
                onChange={(testShare) => set({ testShare })}
              />
              <NumberField
                label="The test lasts"
                unit="minutes"
                value={values.testMinutes}
                error={faults["test.minutes"]}
                hint={minutes >= 60 ? `That is ${minutesInWords(minutes)}.` : undefined}
                onChange={(testMinutes) => set({ testMinutes })}
              />
              <div className="sm:col-span-2">
                <p className="mb-1.5 text-sm font-medium">The best one has the most</p>
                <Segmented
                  label="The best one has the most"
                  value={values.testBy}
                  choices={WIN_BY}
                  onChange={(testBy) => set({ testBy })}
                />
                {faults["test.by"] && <p className="mt-1.5 text-sm text-danger">{faults["test.by"]}</p>}
              </div>
            </div>
          )}
        </div>
      </div>
    </Card>
  );
}
