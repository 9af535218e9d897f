import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ExplainedRules } from "@/components/rules/explained-rules";
import { AddressQuestion } from "@/components/ui/address-question";
import { Card } from "@/components/ui/card";
import { Failure, Skeleton } from "@/components/ui/states";
import type { Segment } from "@/lib/contract";
import { faultsByField, Problem } from "@/lib/problem";
import { useInAddress } from "@/lib/use-in-address";
import { useExplanation } from "../api/segments";

/** Why somebody belongs, or does not: each condition with what it makes of them. */
export function ExplainCard({ segment }: { segment: Segment }) {
  const [{ explain: email }, choose] = useInAddress({ explain: { or: "" } });
  const explanation = useExplanation(segment.id, email);
  const { data, error } = explanation;
  const refused = faultsByField(error).email;
  const unknown = error instanceof Problem && error.status === 404;

  function ask(next: string) {
    if (next !== "" && next === email) void explanation.refetch();
    choose({ explain: next });
  }

  return (
    <Card title={t`Does somebody belong?`}>
      <AddressQuestion
        label={t`E-mail address of a customer`}
        ask={t`Explain`}
        initial={email}
        refused={refused}
        busy={explanation.isFetching}
        onAsk={ask}
      />
      <div role="status" className="mt-4">
        {email === "" ? (
          <p className="text-sm text-muted">
            <Trans>
              See why a customer belongs here or does not, condition by condition, and when that changes by
              itself.
            </Trans>
          </p>
        ) : unknown ? (
          <p className="text-sm">
            <Trans>No customer has the address {email}.</Trans>
          </p>
        ) : data ? (
          <p>
            {data.holds ? (
              <Trans>
                <span className="font-medium wrap-anywhere">{email}</span> belongs.
              </Trans>
            ) : (
              <Trans>
                <span className="font-medium wrap-anywhere">{email}</span> does not belong.
              </Trans>
            )}
          </p>
        ) : explanation.isPending ? (
          <>
            <span className="sr-only">
              <Trans>Loading</Trans>
            </span>
            <Skeleton className="h-5 w-3/5" />
          </>
        ) : null}
      </div>
      {data && (
        <div className="mt-3">
          <ExplainedRules explained={data} />
        </div>
      )}
      {error && !refused && !unknown && (
        <Failure error={error} onRetry={() => void explanation.refetch()} className="px-0 py-4" />
      )}
    </Card>
  );
}
