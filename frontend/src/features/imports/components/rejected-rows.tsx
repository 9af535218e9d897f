import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { ImportJob } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { type RejectedRow, useRejected } from "../api/imports";

const MOST = 50;

const columns = (): Column<RejectedRow>[] => [
  { header: t`Line`, cell: ({ line }) => <span className="text-muted tabular-nums">{line}</span> },
  { header: t`Reason`, cell: ({ reason }) => <span className="wrap-anywhere">{reason}</span> },
  {
    header: t`Row`,
    from: "sm",
    cell: ({ row }) => <code className="block max-w-md text-xs wrap-anywhere text-muted">{row}</code>,
  },
];

/** The first rows that were refused, each with its line in the file and the reason. */
export function RejectedRows({ job }: { job: ImportJob }) {
  const rejected = useRejected(job, MOST);
  return (
    <Card title={t`Rejected rows`} flush>
      {rejected.data ? (
        <>
          <Table
            caption={t`Rejected rows`}
            columns={columns()}
            rows={rejected.data}
            rowKey={({ line, reason }) => `${line} ${reason}`}
          />
          {job.rejected > rejected.data.length && (
            <p className="border-t border-line px-5 py-3 text-sm text-muted">
              <Trans>
                The first {formatNumber(rejected.data.length)} of {formatNumber(job.rejected)}; the download
                has more.
              </Trans>
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
