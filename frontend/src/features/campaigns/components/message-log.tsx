import { plural } from "@lingui/core/macro";
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
import { WhyDialog } from "./why-dialog";

const STATUSES = [
  "queued",
  "sent",
  "delivered",
  "opened",
  "clicked",
  "converted",
  "bounced",
  "complained",
  "unsubscribed",
  "failed",
  "skipped",
  "unknown",
];

/** What happened, person by person, and why. */
export function MessageLog({ campaign }: { campaign: Campaign }) {
  const list = useMessages(campaign);
  const [status, setStatus] = useState("");
  const [about, setAbout] = useState<string | null>(null);
  const columns = columnsOf(campaign, setAbout);
  return (
    <Card
      title="Log"
      flush
      actions={
        <div className="flex flex-wrap gap-2">
          <select
            aria-label="Status"
            value={status}
            onChange={(event) => setStatus(event.target.value)}
            className="control w-auto"
          >
            <option value="">Every status</option>
            {STATUSES.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <Button icon={<CircleHelp aria-hidden />} onClick={() => setAbout("")}>
            Ask about somebody
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
          <Empty icon={<Inbox />} title={isOver(campaign) ? "Nobody was written to" : "Nothing sent yet"}>
            Each recipient is listed here with what happened.
          </Empty>
        }
      >
        {(items) => {
          const shown = status === "" ? items : items.filter((message) => message.status === status);
          return (
            <>
              {status !== "" && (
                <p role="status" className="px-5 py-3 text-sm text-muted">
                  {formatNumber(shown.length)} {status} among the {formatNumber(items.length)} loaded so far.
                </p>
              )}
              {shown.length > 0 && (
                <Table
                  caption="Messages"
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
    header: "Variant",
    from: "lg",
    cell: (message) => (message.variant === undefined ? "–" : message.variant + 1),
  };
  return [
    {
      header: "Recipient",
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
      header: "Status",
      cell: (message) => (
        <>
          <StatusBadge status={message.status} />
          {(message.failedReason || message.skippedReason) && (
            <p className="mt-1 text-sm text-muted">
              {inWords(message.failedReason ?? message.skippedReason)}
            </p>
          )}
        </>
      ),
    },
    ...(campaign.variants.length > 1 ? [variant] : []),
    { header: "Sent", from: "sm", cell: (message) => <Time at={message.sentAt} /> },
    { header: "Delivered", from: "md", cell: (message) => <Time at={message.deliveredAt} /> },
    {
      header: "Reasons",
      end: true,
      cell: (message) => (
        <Button look="quiet" aria-label={`Why ${message.email}?`} onClick={() => ask(message.email)}>
          Why?
        </Button>
      ),
    },
  ];
}

function Text({ message }: { message: Message }) {
  if (!message.body) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded leading-6 text-muted hover:text-ink">Message</summary>
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

/** Reasons are words of the API (`no_consent`) or a provider's own text. */
function inWords(reason = ""): string {
  return reason.replaceAll("_", " ");
}
