import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { QueueState } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { contentsOf, queuesQuery } from "@/lib/queues";
import { RedriveDialog } from "../components/redrive-dialog";

/** How the queues stand, refreshed every few seconds while the tab is visible. */
export function Component() {
  const queues = useQuery(queuesQuery);
  const [redriving, setRedriving] = useState<QueueState | null>(null);
  const items = queues.data?.items;

  const columns: Column<QueueState>[] = [
    {
      header: t`Queue`,
      main: true,
      cell: ({ name }) => (
        <>
          <p className="font-medium capitalize">{name}</p>
          {/* On a phone it takes several lines rather than being cut off. */}
          <div className="text-sm text-muted">{contentsOf(name)}</div>
        </>
      ),
    },
    { header: t`Waiting`, end: true, cell: ({ depth }) => formatNumber(depth) },
    { header: t`Oldest`, end: true, from: "sm", cell: ({ ageSeconds }) => age(ageSeconds) },
    { header: t`In flight`, end: true, from: "sm", cell: ({ inFlight }) => formatNumber(inFlight) },
    { header: t`Delayed`, end: true, from: "md", cell: ({ delayed }) => formatNumber(delayed) },
    {
      header: t`Dead letters`,
      end: true,
      cell: (queue) =>
        queue.deadLetters === 0 ? (
          "0"
        ) : (
          <div className="-my-1.5 flex flex-wrap items-center justify-end gap-1">
            <Link to={`/queues/${queue.name}`} className="rounded-full underline">
              <Badge tone="bad">{formatNumber(queue.deadLetters)}</Badge>{" "}
              <span className="sr-only">{readName(queue)}</span>
            </Link>
            <Button look="quiet" aria-label={redriveName(queue)} onClick={() => setRedriving(queue)}>
              <Trans>Redrive</Trans>
            </Button>
          </div>
        ),
    },
  ];

  return (
    <Page
      title={t`Queues`}
      description={t`Whatever is accepted goes through one of these before it is applied.`}
    >
      <Card flush>
        {!items ? (
          queues.isError ? (
            <Failure error={queues.error} onRetry={() => void queues.refetch()} />
          ) : (
            <SkeletonRows />
          )
        ) : items.length === 0 ? (
          <Empty title={t`No queues are known`}>
            <Trans>This deployment does not tell how its queues stand.</Trans>
          </Empty>
        ) : (
          <>
            <p role="status" className="px-5 py-3 text-sm text-muted">
              {queues.isError ? t`Not reachable: these figures are old.` : inWords(items)}
            </p>
            <Table caption={t`Queues`} columns={columns} rows={items} rowKey={({ name }) => name} />
          </>
        )}
      </Card>
      <RedriveDialog queue={redriving} onClose={() => setRedriving(null)} />
    </Page>
  );
}

const readName = ({ name }: QueueState) => t`Read the dead letters of ${name}`;
const redriveName = ({ name }: QueueState) => t`Redrive the dead letters of ${name}`;

function inWords(queues: readonly QueueState[]): string {
  const dead = queues.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  const waiting = queues.reduce((sum, { depth, inFlight }) => sum + depth + inFlight, 0);
  const letters = plural(dead, { one: "# dead letter", other: "# dead letters" });
  if (waiting === 0) {
    return dead === 0
      ? t`Everything is applied; nothing was set aside.`
      : t`Everything is applied; ${letters}.`;
  }
  const messages = plural(waiting, { one: "# message", other: "# messages" });
  return dead === 0
    ? t`${messages} to be applied; nothing was set aside.`
    : t`${messages} to be applied; ${letters}.`;
}

function age(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return t`${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const hours = formatNumber(Math.floor(seconds / 3600));
  return seconds < 3600 ? t`${minutes} min` : t`${hours} h`;
}
