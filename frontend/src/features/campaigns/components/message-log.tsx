import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CircleHelp, Inbox } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Looking } from "@/components/ui/looking";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, Message } from "@/lib/contract";
import type { CursorList } from "@/lib/cursor-list";
import { formatDateTime, formatNumber } from "@/lib/format";
import { faultsByField } from "@/lib/problem";
import { isOver, useMessages } from "../api/campaigns";
import { LogFilters, useLogFilter } from "./log-filters";
import { reasonInWords } from "./message-words";
import { WhyDialog } from "./why-dialog";

/** What happened, person by person, and why. */
export function MessageLog({ campaign }: { campaign: Campaign }) {
  const [filter, setFilter] = useLogFilter(campaign.variants.length);
  const list = useMessages(campaign, filter);
  const [about, setAbout] = useState<string | null>(null);
  const isNarrowed = Object.keys(filter).length > 0;
  const fault = list.isError ? faultsByField(list.error).email : undefined;
  return (
    <Card
      title={t`Log`}
      flush
      actions={
        <div className="flex flex-wrap items-start gap-2">
          <LogFilters
            filter={filter}
            variants={campaign.variants.length}
            fault={fault}
            onChange={setFilter}
          />
          <Button icon={<CircleHelp aria-hidden />} onClick={() => setAbout("")}>
            <Trans>Ask about somebody</Trans>
          </Button>
        </div>
      }
    >
      {!fault && (
        <LogRows
          list={list}
          isNarrowed={isNarrowed}
          onWiden={() => setFilter({})}
          empty={
            <Empty icon={<Inbox />} title={isOver(campaign) ? t`Nobody was written to` : t`Nothing sent yet`}>
              <Trans>Each recipient is listed here with what happened.</Trans>
            </Empty>
          }
          columns={columnsOf(campaign, setAbout)}
        />
      )}
      <WhyDialog campaignId={campaign.id} about={about} onClose={() => setAbout(null)} />
    </Card>
  );
}

type LogRowsProps = {
  list: CursorList<Message>;
  isNarrowed: boolean;
  /** Shows all of it again. */
  onWiden: () => void;
  /** Stands where the whole log has nothing. */
  empty: ReactNode;
  columns: Column<Message>[];
};

function LogRows({ list, isNarrowed, onWiden, empty, columns }: LogRowsProps) {
  return (
    // The server has left out what does not fit.
    <Looking list={list} fits={isNarrowed ? () => true : undefined}>
      <ListView
        list={list}
        noun={(count) => plural(count, { one: "# message", other: "# messages" })}
        // Looking for something rare would otherwise read the whole log by itself.
        onDemand={isNarrowed}
        empty={
          isNarrowed ? (
            <Empty
              icon={<Inbox />}
              title={t`No such message`}
              action={
                <Button onClick={onWiden}>
                  <Trans>Show the whole log</Trans>
                </Button>
              }
            >
              <Trans>Nothing in the log is like this.</Trans>
            </Empty>
          ) : (
            empty
          )
        }
      >
        {(items) => (
          <Table
            caption={t`Messages`}
            columns={columns}
            rows={items}
            rowKey={(message) => message.id ?? message.email}
          />
        )}
      </ListView>
    </Looking>
  );
}

function columnsOf(campaign: Campaign, ask: (email: string) => void): Column<Message>[] {
  const variant: Column<Message> = {
    header: t`Variant`,
    from: "lg",
    cell: (message) => (message.variant === undefined ? "–" : formatNumber(message.variant + 1)),
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
  return <span className="text-sm text-muted">{formatDateTime(at)}</span>;
}
