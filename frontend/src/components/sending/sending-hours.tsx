import { t } from "@lingui/core/macro";
import { TimeZoneField } from "@/components/ui/time-zone-field";
import type { SendingProps } from "./sending-props";
import { TimeRange } from "./time-range";
import { WindowsInput } from "./windows-input";

/** The hours in which messages go out; the zone of those of whom none is known, where one is needed. */
export function SendingHours({ values, faults, set, zoned }: SendingProps & { zoned: boolean }) {
  return (
    <>
      <WindowsInput windows={values.windows} faults={faults} onChange={(windows) => set({ windows })} />
      <TimeRange
        legend={t`Quiet hours`}
        hint={t`Nobody is written to then; messages wait. They may pass midnight.`}
        from={values.quietFrom}
        until={values.quietUntil}
        fault={faults["quietHours.from"] ?? faults["quietHours.until"] ?? faults.quietHours}
        onChange={(quietFrom, quietUntil) => set({ quietFrom, quietUntil })}
      />
      {zoned && (
        <div className="max-w-md">
          <TimeZoneField
            label={t`Time zone of those of whom none is known`}
            hint={t`Such as Asia/Kolkata; UTC if you leave it out.`}
            value={values.timeZone}
            error={faults.timeZone}
            onChange={(timeZone) => set({ timeZone })}
          />
        </div>
      )}
    </>
  );
}
