import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CircleHelp, Inbox } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, Message } from "@/lib/contract";
import { formatDateTime, formatNumber } from "@/lib/format";
import { isOver, useMessages } from "../api/campaigns";
import { reasonInWords, STATUSES, type Status, statusName } from "./message-words";
import { WhyDialog } from "./why-dialog";

/** What happened, person by person, and why. */
export function MessageLog({ campaign }: { campaign: Campaign }) {
  const list = useMessages(campaign);
  const [status, setStatus] = useState<Status | "">("");
  const [about, setAbout] = useState<string | null>(null);
  const columns = columnsOf(campaign, setAbout);
  return (
    <Card
      title={t`Log`}
      flush
      actions={
        <div className="flex flex-wrap gap-2">
          <select
            aria-label={t`Status`}
            value={status}
            onChange={(event) => setStatus(event.target.value as Status | "")}
            className="control w-auto"
          >
            <option value="">
              <Trans>Every status</Trans>
            </option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {statusName(one)}
              </option>
            ))}
          </select>
          <Button icon={<CircleHelp aria-hidden />} onClick={() => setAbout("")}>
            <Trans>Ask about somebody</Trans>
          </Button>
        </div>
      }
    >
      <ListView
        list={list}
        noun={(count) => plural(count, { one: "# message", other: "# messages" })}
        // Looking for a rare status would otherwise read the whole log by itself.
        onDemand={status !== ""}
        empty={
          <Empty icon={<Inbox />} title={isOver(campaign) ? t`Nobody was written to` : t`Nothing sent yet`}>
            <Trans>Each recipient is listed here with what happened.</Trans>
          </Empty>
        }
      >
        {(items) => {
          const shown = status === "" ? items : items.filter((message) => message.status === status);
          return (
            <>
              {status !== "" && (
                <p role="status" className="px-5 py-3 text-sm text-muted">
                  {amongInWords(status, shown.length, items.length)}
                </p>
              )}
              {shown.length > 0 && (
                <Table
                  caption={t`Messages`}
                  columns={columns}
                  rows={shown}
                  rowKey={(message) => message.id ?? message.email}
                />
              )}
            </>
          );
        }}
      </ListView>
      <WhyDialog campaignId={campaign.id} about={about} onClose={() => setAbout(null)} />
    </Card>
  );
}

function columnsOf(campaign: Campaign, ask: (email: string) => void): Column<Message>[] {
  const variant: Column<Message> = {
    header: t`Variant`,
    from: "lg",
    cell: (message) => (message.variant === undefined ? "–" : message.variant + 1),
  };
  return [
    {
      header: t`Recipient`,
      main: true,
      cell: (message) => (
        <>
          <p className="font-medium">
            {message.customerId ? (
              <Link
                to={`/customers/${encodeURIComponent(message.customerId)}`}
                className="block truncate leading-6 hover:underline"
              >
                {message.email}
              </Link>
            ) : (
              message.email
            )}
          </p>
          <Text message={message} />
        </>
      ),
    },
    {
      header: t`Status`,
      cell: (message) => (
        <>
          <StatusBadge status={message.status} />
          {(message.failedReason || message.skippedReason) && (
            <p className="mt-1 text-sm text-muted">{reasonInWords(message)}</p>
          )}
        </>
      ),
    },
    ...(campaign.variants.length > 1 ? [variant] : []),
    { header: t`Sent`, from: "sm", cell: (message) => <Time at={message.sentAt} /> },
    { header: t`Delivered`, from: "md", cell: (message) => <Time at={message.deliveredAt} /> },
    {
      header: t`Reasons`,
      end: true,
      cell: ({ email }) => (
        <Button look="quiet" aria-label={t`Why ${email}?`} onClick={() => ask(email)}>
          <Trans>Why?</Trans>
        </Button>
      ),
    },
  ];
}

function Text({ message }: { message: Message }) {
  if (!message.body) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded leading-6 text-muted hover:text-ink">
        <Trans>Message</Trans>
      </summary>
      <div className="mt-1 max-w-prose rounded-lg bg-sunken px-3 py-2">
        {message.subject && <p className="font-medium">{message.subject}</p>}
        <p className="whitespace-pre-wrap wrap-anywhere">{message.body}</p>
      </div>
    </details>
  );
}

function Time({ at }: { at: string | undefined }) {
  return <span className="text-sm whitespace-nowrap text-muted">{formatDateTime(at)}</span>;
}

function amongInWords(status: Status, shown: number, loaded: number): string {
  const [count, all, name] = [formatNumber(shown), formatNumber(loaded), statusName(status)];
  return t`${count} ${name} among the ${all} loaded so far.`;
}
