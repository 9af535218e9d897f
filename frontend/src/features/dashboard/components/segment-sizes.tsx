import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { Link } from "react-router";
import { Card } from "@/components/ui/card";
import { Sparkline } from "@/components/ui/sparkline";
import { Empty } from "@/components/ui/states";
import type { Segment } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { changeInAWeek, changeInWords } from "@/lib/size-change";
import { segmentSizesQuery } from "../api/overview";
import { Loaded } from "./loaded";

const MOST = 8;

/** The segments with most members, each against all customers. */
export function SegmentSizes({ customers }: { customers: number }) {
  const segments = useQuery(segmentSizesQuery);
  return (
    <Card
      title={t`Largest segments`}
      flush
      actions={
        <Link to="/segments" className="text-sm text-accent underline underline-offset-2">
          <Trans>All segments</Trans>
        </Link>
      }
    >
      <Loaded
        query={segments}
        empty={
          <Empty icon={<Workflow />} title={t`No segments yet`}>
            <Trans>How many belong to each stands here, and follows the data.</Trans>
          </Empty>
        }
      >
        {(items, hasMore) => (
          <>
            <ul className="grid grid-cols-[minmax(0,1fr)] gap-3 px-5 pt-2 pb-5">
              {largest(items).map((segment) => (
                <Size key={segment.id} segment={segment} customers={customers} />
              ))}
            </ul>
            {hasMore && (
              <p className="border-t border-line px-5 py-3 text-sm text-muted">
                <Trans>Of the newest {formatNumber(items.length)} segments.</Trans>
              </p>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}

function Size({ segment, customers }: { segment: Segment; customers: number }) {
  const { id, name, count, recentSizes = [] } = segment;
  const change = changeInAWeek(segment);
  const share = customers > 0 ? Math.min(1, (count ?? 0) / customers) : 0;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <Link
          to={`/segments/${encodeURIComponent(id)}`}
          className="min-w-0 truncate py-0.5 font-medium hover:underline"
        >
          {name}
        </Link>
        <span className="whitespace-nowrap tabular-nums">
          {count === undefined ? (
            <span className="text-muted">{t`being built`}</span>
          ) : (
            <>
              {formatNumber(count)} <span className="text-muted">{formatShare(count, customers)}</span>
            </>
          )}
        </span>
      </div>
      <div aria-hidden className="h-2 overflow-hidden rounded-full bg-sunken">
        <div
          className="h-full rounded-full bg-accent transition-[width] duration-500"
          style={{ width: `${share * 100}%` }}
        />
      </div>
      {change !== undefined && (
        <p className="flex items-center justify-between gap-3 text-xs text-muted tabular-nums">
          {changeInWords(change)}
          <Sparkline values={recentSizes} />
        </p>
      )}
    </li>
  );
}

/** Largest first; those that are still being counted come last. */
export function largest(segments: readonly Segment[]): Segment[] {
  return segments.toSorted((a, b) => (b.count ?? -1) - (a.count ?? -1)).slice(0, MOST);
}
