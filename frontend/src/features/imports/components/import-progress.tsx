import { Progress } from "@/components/ui/progress";
import type { ImportJob } from "@/lib/contract";
import { formatBytes, formatShare } from "@/lib/format";

/** How far the reading of a file is. */
export function ImportProgress({ job }: { job: ImportJob }) {
  return (
    <div className="grid gap-2">
      <Progress
        label="Read"
        total={job.bytesTotal}
        parts={[{ label: "read", value: job.bytesRead, className: "bg-accent" }]}
      />
      <p className="text-sm text-muted tabular-nums">
        {formatBytes(job.bytesRead)} of {formatBytes(job.bytesTotal)} read (
        {formatShare(job.bytesRead, job.bytesTotal)})
      </p>
    </div>
  );
}
