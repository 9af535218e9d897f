import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CircleHelp, Inbox } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ListView } from "@/components/ui/list-view";
import { Empty } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, Message } from "@/lib/contract";
import type { CursorList } from "@/lib/cursor-list";
import { formatDateTime, formatNumber } from "@/lib/format";
import { isOver, useMessages } from "../api/campaigns";
import { ANYTHING, type LogFilter, LogFilters, matches } from "./log-filters";
import { reasonInWords, statusName } from "./message-words";
import { WhyDialog } from "./why-dialog";

/** What happened, person by person, and why. */
export function MessageLog({ campaign }: { campaign: Campaign }) {
  const list = useMessages(campaign);
  const [filter, setFilter] = useState(ANYTHING);
  const [about, setAbout] = useState<string | null>(null);
  const isNarrowed = filter !== ANYTHING;
  const matching = list.items.filter((message) => matches(message, filter));
  const search = useSearchOn(list, matching.length);
  const columns = columnsOf(campaign, setAbout);
  return (
    <Card
      title={t`Log`}
      flush
      actions={
        <div className="flex flex-wrap gap-2">
          <LogFilters
            filter={filter}
            variants={campaign.variants.length}
            onChange={(next) => {
              search.stop();
              setFilter(next);
            }}
          />
          <Button icon={<CircleHelp aria-hidden />} onClick={() => setAbout("")}>
            <Trans>Ask about somebody</Trans>
          </Button>
        </div>
      }
    >
      <ListView
        list={list}
        noun={(count) => plural(count, { one: "# message", other: "# messages" })}
        // Looking for something rare would otherwise read the whole log by itself.
        onDemand={isNarrowed}
        empty={
          <Empty icon={<Inbox />} title={isOver(campaign) ? t`Nobody was written to` : t`Nothing sent yet`}>
            <Trans>Each recipient is listed here with what happened.</Trans>
          </Empty>
        }
      >
        {(items) => (
          <>
            {isNarrowed && (
              <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3 text-sm text-muted">
                <p role="status">{amongInWords(filter, matching.length, items.length)}</p>
                {list.hasNextPage && (
                  <Button busy={search.isOn} onClick={search.start}>
                    <Trans>Find the next ones</Trans>
                  </Button>
                )}
                {search.isOn && (
                  <Button look="quiet" onClick={search.stop}>
                    <Trans>Stop</Trans>
                  </Button>
                )}
              </div>
            )}
            {matching.length > 0 && (
              <Table
                caption={t`Messages`}
                columns={columns}
                rows={matching}
                rowKey={(message) => message.id ?? message.email}
              />
            )}
          </>
        )}
      </ListView>
      <WhyDialog campaignId={campaign.id} about={about} onClose={() => setAbout(null)} />
    </Card>
  );
}

/** Reads page after page until one has something that matches, the log ends, a page fails, or somebody has had enough. */
function useSearchOn(list: CursorList<Message>, found: number) {
  const [target, setTarget] = useState<number | null>(null);
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = list;
  const pages = list.data?.pages.length;
  const isOn = target !== null && found < target && hasNextPage && !isFetchNextPageError;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more for each page that has come
  useEffect(() => {
    if (isOn && !isFetching) void fetchNextPage();
  }, [isOn, isFetching, pages, fetchNextPage]);
  return {
    isOn,
    start() {
      setTarget(found + 1);
      // A page that failed is asked for again.
      if (isFetchNextPageError) void fetchNextPage();
    },
    stop: () => setTarget(null),
  };
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

function amongInWords({ status, ...others }: LogFilter, shown: number, loaded: number): string {
  const [count, all] = [formatNumber(shown), formatNumber(loaded)];
  if (status === "" || others.address !== "" || others.variant !== "") {
    return t`${count} among the ${all} loaded so far.`;
  }
  const name = statusName(status);
  return t`${count} ${name} among the ${all} loaded so far.`;
}
