import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import type { Webhook } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { isOutdated } from "@/lib/problem";
import { useRotateSecret } from "../api/webhooks";
import { explainedOfWebhook } from "./outdated-webhook";
import { SecretDialog } from "./secret-dialog";

type RotateDialogProps = {
  webhook: Webhook;
  etag: string | null;
  reload: () => Promise<unknown>;
  open: boolean;
  onClose: () => void;
};

/** Asks before a webhook gets another secret, then shows it. */
export function RotateDialog({ webhook, etag, reload, open, onClose }: RotateDialogProps) {
  const rotate = useRotateSecret(webhook.id);

  function submit() {
    const onError = (error: unknown) => isOutdated(error) && void reload();
    rotate.mutate(etag, { onError });
  }

  function close() {
    rotate.reset();
    onClose();
  }

  const until = formatDateTime(webhook.previousSecretUntil);
  const isWaiting = webhook.previousSecretUntil !== undefined;
  return (
    <>
      <Dialog
        busy={rotate.isPending}
        open={open && rotate.data === undefined}
        title={t`Rotate the secret?`}
        onClose={close}
        footer={
          <>
            <Button disabled={rotate.isPending} onClick={close}>
              <Trans>Keep it</Trans>
            </Button>
            {!isWaiting && (
              <Button look="primary" busy={rotate.isPending} onClick={submit}>
                <Trans>Rotate the secret</Trans>
              </Button>
            )}
          </>
        }
      >
        {isWaiting ? (
          <p className="text-muted">
            <Trans>
              It was rotated a short while ago, and the former secret signs too until {until}. Another
              rotation is possible then: before, it would cut off a receiver that only knows the former one.
            </Trans>
          </p>
        ) : (
          <div className="grid gap-3 text-muted">
            <p>
              <Trans>
                You get a new secret, and for 24 hours events carry two signatures: one by the new secret, one
                by the former. Give the receiver the new one within that time, and it refuses nothing.
              </Trans>
            </p>
            <p>
              <Trans>
                This cannot be taken back, and there is no other rotation before the 24 hours are over. If the
                former secret is known to somebody who should not have it, delete this webhook and create
                another.
              </Trans>
            </p>
          </div>
        )}
        <FormProblem error={explainedOfWebhook(rotate.error)} />
      </Dialog>
      <SecretDialog made={rotate.data} onClose={close} />
    </>
  );
}
