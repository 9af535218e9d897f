import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Difference, Lift } from "@/lib/contract";
import { formatMoney, formatNumber, formatShare } from "@/lib/format";

/** What the comparison with those held out says, and how sure that is. */
export function LiftInWords({ lift, currency }: { lift: Lift; currency: string }) {
  const { conversion, revenuePerPerson } = lift;
  return (
    <section className="grid gap-1.5">
      <h3 className="text-sm font-medium text-muted">
        <Trans>Compared with those held out</Trans>
      </h3>
      <p className="text-sm">
        {ordersInWords(lift)} {conversion && buyersInWords(conversion)}{" "}
        {revenuePerPerson
          ? revenueInWords(revenuePerPerson, currency)
          : t`Too few people to compare revenue.`}
      </p>
      <p className="text-xs text-muted">
        <Trans>Intervals at 95 %: of a hundred such comparisons, about five would miss the truth.</Trans>
      </p>
    </section>
  );
}

function ordersInWords({ sent, heldOut }: Lift): string {
  const ordered = formatShare(sent.converted, sent.people);
  const orderedAnyway = formatShare(heldOut.converted, heldOut.people);
  const others = formatNumber(heldOut.people);
  return t`${ordered} of ${plural(sent.people, { one: "# recipient", other: "# recipients" })} ordered, and ${orderedAnyway} of ${others} who got nothing.`;
}

function buyersInWords(difference: Difference): string {
  const { value, low, high } = amounts(difference, (share) => {
    const points = Math.round(Math.abs(share) * 1000) / 10;
    return plural(points, { one: "# point", other: "# points" });
  });
  const between = betweenInWords(difference, low, high);
  if (!isSure(difference)) return t`Whether it changed the share of buyers cannot be said yet: ${between}.`;
  return difference.value >= 0
    ? t`The share of buyers is ${value} higher because of it: ${between}.`
    : t`The share of buyers is ${value} lower because of it: ${between}.`;
}

function revenueInWords(difference: Difference, currency: string): string {
  const { value, low, high } = amounts(difference, (amount) => formatMoney(Math.abs(amount), currency));
  const between = betweenInWords(difference, low, high);
  if (!isSure(difference))
    return t`Whether it changed the revenue per person cannot be said yet: ${between}.`;
  return difference.value >= 0
    ? t`The revenue per person is ${value} higher because of it: ${between}.`
    : t`The revenue per person is ${value} lower because of it: ${between}.`;
}

/** Whether the whole interval is on one side of nothing. */
const isSure = ({ low, high }: Difference) => low > 0 || high < 0;

function amounts({ value, low, high }: Difference, show: (amount: number) => string) {
  return { value: show(value), low: show(low), high: show(high) };
}

function betweenInWords(difference: Difference, low: string, high: string): string {
  if (difference.low >= 0) return t`between ${low} higher and ${high} higher`;
  if (difference.high < 0) return t`between ${low} lower and ${high} lower`;
  return t`between ${low} lower and ${high} higher`;
}
