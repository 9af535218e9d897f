import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useEffect } from "react";
import { useParams } from "react-router";
import { StatusBadge } from "@/components/ui/badge";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/facts";
import { Page } from "@/components/ui/page";
import { Failure, FormProblem, SkeletonRows } from "@/components/ui/states";
import type { ImportJob } from "@/lib/contract";
import { formatDateTime, formatNumber, plural } from "@/lib/format";
import { downloadRejected, isOver, useImport } from "../api/imports";
import { ImportProgress } from "../components/import-progress";
import { RejectedRows } from "../components/rejected-rows";

const BACK = { to: "/imports", label: "Imports" };

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
      <Page title="Import" back={BACK}>
        <Card flush>
          {job.isError ? (
            <Failure error={job.error} onRetry={() => void job.refetch()} />
          ) : (
            <SkeletonRows rows={3} />
          )}
        </Card>
      </Page>
    );
  }
  return <Job job={job.data} />;
}

function Job({ job }: { job: ImportJob }) {
  const rejected = useMutation({ mutationFn: () => downloadRejected(job) });
  return (
    <Page
      title={`Import of ${job.kind}`}
      aside={<StatusBadge status={job.status} />}
      back={BACK}
      description={`Started ${formatDateTime(job.createdAt)}`}
    >
      <Card>
        <div className="grid gap-6">
          <p role="status" className="font-medium">
            {stateInWords(job)}
          </p>
          {job.status !== "waiting" && <ImportProgress job={job} />}
          <dl className="grid grid-cols-3 gap-6">
            <Figure label="Rows" value={formatNumber(job.rows)} />
            <Figure label="Accepted" value={formatNumber(job.accepted)} />
            <Figure label="Rejected" value={formatNumber(job.rejected)} />
          </dl>
          {(job.ignoredColumns?.length ?? 0) > 0 && (
            <p className="text-sm text-muted">Columns not used: {job.ignoredColumns?.join(", ")}</p>
          )}
          <FormProblem error={rejected.error} />
          <div className="flex flex-wrap gap-2">
            {job.rejected > 0 && (
              <Button
                icon={<Download aria-hidden />}
                busy={rejected.isPending}
                onClick={() => rejected.mutate()}
              >
                Download rejected rows
              </Button>
            )}
            {job.status === "done" && (
              <ButtonLink to={job.kind === "orders" ? "/orders" : "/customers"}>
                See the {job.kind === "orders" ? "orders" : "customers"}
              </ButtonLink>
            )}
          </div>
        </div>
      </Card>
      {job.rejected > 0 && isOver(job) && <RejectedRows job={job} />}
    </Page>
  );
}

function stateInWords(job: ImportJob): string {
  switch (job.status) {
    case "waiting":
      return "Waiting for the file.";
    case "reading":
      return "Reading the file…";
    case "applying":
      return job.pendingParts > 0
        ? `Read; ${plural(job.pendingParts, "part")} still being applied…`
        : "Read; being applied…";
    case "done":
      return job.rejected > 0 ? "Done. Some rows were rejected; the file says which and why." : "Done.";
    case "failed":
      return job.error ? `Failed: ${job.error}` : "Failed.";
  }
}
