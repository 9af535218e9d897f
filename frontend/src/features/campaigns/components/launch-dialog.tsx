import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";

type LaunchDialogProps = {
  people: number;
  /** What it is going to cost. */
  cost: ReactNode;
  /** When they are written to, in words. */
  when: string;
  open: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onLaunch: () => void;
};

/** Nobody is written to before a person has confirmed it. */
export function LaunchDialog(props: LaunchDialogProps) {
  const { people, cost, when, open, busy, error, onClose, onLaunch } = props;
  return (
    <Dialog
      busy={busy}
      open={open}
      onClose={onClose}
      title={t`Launch to ${plural(people, { one: "# person", other: "# people" })}?`}
      footer={
        <>
          <Button disabled={busy} onClick={onClose}>
            <Trans>Back to the draft</Trans>
          </Button>
          <Button look="primary" busy={busy} onClick={onLaunch}>
            <Trans>Launch</Trans>
          </Button>
        </>
      }
    >
      {cost}
      <p className="text-muted">
        <Trans>
          {when}. The audience is decided once more when it begins, so the number may differ a little by then.
          Messages that have gone out cannot be taken back.
        </Trans>
      </p>
      <FormProblem error={error} />
    </Dialog>
  );
}
