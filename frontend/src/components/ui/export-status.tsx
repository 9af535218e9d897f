import { Download, RotateCw, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Progress } from "@/components/ui/progress";
import { FormProblem } from "@/components/ui/states";
import type { FileExport } from "@/lib/contract";
import { type FileExporting, useDownloadExport } from "@/lib/exports";
import { formatNumber, plural } from "@/lib/format";

type ExportStatusProps = {
  exporting: FileExporting;
  /** One of its rows, and many. */
  noun: [string, string];
  /** How many rows are to be expected. */
  total: number;
};

/** How far an export is, and its file once it is there. */
export function ExportStatus({ exporting, noun, total }: ExportStatusProps) {
  const { id, job, error, isRunning, start, lookAgain, forget } = exporting;
  const download = useDownloadExport(id);
  if (id === null && !error && !isRunning) return null;
  const over = job && !isRunning ? job.status : undefined;
  return (
    <section aria-label="Export" className="grid gap-3 border-b border-line bg-sunken/50 px-5 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="text-sm">
          {error ? "" : inWords(job, noun)}
        </p>
        <div className="flex gap-2">
          {over === "done" && (
            <Button
              look="primary"
              icon={<Download aria-hidden />}
              busy={download.isPending}
              onClick={() => download.mutate()}
            >
              Download CSV
            </Button>
          )}
          {over === "failed" && (
            <Button icon={<RotateCw aria-hidden />} onClick={start}>
              Export again
            </Button>
          )}
          {error && id !== null ? (
            <Button icon={<RotateCw aria-hidden />} onClick={lookAgain}>
              Look again
            </Button>
          ) : null}
          {!isRunning && (
            <Button
              look="quiet"
              aria-label="Dismiss the export"
              onClick={forget}
              className="px-2.5!"
              icon={<X aria-hidden />}
            />
          )}
        </div>
      </div>
      {isRunning && (
        <Progress
          label="Export"
          total={total}
          parts={[{ label: "written", value: job?.rows ?? 0, className: "bg-accent" }]}
        />
      )}
      <FormProblem error={error ?? download.error} />
    </section>
  );
}

function inWords(job: FileExport | undefined, noun: [string, string]): string {
  switch (job?.status) {
    case "done":
      return `The file is ready: ${plural(job.rows, ...noun)}. It is kept for a day.`;
    case "failed":
      return `The export failed${job.error ? `: ${job.error}` : "."}`;
    case "running":
      return `Writing the file: ${formatNumber(job.rows)} ${noun[1]} so far…`;
    default:
      return "The export is about to begin…";
  }
}
