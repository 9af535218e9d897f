import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Optional } from "@/components/ui/field";
import { NumberField } from "@/components/ui/number-field";
import type { SendingProps } from "./sending-props";

/** How fast messages go out, and how many somebody may get. */
export function SendingLimits({ values, faults, set }: SendingProps) {
  return (
    <div className="grid gap-5">
      <NumberField
        label={t`Messages a minute`}
        optional
        value={values.ratePerMinute}
        error={faults.ratePerMinute}
        hint={t`At most; without it, as fast as your provider takes them.`}
        onChange={(ratePerMinute) => set({ ratePerMinute })}
      />
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">
          <Trans>Frequency cap</Trans>
          <Optional />
        </legend>
        <div className="flex flex-wrap items-start gap-3">
          <NumberField
            label={t`Messages`}
            value={values.capMessages}
            error={faults["caps.messages"] ?? faults.caps}
            onChange={(capMessages) => set({ capMessages })}
          />
          <NumberField
            label={t`in days`}
            value={values.capDays}
            error={faults["caps.days"]}
            onChange={(capDays) => set({ capDays })}
          />
        </div>
        <p className="mt-1.5 text-sm text-muted">
          <Trans>Who has had that many messages of all campaigns within that time is left out.</Trans>
        </p>
      </fieldset>
    </div>
  );
}
