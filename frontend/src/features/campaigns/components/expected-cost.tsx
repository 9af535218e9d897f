import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Card } from "@/components/ui/card";
import type { CampaignDraft, CampaignFunnel } from "@/lib/contract";
import { formatMoney, formatUtcDay } from "@/lib/format";
import { smsSize } from "@/lib/sms";
import { priceInWords } from "./cost-in-words";

type ExpectedCostProps = { draft: CampaignDraft; funnel: CampaignFunnel };

/** What sending is going to cost, by the server's own reckoning, and what providers bill besides. */
export function ExpectedCost({ draft, funnel }: ExpectedCostProps) {
  const { cost, willSend } = funnel;
  if (!cost && draft.channel !== "sms") return null;
  return (
    <Card title={t`What it costs`}>
      <CostLines draft={draft} funnel={funnel} />
      {cost && willSend > 0 && <Prices cost={cost} />}
    </Card>
  );
}

/** The sum and, of SMS, the segments: what is to be known before a launch. */
export function CostLines({ draft, funnel: { cost, willSend } }: ExpectedCostProps) {
  return (
    <>
      {cost && <p>{atMostInWords(cost)}</p>}
      {draft.channel === "sms" && <p className="text-sm">{segmentsInWords(draft, willSend)}</p>}
    </>
  );
}

type Cost = NonNullable<CampaignFunnel["cost"]>;

function Prices({ cost }: { cost: Cost }) {
  const { region, pricesAsOf, currency } = cost;
  const [million, day] = [priceInWords(cost.pricePerMillion, currency), formatUtcDay(pricesAsOf)];
  return (
    <p className="mt-1.5 text-xs text-muted">
      <Trans>
        {million} for a million recipients, by the list prices of {region} of {day}, without free tiers. What
        the provider takes for the messages is not in it.
      </Trans>
    </p>
  );
}

/** A bound is rounded up. */
function atMostInWords({ atMost, currency }: Cost): string {
  const least = 0.01;
  const bound = formatMoney(Math.max(least, Math.ceil(atMost * 100 - 1e-6) / 100), currency);
  return atMost < least
    ? t`Less than ${bound} on AWS, without the provider’s own price`
    : t`At most ${bound} on AWS, without the provider’s own price`;
}

/** By the longest of the wordings as it is typed. */
function segmentsInWords({ variants }: CampaignDraft, people: number): string {
  const most = Math.max(...variants.map(({ body }) => smsSize(body).segments));
  return plural(most * people, {
    one: "Providers bill SMS by the segment: this is about # of them.",
    other: "Providers bill SMS by the segment: these are about # of them.",
  });
}
