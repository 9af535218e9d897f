import { t } from "@lingui/core/macro";
import { useState } from "react";
import { useNavigate } from "react-router";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { useDraft } from "@/lib/draft";
import { useCreateWebhook } from "../api/webhooks";
import { SecretDialog } from "../components/secret-dialog";
import { WebhookForm } from "../components/webhook-form";
import { EMPTY, NEW_WEBHOOK, requestOf } from "../components/webhook-values";

/** Has events sent somewhere; then shows the secret, and goes to the webhook. */
export function Component() {
  const draft = useDraft(NEW_WEBHOOK, () => EMPTY);
  const [restored, setRestored] = useState(draft.restored);
  const create = useCreateWebhook(draft);
  const navigate = useNavigate();
  const made = create.data;

  function discard() {
    draft.change(EMPTY);
    draft.forget();
    setRestored(false);
  }

  return (
    <Page
      title={t`New webhook`}
      description={t`You get its secret as it is created. It is told of what happens from a few seconds later on.`}
      back={{ to: "/webhooks", label: t`Webhooks` }}
    >
      <div role="status" className="empty:hidden">
        {restored && <RestoredNotice onDiscard={discard} />}
      </div>
      <WebhookForm
        values={draft.value}
        onChange={draft.change}
        submitLabel={t`Create webhook`}
        cancelTo="/webhooks"
        busy={create.isPending || made !== undefined}
        error={create.error}
        onCancel={draft.forget}
        onSubmit={() => create.mutate(requestOf(draft.value))}
      />
      <SecretDialog
        made={made}
        onClose={() => made && navigate(`/webhooks/${encodeURIComponent(made.id)}`)}
      />
    </Page>
  );
}
