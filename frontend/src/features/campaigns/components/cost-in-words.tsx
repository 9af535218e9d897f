import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Cost } from "@/lib/contract";
import { formatMoney } from "@/lib/format";

/** What a campaign has used of AWS, and what that costs. */
export function CostInWords({ cost }: { cost: Cost }) {
  const { region, pricesAsOf: day } = cost;
  return (
    <>
      <p className="text-sm">{usageInWords(cost)}</p>
      <p className="text-xs text-muted">
        <Trans>
          List prices of {region}, {day}, without free tiers and the provider’s own price.
        </Trans>
      </p>
    </>
  );
}

/** Small campaigns cost less than a cent. */
export function priceInWords(amount: number, currency: string): string {
  const least = 0.01;
  if (amount <= 0 || amount >= least) return formatMoney(amount, currency);
  const bound = formatMoney(least, currency);
  return t`Less than ${bound}`;
}

function usageInWords({ total, currency, pricePerMillion }: Cost): string {
  const sum = priceInWords(total.price, currency);
  const writes = plural(Math.round(total.writeUnits), { one: "# write unit", other: "# write units" });
  const reads = plural(Math.round(total.readUnits), { one: "# read unit", other: "# read units" });
  const requests = plural(Math.round(total.queueRequests), {
    one: "# queue request",
    other: "# queue requests",
  });
  const invocations = plural(Math.round(total.invocations), { one: "# invocation", other: "# invocations" });
  if (pricePerMillion === undefined) return t`${sum}: ${writes}, ${reads}, ${requests} and ${invocations}.`;
  const perMillion = formatMoney(pricePerMillion, currency);
  return t`${sum}, or ${perMillion} for a million such messages: ${writes}, ${reads}, ${requests} and ${invocations}.`;
}
