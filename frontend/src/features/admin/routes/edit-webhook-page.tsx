import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Webhook } from "@/lib/contract";
import { useDraft } from "@/lib/draft";
import { useChangeWebhook, useWebhook } from "../api/webhooks";
import { NoWebhook } from "../components/no-webhook";
import { isOutdated } from "../components/outdated-webhook";
import { WebhookForm } from "../components/webhook-form";
import { changeOf, editWebhook, rebased, valuesOf, type WebhookValues } from "../components/webhook-values";

/** What the form began from, what it has become, and the tag of what it began from. */
type Draft = { before: WebhookValues; values: WebhookValues; etag: string | null };

export function Component() {
  const { id = "" } = useParams();
  const webhook = useWebhook(id);
  if (!webhook.data) {
    return (
      <Page title={t`Change webhook`} back={{ to: "/webhooks", label: t`Webhooks` }}>
        <Card flush>
          {webhook.isError ? (
            <NoWebhook error={webhook.error} onRetry={() => void webhook.refetch()} />
          ) : (
            <SkeletonRows />
          )}
        </Card>
      </Page>
    );
  }
  const reload = async () => (await webhook.refetch({ throwOnError: true })).data as Tagged<Webhook>;
  return <Edit key={id} loaded={webhook.data} reload={reload} />;
}

type EditProps = { loaded: Tagged<Webhook>; reload: () => Promise<Tagged<Webhook>> };

function Edit({ loaded, reload }: EditProps) {
  const { id, url } = loaded.data;
  // As loaded on arrival: a refresh in the background must change neither the form nor the tag that guards it.
  const draft = useDraft<Draft>(editWebhook(id), () => begun(loaded));
  const { before, values, etag } = draft.value;
  const [restored, setRestored] = useState(draft.restored);
  const [reloaded, setReloaded] = useState(false);
  const [reloading, setReloading] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const save = useChangeWebhook(id);
  const navigate = useNavigate();
  const home = `/webhooks/${encodeURIComponent(id)}`;

  function leave() {
    draft.forget();
    navigate(home);
  }

  function submit() {
    const change = changeOf(before, values);
    setFault(null);
    if (Object.keys(change).length === 0) return leave();
    const onSuccess = () => {
      toast(t`Webhook saved`);
      leave();
    };
    save.mutate({ change, etag }, { onSuccess, onError: setFault });
  }

  async function reloadAndKeep() {
    setReloading(true);
    try {
      const fresh = begun(await reload());
      draft.change({ ...fresh, values: rebased(before, values, fresh.values) });
      setReloaded(true);
      setFault(null);
    } catch (failure) {
      setFault(failure);
    }
    setReloading(false);
  }

  return (
    <Page title={t`Change webhook`} back={{ to: home, label: url }}>
      <div role="status" className="empty:hidden">
        {restored && (
          <RestoredNotice
            onDiscard={() => {
              draft.change(begun(loaded));
              draft.forget();
              setRestored(false);
            }}
          />
        )}
        {reloaded && <Notice text={t`The newest state is loaded, with your changes on top of it.`} />}
      </div>
      <WebhookForm
        values={values}
        onChange={(next) => draft.change({ ...draft.value, values: next })}
        submitLabel={t`Save changes`}
        cancelTo={home}
        busy={save.isPending}
        error={fault}
        notice={
          isOutdated(fault) && (
            <div role="alert" className="grid gap-3 rounded-lg bg-warn-soft px-4 py-3 text-sm">
              <div>
                <p className="font-medium text-warn">
                  <Trans>This webhook has changed since you opened the form</Trans>
                </p>
                <p>
                  <Trans>
                    Somebody else has saved something, or it was disabled since it failed. Nothing of yours is
                    lost: load what is new below your changes, look it over, and save again.
                  </Trans>
                </p>
              </div>
              <div>
                <Button busy={reloading} onClick={() => void reloadAndKeep()}>
                  <Trans>Reload and keep my changes</Trans>
                </Button>
              </div>
            </div>
          )
        }
        onCancel={draft.forget}
        onSubmit={submit}
      />
    </Page>
  );
}

function begun({ data, etag }: Tagged<Webhook>): Draft {
  const values = valuesOf(data);
  return { before: values, values, etag };
}
