import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/states";
import type { CampaignDraft } from "@/lib/contract";
import { smsSize } from "@/lib/sms";
import { useFormerCost } from "../api/report";
import { priceInWords } from "./cost-in-words";

/** What sending is going to cost, by what a former campaign has really used for each message. */
export function ExpectedCost({ draft, people }: { draft: CampaignDraft; people: number }) {
  const { former, cost, isPending } = useFormerCost(draft.channel);
  const perMillion = cost?.pricePerMillion;
  return (
    <Card title={t`What it costs`}>
      <div className="grid gap-1.5 text-sm">
        {isPending ? (
          <Skeleton className="h-5 w-72" />
        ) : cost && former && perMillion !== undefined ? (
          <>
            <p>{onAws(people, perMillion, cost.currency, former.name)}</p>
            <p className="text-xs text-muted">
              <Trans>Without free tiers and the provider’s own price.</Trans>
            </p>
          </>
        ) : (
          <p className="text-muted">
            <Trans>What it costs on AWS can be told once a first campaign has been sent.</Trans>
          </p>
        )}
        {draft.channel === "sms" && <p>{segmentsInWords(draft, people)}</p>}
      </div>
    </Card>
  );
}

function onAws(people: number, perMillion: number, currency: string, name: string): string {
  const sum = priceInWords((perMillion / 1_000_000) * people, currency);
  const million = priceInWords(perMillion, currency);
  return t`${sum} on AWS, or ${million} for a million messages, by what “${name}” has used.`;
}

/** By the longest of the wordings as it is typed. */
function segmentsInWords({ variants }: CampaignDraft, people: number): string {
  const most = Math.max(...variants.map(({ body }) => smsSize(body).segments));
  return plural(most * people, {
    one: "Providers bill SMS by the segment: this is about # of them.",
    other: "Providers bill SMS by the segment: these are about # of them.",
  });
}
