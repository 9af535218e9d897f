import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Pencil, Power, PowerOff, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { type Fact, Facts } from "@/components/ui/facts";
import { Page } from "@/components/ui/page";
import { FormProblem, SkeletonRows } from "@/components/ui/states";
import { toast } from "@/components/ui/toasts";
import type { Webhook } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { isGone, isOutdated } from "@/lib/problem";
import { useInAddress } from "@/lib/use-in-address";
import { useChangeWebhook, useTestWebhook, useWebhook } from "../api/webhooks";
import { DeleteWebhookDialog } from "../components/delete-webhook-dialog";
import { DeliveriesCard } from "../components/deliveries-card";
import { DisableDialog } from "../components/disable-dialog";
import { NoWebhook } from "../components/no-webhook";
import { explainedOfWebhook } from "../components/outdated-webhook";
import { SecretCard } from "../components/secret-card";
import { VerifySample } from "../components/verify-sample";
import { stateInWords, WebhookBadge } from "../components/webhook-state";

const back = () => ({ to: "/webhooks", label: t`Webhooks` });

export function Component() {
  const { id = "" } = useParams();
  const webhook = useWebhook(id);
  if (!webhook.data || isGone(webhook.error)) {
    return (
      <Page title={t`Webhook`} back={back()}>
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
  const { data, etag } = webhook.data;
  return <Loaded key={id} webhook={data} etag={etag} reload={webhook.refetch} />;
}

type LoadedProps = { webhook: Webhook; etag: string | null; reload: () => Promise<unknown> };

/** What a webhook is and how it stands, its secret, and what was sent to it. */
function Loaded({ webhook, etag, reload }: LoadedProps) {
  const [asking, setAsking] = useState<"disable" | "delete" | null>(null);
  const change = useChangeWebhook(webhook.id);
  const test = useTestWebhook(webhook.id);
  const [, narrow] = useInAddress({ outcome: { or: "" } });
  const isEnabled = webhook.state === "enabled";
  const id = encodeURIComponent(webhook.id);
  const onError = (error: unknown) => isOutdated(error) && void reload();

  function switchTo(enabled: boolean) {
    change.mutate(
      { change: { enabled }, etag },
      {
        onError,
        onSuccess(changed) {
          setAsking(null);
          const undo = () =>
            change.mutate(
              { change: { enabled: !enabled }, etag: changed.etag },
              { onError: () => toast(t`It could not be taken back: look at its state`) },
            );
          toast(enabled ? t`The webhook is enabled` : t`The webhook is disabled`, { undo });
        },
      },
    );
  }

  function close() {
    change.reset();
    setAsking(null);
  }

  return (
    <Page
      title={nameOf(webhook)}
      aside={<WebhookBadge webhook={webhook} />}
      back={back()}
      description={webhook.description}
      actions={
        <>
          <Button look="danger" icon={<Trash2 aria-hidden />} onClick={() => setAsking("delete")}>
            <Trans>Delete</Trans>
          </Button>
          {isEnabled ? (
            <Button icon={<PowerOff aria-hidden />} onClick={() => setAsking("disable")}>
              <Trans>Disable</Trans>
            </Button>
          ) : (
            <Button icon={<Power aria-hidden />} busy={change.isPending} onClick={() => switchTo(true)}>
              <Trans>Enable</Trans>
            </Button>
          )}
          <ButtonLink to={`/webhooks/${id}/edit`} icon={<Pencil aria-hidden />}>
            <Trans>Change</Trans>
          </ButtonLink>
          <Button
            look="primary"
            icon={<Send aria-hidden />}
            busy={test.isPending}
            disabled={!isEnabled}
            // All is shown then, so that it is seen to arrive.
            onClick={() => test.mutate(undefined, { onSuccess: () => narrow({ outcome: "" }) })}
          >
            <Trans>Send a test</Trans>
          </Button>
        </>
      }
    >
      {asking === null && <FormProblem error={explainedOfWebhook(change.error)} />}
      <FormProblem error={test.error} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Card title={t`Webhook`}>
          <div className="grid gap-4">
            <p role="status">{stateInWords(webhook)}</p>
            <Facts facts={factsOf(webhook)} />
          </div>
        </Card>
        <SecretCard webhook={webhook} etag={etag} reload={reload} />
      </div>
      <DeliveriesCard webhook={webhook} expected={test.data?.id} />
      <Card>
        <details>
          <summary className="w-fit cursor-pointer rounded font-semibold">
            <Trans>How to verify a signature</Trans>
          </summary>
          <div className="mt-3">
            <VerifySample />
          </div>
        </details>
      </Card>
      <DisableDialog
        open={asking === "disable"}
        busy={change.isPending}
        error={explainedOfWebhook(change.error)}
        onConfirm={() => switchTo(false)}
        onClose={close}
      />
      <DeleteWebhookDialog
        webhook={webhook}
        etag={etag}
        reload={reload}
        open={asking === "delete"}
        onClose={close}
      />
    </Page>
  );
}

function factsOf({ url, types, createdAt, updatedAt }: Webhook): Fact[] {
  return [
    { label: t`Address`, value: <span className="font-mono text-xs">{url}</span> },
    { label: t`Is sent`, value: types ? <Types types={types} /> : t`All events` },
    { label: t`Created`, value: formatDateTime(createdAt) },
    { label: t`Last change`, value: formatDateTime(updatedAt) },
  ];
}

function Types({ types }: { types: readonly string[] }) {
  return (
    <ul className="font-mono text-xs leading-5">
      {types.map((type) => (
        <li key={type}>{type}</li>
      ))}
    </ul>
  );
}

/** Where it leads, without what may be a token in its query. */
function nameOf({ url }: Webhook): string {
  const end = url.indexOf("?");
  return (end < 0 ? url : url.slice(0, end)).replace(/^https?:\/\//, "").replace(/\/$/, "");
}
