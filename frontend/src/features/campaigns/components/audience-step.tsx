import { t } from "@lingui/core/macro";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { SegmentField } from "./segment-field";
import type { StepProps } from "./step-props";

/** What the campaign is called, whom it goes to, and what it is for. */
export function AudienceStep({ values, faults, set }: StepProps) {
  return (
    <Card>
      <div className="grid gap-5">
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t`Campaign name`} error={faults.name}>
            {(control) => (
              <input
                {...control}
                value={values.name}
                maxLength={200}
                placeholder={t`e.g. Diwali early access`}
                onChange={(event) => set({ name: event.target.value })}
                className="control"
              />
            )}
          </Field>
          <SegmentField
            value={values.segmentId}
            error={faults.segmentId}
            onChange={(segmentId) => set({ segmentId })}
          />
        </div>
        <Field
          label={t`Objective`}
          optional
          error={faults.objective}
          hint={t`What it is for; kept with the campaign.`}
        >
          {(control) => (
            <input
              {...control}
              value={values.objective}
              maxLength={500}
              onChange={(event) => set({ objective: event.target.value })}
              className="control"
            />
          )}
        </Field>
      </div>
    </Card>
  );
}
