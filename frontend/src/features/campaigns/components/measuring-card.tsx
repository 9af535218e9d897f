import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Measuring } from "@/components/sending/measuring";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import type { WinBy } from "@/lib/contract";
import { minutesInWords } from "./campaign-summary";
import { isTested } from "./campaign-values";
import type { StepProps } from "./step-props";

const winBy = (): { value: WinBy; label: string }[] => [
  { value: "clicks", label: t`Clicks` },
  { value: "conversions", label: t`Orders` },
];

/** How it is found out what the campaign brings: orders that count, people held out, and a test of the variants. */
export function MeasuringCard({ values, faults, set }: StepProps) {
  const minutes = Number(values.testMinutes);
  const duration = minutesInWords(minutes);
  const canTest = values.variants.length > 1;
  return (
    <Card title={t`Measuring`}>
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
            <Trans>Test the variants first</Trans>
          </label>
          <p className="text-sm text-muted">
            {canTest
              ? t`A part of the recipients gets them; then the rest gets the one that did best.`
              : t`With two or more variants, a part of the recipients can get them first, and the rest the best one.`}
          </p>
          {faults.test && <p className="text-sm text-danger">{faults.test}</p>}
          {isTested(values) && (
            <div className="grid gap-4 rounded-lg border border-line p-4 sm:grid-cols-2">
              <NumberField
                label={t`Tested on`}
                unit={t`% of the recipients`}
                value={values.testShare}
                error={faults["test.share"]}
                onChange={(testShare) => set({ testShare })}
              />
              <NumberField
                label={t`The test lasts`}
                unit={t`minutes`}
                value={values.testMinutes}
                error={faults["test.minutes"]}
                hint={minutes >= 60 ? t`That is ${duration}.` : undefined}
                onChange={(testMinutes) => set({ testMinutes })}
              />
              <div className="sm:col-span-2">
                <p className="mb-1.5 text-sm font-medium">
                  <Trans>The best one has the most</Trans>
                </p>
                <Segmented
                  label={t`The best one has the most`}
                  value={values.testBy}
                  choices={winBy()}
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
