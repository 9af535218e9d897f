import { Inbox } from "lucide-react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, Message } from "@/lib/contract";
import { formatDateTime } from "@/lib/format";
import { isOver, useMessages } from "../api/campaigns";

const COLUMNS: Column<Message>[] = [
  {
    header: "Recipient",
    main: true,
    cell: (message) => (
      <>
        <p className="font-medium">
          {message.customerId ? (
            <Link to={`/customers/${encodeURIComponent(message.customerId)}`} className="hover:underline">
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
          <p className="mt-1 text-sm text-muted">{inWords(message.failedReason ?? message.skippedReason)}</p>
        )}
      </>
    ),
  },
  {
    header: "Variant",
    from: "lg",
    cell: (message) => (message.variant === undefined ? "–" : message.variant + 1),
  },
  { header: "Sent", from: "sm", cell: (message) => <Time at={message.sentAt} /> },
  { header: "Delivered", from: "md", cell: (message) => <Time at={message.deliveredAt} /> },
];

/** What happened, person by person. */
export function MessageLog({ campaign }: { campaign: Campaign }) {
  const list = useMessages(campaign);
  const columns = COLUMNS.filter(
    (column) => column.header !== "Variant" || (campaign.variants?.length ?? 2) > 1,
  );
  return (
    <Card title="Log" flush>
      <ListView
        list={list}
        noun="messages"
        empty={
          <Empty icon={<Inbox />} title={isOver(campaign) ? "Nobody was written to" : "Nothing sent yet"}>
            Each recipient is listed here with what happened.
          </Empty>
        }
      >
        {(items) => (
          <Table
            caption="Messages"
            columns={columns}
            rows={items}
            rowKey={(message) => message.id ?? message.email}
          />
        )}
      </ListView>
    </Card>
  );
}

function Text({ message }: { message: Message }) {
  if (!message.body) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer rounded text-muted hover:text-ink">Message</summary>
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
