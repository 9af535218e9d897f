import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "react-router";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { FormProblem } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Webhook } from "@/lib/contract";
import { forgetDraft } from "@/lib/draft";
import { isGone, isOutdated } from "@/lib/problem";
import { useDeleteWebhook, useForgetWebhook } from "../api/webhooks";
import { explainedOfWebhook } from "./outdated-webhook";
import { editWebhook } from "./webhook-values";

type DeleteWebhookDialogProps = {
  webhook: Webhook;
  etag: string | null;
  reload: () => Promise<unknown>;
  open: boolean;
  onClose: () => void;
};

/** Asks before a webhook is gone, with its log and its secret. One that has changed meanwhile is shown anew first. */
export function DeleteWebhookDialog({ webhook, etag, reload, open, onClose }: DeleteWebhookDialogProps) {
  const remove = useDeleteWebhook(webhook.id);
  const forget = useForgetWebhook();
  const navigate = useNavigate();

  function submit() {
    const done = async () => {
      forgetDraft(editWebhook(webhook.id));
      toast(t`Webhook deleted`);
      // First away from the page, which would otherwise ask for what is gone.
      await navigate("/webhooks", { replace: true });
      forget(webhook.id);
    };
    // The page may find it gone before the answer is there, and take this away.
    void remove.mutateAsync(etag).then(done, (error) => {
      // Somebody else was faster: what was wanted is so.
      if (isGone(error)) return done();
      if (isOutdated(error)) void reload();
    });
  }

  function close() {
    remove.reset();
    onClose();
  }

  return (
    <Dialog
      busy={remove.isPending}
      open={open}
      title={t`Delete this webhook?`}
      onClose={close}
      footer={
        <>
          <Button disabled={remove.isPending} onClick={close}>
            <Trans>Keep it</Trans>
          </Button>
          <Button look="danger" busy={remove.isPending} onClick={submit}>
            <Trans>Delete webhook</Trans>
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-muted">
        <p className="font-mono text-sm wrap-anywhere text-ink">{webhook.url}</p>
        <p>
          <Trans>
            Nothing is sent there any more, also not what is on its way. Its secret and the log of its
            deliveries are gone with it. Only the audit log still tells that it was there.
          </Trans>
        </p>
        <p>
          <Trans>
            This cannot be undone: one to the same address would have another secret. To stop for a while,
            disable it.
          </Trans>
        </p>
      </div>
      <FormProblem error={explainedOfWebhook(remove.error)} />
    </Dialog>
  );
}
