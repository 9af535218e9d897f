import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Page } from "@/components/ui/page";
import { Empty, Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { QueueState } from "@/lib/contract";
import { formatNumber, plural } from "@/lib/format";
import { contentsOf, queuesQuery } from "@/lib/queues";
import { RedriveDialog } from "../components/redrive-dialog";

/** How the queues stand, refreshed every few seconds while the tab is visible. */
export function Component() {
  const queues = useQuery(queuesQuery);
  const [redriving, setRedriving] = useState<QueueState | null>(null);
  const items = queues.data?.items;

  const columns: Column<QueueState>[] = [
    {
      header: "Queue",
      main: true,
      cell: ({ name }) => (
        <>
          <p className="font-medium capitalize">{name}</p>
          {/* On a phone it takes several lines rather than being cut off. */}
          <div className="text-sm text-muted">{contentsOf(name)}</div>
        </>
      ),
    },
    { header: "Waiting", end: true, cell: ({ depth }) => formatNumber(depth) },
    { header: "Oldest", end: true, from: "sm", cell: ({ ageSeconds }) => age(ageSeconds) },
    { header: "In flight", end: true, from: "sm", cell: ({ inFlight }) => formatNumber(inFlight) },
    { header: "Delayed", end: true, from: "md", cell: ({ delayed }) => formatNumber(delayed) },
    {
      header: "Dead letters",
      end: true,
      cell: (queue) =>
        queue.deadLetters === 0 ? (
          "0"
        ) : (
          <div className="-my-1.5 flex flex-wrap items-center justify-end gap-1">
            <Badge tone="bad">{formatNumber(queue.deadLetters)}</Badge>
            <Button
              look="quiet"
              aria-label={`Redrive the dead letters of ${queue.name}`}
              onClick={() => setRedriving(queue)}
            >
              Redrive
            </Button>
          </div>
        ),
    },
  ];

  return (
    <Page title="Queues" description="Whatever is accepted goes through one of these before it is applied.">
      <Card flush>
        {!items ? (
          queues.isError ? (
            <Failure error={queues.error} onRetry={() => void queues.refetch()} />
          ) : (
            <SkeletonRows />
          )
        ) : items.length === 0 ? (
          <Empty title="No queues are known">This deployment does not tell how its queues stand.</Empty>
        ) : (
          <>
            <p role="status" className="px-5 py-3 text-sm text-muted">
              {queues.isError ? "Not reachable: these figures are old." : inWords(items)}
            </p>
            <Table caption="Queues" columns={columns} rows={items} rowKey={({ name }) => name} />
          </>
        )}
      </Card>
      <RedriveDialog queue={redriving} onClose={() => setRedriving(null)} />
    </Page>
  );
}

function inWords(queues: readonly QueueState[]): string {
  const dead = queues.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
  const waiting = queues.reduce((sum, { depth, inFlight }) => sum + depth + inFlight, 0);
  const work = waiting === 0 ? "Everything is applied" : `${plural(waiting, "message")} to be applied`;
  return dead === 0 ? `${work}; nothing was set aside.` : `${work}; ${plural(dead, "dead letter")}.`;
}

function age(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${formatNumber(Math.floor(seconds / 3600))} h`;
}
