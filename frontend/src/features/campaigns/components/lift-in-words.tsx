import type { Difference, Lift } from "@/lib/contract";
import { formatMoney, formatNumber, formatShare, plural } from "@/lib/format";

const points = (share: number) => `${formatNumber(Math.round(Math.abs(share) * 1000) / 10)} points`;

/** What the comparison with those held out says, and how sure that is. */
export function LiftInWords({ lift, currency }: { lift: Lift; currency: string }) {
  const { sent, heldOut, conversion, revenuePerPerson } = lift;
  return (
    <section className="grid gap-1.5">
      <h3 className="text-sm font-medium text-muted">Compared with those held out</h3>
      <p className="text-sm">
        {formatShare(sent.converted, sent.people)} of {plural(sent.people, "recipient")} ordered, and{" "}
        {formatShare(heldOut.converted, heldOut.people)} of {formatNumber(heldOut.people)} who got nothing.{" "}
        {conversion && sentence(conversion, "share of buyers", points)}{" "}
        {revenuePerPerson
          ? sentence(revenuePerPerson, "revenue per person", (amount) =>
              formatMoney(Math.abs(amount), currency),
            )
          : "Too few people to compare revenue."}
      </p>
      <p className="text-xs text-muted">
        Intervals at 95 %: of a hundred such comparisons, about five would miss the truth.
      </p>
    </section>
  );
}

function sentence({ value, low, high }: Difference, what: string, show: (amount: number) => string): string {
  const sure = low > 0 || high < 0;
  const more = value >= 0 ? "higher" : "lower";
  const between = `between ${direction(low, show)} and ${direction(high, show)}`;
  return sure
    ? `The ${what} is ${show(value)} ${more} because of it: ${between}.`
    : `Whether it changed the ${what} cannot be said yet: ${between}.`;
}

const direction = (amount: number, show: (amount: number) => string) =>
  `${show(amount)} ${amount < 0 ? "lower" : "higher"}`;
