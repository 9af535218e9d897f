import { Progress } from "@/components/ui/progress";
import type { ImportJob } from "@/lib/contract";
import { formatBytes, formatNumber, formatShare } from "@/lib/format";

/** How far the reading of a file is, and the applying of what was read. */
export function ImportProgress({ job }: { job: ImportJob }) {
  const { bytesRead, bytesTotal, parts = 0, pendingParts } = job;
  const applied = Math.max(0, parts - pendingParts);
  return (
    <div className="grid gap-4">
      <div className="grid gap-2">
        <Progress
          label="Read"
          total={bytesTotal}
          parts={[{ label: "read", value: bytesRead, className: "bg-accent" }]}
        />
        <p className="text-sm text-muted tabular-nums">
          {formatBytes(bytesRead)} of {formatBytes(bytesTotal)} read ({formatShare(bytesRead, bytesTotal)})
        </p>
      </div>
      {parts > 0 && (
        <div className="grid gap-2">
          <Progress
            label="Applied"
            total={parts}
            parts={[{ label: "applied", value: applied, className: "bg-accent" }]}
          />
          <p className="text-sm text-muted tabular-nums">
            {formatNumber(applied)} of {formatNumber(parts)} parts applied
            {job.status === "reading" && " so far"}
          </p>
        </div>
      )}
    </div>
  );
}
