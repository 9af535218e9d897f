import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, RowLink, Table } from "@/components/ui/table";
import type { Webhook } from "@/lib/contract";
import { formatDateTime, formatRelative } from "@/lib/format";
import { useWebhooks } from "../api/webhooks";
import { sentInWords } from "../components/event-words";
import { VerifySample } from "../components/verify-sample";
import { shortState, WebhookBadge } from "../components/webhook-state";

/** Where events are sent, and how the receivers fare. */
export function Component() {
  const webhooks = useWebhooks();
  const items = webhooks.data?.items;
  return (
    <Page
      title={t`Webhooks`}
      description={t`Addresses of other systems to which this CRM reports what happens.`}
      actions={
        <ButtonLink to="/webhooks/new" look="primary" icon={<Plus aria-hidden />}>
          <Trans>New webhook</Trans>
        </ButtonLink>
      }
    >
      <Card flush>
        {!items ? (
          webhooks.isError ? (
            <Failure error={webhooks.error} onRetry={() => void webhooks.refetch()} />
          ) : (
            <SkeletonRows rows={3} />
          )
        ) : items.length === 0 ? (
          <Empty icon={<WebhookIcon />} title={t`No webhooks yet`}>
            <Trans>
              A webhook is an address of another system, to which this CRM sends an event as soon as something
              happens: a new customer, an order, a message that was opened. Each event is signed, so that the
              receiver can tell it from what somebody else sends.
            </Trans>
          </Empty>
        ) : (
          <>
            <p role="status" className="px-5 py-3 text-sm text-muted">
              {webhooks.isError ? t`Not reachable: this list is old.` : inWords(items)}
            </p>
            <Table caption={t`Webhooks`} columns={columns()} rows={items} rowKey={({ id }) => id} />
          </>
        )}
      </Card>
      {items?.length === 0 && (
        <Card title={t`How to verify a signature`}>
          <VerifySample />
        </Card>
      )}
    </Page>
  );
}

const columns = (): Column<Webhook>[] => [
  {
    header: t`Address`,
    main: true,
    cell: (webhook) => (
      <>
        <RowLink to={`/webhooks/${webhook.id}`}>{webhook.url}</RowLink>
        {webhook.description && <p className="text-sm text-muted">{webhook.description}</p>}
        <p className="text-sm text-muted @lg:hidden">{sentInWords(webhook)}</p>
        <p className="text-sm text-muted empty:hidden @lg:hidden">{shortState(webhook)}</p>
      </>
    ),
  },
  {
    header: t`Is sent`,
    from: "sm",
    cell: (webhook) => <span className="text-sm text-muted">{sentInWords(webhook)}</span>,
  },
  {
    header: t`State`,
    cell: (webhook) => (
      <div className="grid justify-items-start gap-1">
        <WebhookBadge webhook={webhook} />
        <p className="hidden text-sm text-muted @lg:block">{shortState(webhook)}</p>
      </div>
    ),
  },
  {
    header: t`Last change`,
    from: "md",
    cell: ({ updatedAt }) => (
      <time dateTime={updatedAt} title={formatDateTime(updatedAt)} className="whitespace-nowrap text-muted">
        {formatRelative(updatedAt)}
      </time>
    ),
  },
];

function inWords(webhooks: readonly Webhook[]): string {
  const count = webhooks.length;
  const disabled = webhooks.filter(({ state }) => state === "disabled").length;
  const failing = webhooks.filter(
    ({ state, failingSince }) => state === "enabled" && failingSince !== undefined,
  ).length;
  const all = plural(count, { one: "# webhook", other: "# webhooks" });
  const broken = plural(failing, {
    one: "# does not take what is sent",
    other: "# do not take what is sent",
  });
  const off = plural(disabled, { one: "# is disabled", other: "# are disabled" });
  if (failing > 0 && disabled > 0) return t`${all}; ${broken}, ${off}.`;
  if (failing > 0) return t`${all}; ${broken}.`;
  return disabled > 0 ? t`${all}; ${off}.` : t`${all}.`;
}
