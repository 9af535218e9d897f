import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Save } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Measuring } from "@/components/sending/measuring";
import { SendingHours } from "@/components/sending/sending-hours";
import { SendingLimits } from "@/components/sending/sending-limits";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FormProblem } from "@/components/ui/states";
import { useGoToFault } from "@/lib/go-to-fault";
import { fieldPath, Problem } from "@/lib/problem";
import { useRefusal } from "@/lib/refusal";
import { onlyFaults, type SendingValues, sendingFaults, sendingOf } from "@/lib/sending";

/** The settings that have a place in the form. */
const SHOWN = ["timeZone", "windows", "quietHours", "ratePerMinute", "caps", "holdout", "attributionDays"];

type SettingsFormProps = {
  values: SendingValues;
  onChange: (values: SendingValues) => void;
  /** Who may not change anything sees it all the same. */
  disabled: boolean;
  /** What of it the server has, in words. */
  state: string;
  busy: boolean;
  /** Why saving failed. */
  error: unknown;
  /** Stands where the fault of a form stands. */
  notice?: ReactNode;
  onSave: () => void;
};

/** What new campaigns begin with. Faults show at their fields once saving has been tried. */
export function SettingsForm(props: SettingsFormProps) {
  const { values, onChange, disabled, state, busy, error, notice, onSave } = props;
  const [tried, setTried] = useState(0);
  const form = useGoToFault(tried, error);
  const own = onlyFaults(sendingFaults(values));
  const refused = useRefusal(error, sendingOf(values));
  const faults = { ...refused, ...(tried > 0 && own) };

  function submit() {
    setTried((n) => n + 1);
    if (Object.keys(own).length === 0) onSave();
  }

  const parts = {
    values,
    faults,
    set: (part: Partial<SendingValues>) => onChange({ ...values, ...part }),
  };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <fieldset disabled={disabled} inert={busy} className="grid gap-5">
        <legend className="sr-only">
          <Trans>What new campaigns begin with</Trans>
        </legend>
        <Card title={t`Hours`}>
          <div className="grid gap-5">
            <SendingHours {...parts} zoned />
          </div>
        </Card>
        <Card title={t`Limits`}>
          <SendingLimits {...parts} />
        </Card>
        <Card title={t`Measuring`}>
          <div className="grid gap-5">
            <Measuring {...parts} />
          </div>
        </Card>
      </fieldset>
      <div className="mt-5 grid gap-5 empty:hidden">
        {notice || <FormProblem error={error} shown={shownFields(error)} />}
        {!disabled && (
          <div className="flex flex-wrap items-center gap-2">
            <p role="status" className="mr-auto text-sm text-muted">
              {state}
            </p>
            <Button type="submit" look="primary" icon={<Save aria-hidden />} busy={busy}>
              <Trans>Save settings</Trans>
            </Button>
          </div>
        )}
      </div>
    </form>
  );
}

/** The faults that stand at a field, in the server's own spelling. */
function shownFields(error: unknown): string[] {
  if (!(error instanceof Problem)) return [];
  const outer = (field: string) => fieldPath(field).split(".")[0] ?? "";
  return error.errors.map(({ field }) => field).filter((field) => SHOWN.includes(outer(field)));
}
