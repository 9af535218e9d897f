import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Progress } from "@/components/ui/progress";
import type { ImportJob } from "@/lib/contract";
import { formatBytes, formatNumber, formatShare } from "@/lib/format";

/** How far the reading of a file is, and the applying of what was read. */
export function ImportProgress({ job }: { job: ImportJob }) {
  const { bytesRead, bytesTotal, parts = 0, pendingParts } = job;
  const read = formatBytes(bytesRead);
  const size = formatBytes(bytesTotal);
  const share = formatShare(bytesRead, bytesTotal);
  const applied = Math.max(0, parts - pendingParts);
  const done = formatNumber(applied);
  return (
    <div className="grid gap-4">
      <div className="grid gap-2">
        <Progress
          label={t`Read`}
          total={bytesTotal}
          parts={[{ label: t`read`, value: bytesRead, className: "bg-accent" }]}
        />
        <p className="text-sm text-muted tabular-nums">
          <Trans>
            {read} of {size} read ({share})
          </Trans>
        </p>
      </div>
      {parts > 0 && (
        <div className="grid gap-2">
          <Progress
            label={t`Applied`}
            total={parts}
            parts={[{ label: t`applied`, value: applied, className: "bg-accent" }]}
          />
          <p className="text-sm text-muted tabular-nums">
            {job.status === "reading"
              ? plural(parts, {
                  one: `${done} of # part applied so far`,
                  other: `${done} of # parts applied so far`,
                })
              : plural(parts, { one: `${done} of # part applied`, other: `${done} of # parts applied` })}
          </p>
        </div>
      )}
    </div>
  );
}
