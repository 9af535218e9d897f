import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import { Failure, Skeleton } from "@/components/ui/states";
import type { RuleGroup, SegmentPreview } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";
import { usePreview } from "@/lib/preview";
import { Problem } from "@/lib/problem";
import type { RuleField } from "@/lib/rules/vocabulary";
import { queryFault } from "@/lib/rules/wire";
import { useDebounced } from "@/lib/use-debounced";
import { conditionName } from "./condition-name";

type PreviewCardProps = {
  /** The rules as they will be sent. */
  rules: RuleGroup;
  attributes: readonly RuleField[];
};

/** How many people the rules describe at this moment, and a few of them. Nothing is shown for rules that have changed. */
export function PreviewCard({ rules, attributes }: PreviewCardProps) {
  const fault = queryFault(rules, attributes);
  const written = JSON.stringify(rules);
  const settled = useDebounced(written, 300) === written;
  const preview = usePreview(settled && !fault ? rules : null);
  const { data, error } = preview;
  const refused = error instanceof Problem && error.status === 422 ? error : undefined;

  return (
    <Card title={t`Who this is`}>
      <p className="mb-2 text-sm text-muted">
        <Trans>By the rules as they stand now.</Trans>
      </p>
      {error && !refused ? (
        <Failure error={error} onRetry={() => void preview.refetch()} className="px-0 py-4" />
      ) : (
        <>
          <div role="status" className="min-h-11">
            {fault ? (
              <p className="text-sm text-muted">{t`${fault}. The count follows once it is complete.`}</p>
            ) : refused ? (
              <NotYet problem={refused} />
            ) : data ? (
              <Count preview={data} />
            ) : (
              <>
                <span className="sr-only">
                  <Trans>Counting</Trans>
                </span>
                <Skeleton className="h-9 w-2/5" />
              </>
            )}
          </div>
          {data && <Sample preview={data} />}
        </>
      )}
    </Card>
  );
}

function Count({ preview: { count, total } }: { preview: SegmentPreview }) {
  const [found, all] = [formatNumber(count), formatNumber(total)];
  const share = formatShare(count, total);
  return (
    <p>
      <Trans>
        <span className="text-3xl font-semibold tracking-tight tabular-nums">{found}</span>{" "}
        <span className="text-muted">
          of <Plural value={total} one={`${all} customer`} other={`${all} customers`} /> ({share})
        </span>
      </Trans>
    </p>
  );
}

function Sample({ preview: { sample, tookMs } }: { preview: SegmentPreview }) {
  const took = formatNumber(Math.round(tookMs));
  return (
    <>
      {sample.length > 0 && (
        <ul className="mt-4 grid gap-2 border-t border-line pt-4" aria-label={t`Some of them`}>
          {sample.slice(0, 6).map((customer) => (
            <li key={customer.id ?? customer.email} className="min-w-0 text-sm leading-tight">
              <p className="truncate">{customer.name || customer.email}</p>
              {customer.name && <p className="truncate text-xs text-muted">{customer.email}</p>}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-4 text-xs text-muted">
        <Trans>Counted in {took} ms</Trans>
      </p>
    </>
  );
}

/** Rules that the server does not take yet: half typed, as a rule, so this is no alarm. */
function NotYet({ problem }: { problem: Problem }) {
  return (
    <div className="text-sm text-muted">
      <p>
        <Trans>These rules cannot be counted yet.</Trans>
      </p>
      <ul className="mt-1 list-disc pl-5">
        {problem.errors.map(({ field, reason }) => (
          <li key={field + reason}>{`${conditionName(field)}: ${reason}`}</li>
        ))}
      </ul>
    </div>
  );
}
