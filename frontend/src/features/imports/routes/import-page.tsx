import { plural, select, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, FileX } from "lucide-react";
import { useEffect } from "react";
import { useParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Missing } from "@/components/ui/missing";
import { Page } from "@/components/ui/page";
import { FormProblem, SkeletonRows } from "@/components/ui/states";
import type { ImportJob } from "@/lib/contract";
import { formatDateTime, formatNumber } from "@/lib/format";
import { downloadRejected, isOver, useImport } from "../api/imports";
import { ImportProgress } from "../components/import-progress";
import { RejectedRows } from "../components/rejected-rows";

export function Component() {
  const { id = "" } = useParams();
  const job = useImport(id);
  const done = job.data?.status === "done";
  const queryClient = useQueryClient();

  // What was imported shows on the other pages without a reload.
  useEffect(() => {
    if (!done) return;
    for (const key of ["customers", "orders", "stats"])
      void queryClient.invalidateQueries({ queryKey: [key] });
  }, [done, queryClient]);

  if (!job.data) {
    return (
      <Page title={t`Import`} back={{ to: "/imports", label: t`Imports` }}>
        <Card flush>
          {job.isError ? (
            <NoImport error={job.error} onRetry={() => void job.refetch()} />
          ) : (
            <SkeletonRows rows={3} />
          )}
        </Card>
      </Page>
    );
  }
  return <Job job={job.data} />;
}

/** Stands for an import that could not be loaded. */
function NoImport(failed: { error: unknown; onRetry: () => void }) {
  return (
    <Missing
      {...failed}
      icon={<FileX />}
      title={t`There is no such import`}
      list={{ to: "/imports", label: t`All imports` }}
    >
      <Trans>The address of this page may not be complete.</Trans>
    </Missing>
  );
}

function Job({ job }: { job: ImportJob }) {
  const rejected = useMutation({ mutationFn: () => downloadRejected(job) });
  return (
    <Page
      title={titleOf(job)}
      aside={<StatusBadge status={job.status} />}
      back={{ to: "/imports", label: t`Imports` }}
      description={t`Started ${formatDateTime(job.createdAt)}`}
    >
      <Card>
        <div className="grid gap-6">
          <p role="status" className="font-medium">
            {stateInWords(job)}
          </p>
          {job.status !== "waiting" && <ImportProgress job={job} />}
          <dl className="grid grid-cols-3 gap-6">
            <Figure label={t`Rows`} value={formatNumber(job.rows)} />
            <Figure label={t`Accepted`} value={formatNumber(job.accepted)} />
            <Figure label={t`Rejected`} value={formatNumber(job.rejected)} />
          </dl>
          {(job.ignoredColumns?.length ?? 0) > 0 && (
            <p className="text-sm text-muted">
              <Trans>Columns not used: {job.ignoredColumns?.join(", ")}</Trans>
            </p>
          )}
          <FormProblem error={rejected.error} />
          <div className="flex flex-wrap gap-2">
            {job.rejected > 0 && (
              <Button
                icon={<Download aria-hidden />}
                busy={rejected.isPending}
                onClick={() => rejected.mutate()}
              >
                <Trans>Download rejected rows</Trans>
              </Button>
            )}
            {job.status === "done" && (
              <ButtonLink to={job.kind === "orders" ? "/orders" : "/customers"}>
                {job.kind === "orders" ? t`See the orders` : t`See the customers`}
              </ButtonLink>
            )}
          </div>
        </div>
      </Card>
      {job.rejected > 0 && isOver(job) && <RejectedRows job={job} />}
    </Page>
  );
}

function titleOf({ kind }: ImportJob): string {
  return select(kind, {
    customers: "Import of customers",
    orders: "Import of orders",
    activities: "Import of activities",
    other: "Import",
  });
}

function stateInWords(job: ImportJob): string {
  switch (job.status) {
    case "waiting":
      return t`Waiting for the file.`;
    case "reading":
      return t`Reading the file…`;
    case "applying":
      return job.pendingParts > 0
        ? plural(job.pendingParts, {
            one: "Read; # part still being applied…",
            other: "Read; # parts still being applied…",
          })
        : t`Read; being applied…`;
    case "done":
      return job.rejected > 0 ? t`Done. Some rows were rejected; the file says which and why.` : t`Done.`;
    case "failed":
      return job.error ? t`Failed: ${job.error}` : t`Failed.`;
  }
}
