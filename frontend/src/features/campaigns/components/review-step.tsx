import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { UseQueryResult } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Facts } from "@/components/ui/facts";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { channelName } from "@/lib/channel-name";
import type { CampaignFunnel } from "@/lib/contract";
import { asProblem } from "@/lib/problem";
import { useSegmentName } from "@/lib/segments";
import { type Faults, fieldInWords, type Step, stepOf } from "./campaign-faults";
import { ScheduleFacts, Wordings } from "./campaign-summary";
import { type CampaignValues, wireOf } from "./campaign-values";
import { ExpectedCost } from "./expected-cost";
import { Funnel } from "./funnel";

type ReviewStepProps = {
  values: CampaignValues;
  faults: Faults;
  funnel: UseQueryResult<CampaignFunnel>;
  onGo: (step: Step) => void;
};

/** The last look before people are written to: who gets it, where the others drop out, and what is sent when. */
export function ReviewStep({ values, faults, funnel, onGo }: ReviewStepProps) {
  const segment = useSegmentName(values.segmentId);
  const draft = wireOf(values);
  const channel = channelName(draft.channel);
  const toPutRight = Object.entries(faults);
  const edit = (step: Step, label: string) => (
    <Button look="quiet" onClick={() => onGo(step)} aria-label={label}>
      <Trans>Edit</Trans>
    </Button>
  );
  return (
    <>
      {toPutRight.length > 0 && <ToPutRight faults={toPutRight} onGo={onGo} />}
      <Card title={t`Who gets it`}>
        {toPutRight.length > 0 ? (
          <p className="text-muted">
            <Trans>The people are counted once everything above is put right.</Trans>
          </p>
        ) : funnel.data ? (
          <div aria-busy={funnel.isFetching}>
            <Funnel funnel={funnel.data} end={t`Will get it`} />
            {funnel.data.willSend === 0 && (
              <p role="alert" className="mt-4 rounded-lg bg-warn-soft px-4 py-3 text-sm text-warn">
                <Trans>Nobody would get this. The funnel above says where everybody drops out.</Trans>
              </p>
            )}
          </div>
        ) : funnel.isError ? (
          <Failure error={asProblem(funnel.error)} onRetry={() => void funnel.refetch()} className="py-4" />
        ) : (
          <SkeletonRows rows={4} />
        )}
      </Card>
      {funnel.data && funnel.data.willSend > 0 && toPutRight.length === 0 && (
        <ExpectedCost draft={draft} funnel={funnel.data} />
      )}
      <Card title={t`Audience`} actions={edit("audience", t`Edit audience`)}>
        <Facts
          facts={[
            { label: t`Name`, value: draft.name || "–" },
            { label: t`Segment`, value: segment.data ?? "–" },
            ...(draft.objective ? [{ label: t`Objective`, value: draft.objective }] : []),
          ]}
        />
      </Card>
      <Card
        title={draft.variants.length > 1 ? t`${channel}, messages` : t`${channel}, message`}
        actions={edit("message", t`Edit message`)}
      >
        <Wordings campaign={draft} />
      </Card>
      <Card title={t`Schedule and limits`} actions={edit("schedule", t`Edit schedule and limits`)}>
        <ScheduleFacts campaign={draft} />
      </Card>
    </>
  );
}

function ToPutRight({ faults, onGo }: { faults: [string, string][]; onGo: (step: Step) => void }) {
  return (
    <section
      aria-label={t`To be put right`}
      className="rounded-lg border border-danger/30 bg-danger-soft px-4 py-3 text-sm"
    >
      <p className="font-medium text-danger">
        <Trans>Before the launch, put this right:</Trans>
      </p>
      <ul className="mt-1 grid gap-1">
        {faults.map(([field, reason]) => {
          const step = stepOf(field);
          const name = fieldInWords(field);
          return (
            <li key={field} className="wrap-anywhere">
              {step ? (
                <button type="button" onClick={() => onGo(step)} className="rounded font-medium underline">
                  {name}
                </button>
              ) : (
                <span className="font-medium">{name}</span>
              )}
              : {reason}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
