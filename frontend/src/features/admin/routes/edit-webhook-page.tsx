import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate, useParams } from "react-router";
import { Card } from "@/components/ui/card";
import { Notice } from "@/components/ui/notice";
import { OutdatedNotice } from "@/components/ui/outdated-notice";
import { Page } from "@/components/ui/page";
import { RestoredNotice } from "@/components/ui/restored-notice";
import { SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Tagged } from "@/lib/api";
import type { Webhook } from "@/lib/contract";
import { useEdit } from "@/lib/edit";
import { isGone } from "@/lib/problem";
import { useChangeWebhook, useWebhook } from "../api/webhooks";
import { NoWebhook } from "../components/no-webhook";
import { WebhookForm } from "../components/webhook-form";
import { changeOf, editWebhook, rebased, valuesOf } from "../components/webhook-values";

export function Component() {
  const { id = "" } = useParams();
  const webhook = useWebhook(id);
  if (!webhook.data || isGone(webhook.error)) {
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
  const edit = useEdit({ name: editWebhook(id), loaded, reload, valuesOf, rebased });
  const { before, values, etag, fault, setFault } = edit;
  const save = useChangeWebhook(id, edit);
  const navigate = useNavigate();
  const home = `/webhooks/${encodeURIComponent(id)}`;

  function leave() {
    edit.forget();
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

  return (
    <Page title={t`Change webhook`} back={{ to: home, label: url }}>
      <div role="status" className="empty:hidden">
        {edit.restored && <RestoredNotice onDiscard={edit.discard} />}
        {edit.reloaded && <Notice text={t`The newest state is loaded, with your changes on top of it.`} />}
      </div>
      <WebhookForm
        values={values}
        onChange={edit.change}
        submitLabel={t`Save changes`}
        cancelTo={home}
        busy={save.isPending}
        error={fault}
        notice={
          edit.outdated && (
            <OutdatedNotice
              title={t`This webhook has changed since you opened the form`}
              reloading={edit.reloading}
              onReload={() => void edit.reloadAndKeep()}
            >
              <Trans>
                Somebody else has saved something, or it was disabled since it failed. Nothing of yours is
                lost: load what is new below your changes, look it over, and save again.
              </Trans>
            </OutdatedNotice>
          )
        }
        onCancel={edit.forget}
        onSubmit={submit}
      />
    </Page>
  );
}
