import { Card } from "@/components/ui/card";
import { Failure, Skeleton } from "@/components/ui/states";
import type { RuleGroup } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import type { RuleField } from "@/lib/rules/vocabulary";
import { queryFault } from "@/lib/rules/wire";
import { usePreview } from "../api/segments";

type PreviewCardProps = {
  /** The rules as they will be sent. */
  rules: RuleGroup;
  attributes: readonly RuleField[];
};

/** How many people the rules describe at this moment, and a few of them. */
export function PreviewCard({ rules, attributes }: PreviewCardProps) {
  const fault = queryFault(rules, attributes);
  const preview = usePreview(fault ? null : rules);
  const { data } = preview;

  return (
    <Card title="Who this is">
      {preview.isError ? (
        <Failure error={preview.error} onRetry={() => void preview.refetch()} className="px-0 py-4" />
      ) : data ? (
        <div
          aria-busy={preview.isFetching || Boolean(fault)}
          className={
            preview.isFetching && preview.isPlaceholderData
              ? "opacity-80 transition-opacity"
              : "transition-opacity"
          }
        >
          <p role="status">
            <span className="text-3xl font-semibold tracking-tight tabular-nums">
              {formatNumber(data.count)}
            </span>{" "}
            <span className="text-muted">
              of {formatNumber(data.total)} customers ({formatShare(data.count, data.total)})
            </span>
          </p>
          {data.sample.length > 0 && (
            <ul className="mt-4 grid gap-2 border-t border-line pt-4" aria-label="Some of them">
              {data.sample.slice(0, 6).map((customer) => (
                <li key={customer.id ?? customer.email} className="min-w-0 text-sm leading-tight">
                  <p className="truncate">{customer.name || customer.email}</p>
                  {customer.name && <p className="truncate text-xs text-muted">{customer.email}</p>}
                </li>
              ))}
            </ul>
          )}
          <p className="mt-4 text-xs text-muted">Counted in {formatNumber(Math.round(data.tookMs))} ms</p>
        </div>
      ) : fault ? null : (
        <div role="status" className="grid gap-3">
          <span className="sr-only">Counting</span>
          <Skeleton className="h-8 w-2/5" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      )}
      {fault && <p className="mt-2 text-sm text-muted">{fault}.</p>}
    </Card>
  );
}
