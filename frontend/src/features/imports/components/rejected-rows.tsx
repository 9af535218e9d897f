import { Card } from "@/components/ui/card";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { ImportJob } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { type RejectedRow, useRejected } from "../api/imports";

const MOST = 50;

const COLUMNS: Column<RejectedRow>[] = [
  { header: "Line", cell: ({ line }) => <span className="text-muted tabular-nums">{line}</span> },
  { header: "Reason", cell: ({ reason }) => <span className="wrap-anywhere">{reason}</span> },
  {
    header: "Row",
    from: "sm",
    cell: ({ row }) => <code className="block max-w-md text-xs wrap-anywhere text-muted">{row}</code>,
  },
];

/** The first rows that were refused, each with its line in the file and the reason. */
export function RejectedRows({ job }: { job: ImportJob }) {
  const rejected = useRejected(job, MOST);
  return (
    <Card title="Rejected rows" flush>
      {rejected.data ? (
        <>
          <Table
            caption="Rejected rows"
            columns={COLUMNS}
            rows={rejected.data}
            rowKey={({ line, reason }) => `${line} ${reason}`}
          />
          {job.rejected > rejected.data.length && (
            <p className="border-t border-line px-5 py-3 text-sm text-muted">
              The first {formatNumber(rejected.data.length)} of {formatNumber(job.rejected)}; the download has
              more.
            </p>
          )}
        </>
      ) : rejected.isError ? (
        <Failure error={rejected.error} onRetry={() => void rejected.refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )}
    </Card>
  );
}
