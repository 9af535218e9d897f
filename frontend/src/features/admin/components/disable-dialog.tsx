import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";

type DisableDialogProps = {
  open: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks before nothing is sent any more. */
export function DisableDialog({ open, busy, error, onConfirm, onClose }: DisableDialogProps) {
  return (
    <Dialog
      busy={busy}
      open={open}
      title={t`Disable this webhook?`}
      onClose={onClose}
      footer={
        <>
          <Button disabled={busy} onClick={onClose}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            <Trans>Disable</Trans>
          </Button>
        </>
      }
    >
      <p className="text-muted">
        <Trans>
          Nothing is sent until it is enabled again, and what happens meanwhile is not sent later. Deliveries
          that wait for another attempt are dropped; you can resend those by hand within 30 days, once it is
          enabled again.
        </Trans>
      </p>
      <FormProblem error={error} />
    </Dialog>
  );
}
