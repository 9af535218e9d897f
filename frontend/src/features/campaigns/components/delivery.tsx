import { t } from "@lingui/core/macro";
import { Progress, type ProgressPart } from "@/components/ui/progress";
import { cn } from "@/lib/cn";
import type { Campaign } from "@/lib/contract";
import { formatNumber, formatShare } from "@/lib/format";

/** Where a campaign's recipients are; the parts add up to the audience. `delivered` and `bounced` are parts of `sent`. */
export function deliveryParts(campaign: Campaign): ProgressPart[] {
  const { sent, failed, skipped } = campaign;
  const delivered = Math.min(campaign.delivered, sent);
  const bounced = Math.min(campaign.bounced ?? 0, sent - delivered);
  const parts: (ProgressPart & { rare?: boolean })[] = [
    { label: t`Delivered`, value: delivered, className: "bg-accent" },
    { label: t`Sent, unconfirmed`, value: sent - delivered - bounced, className: "bg-accent-pale" },
    { label: t`Bounced`, value: bounced, className: "bg-warn", rare: true },
    { label: t`Failed`, value: failed, className: "bg-danger" },
    { label: t`Skipped`, value: skipped, className: "bg-control" },
    { label: t`Unknown`, value: campaign.unknown ?? 0, className: "bg-warn-soft", rare: true },
  ];
  // What is rare is not worth a word where there is none of it.
  return parts.filter(({ rare, value }) => !rare || value > 0);
}

export function DeliveryBar({ campaign }: { campaign: Campaign }) {
  return <Progress label={t`Settled recipients`} parts={deliveryParts(campaign)} total={campaign.audience} />;
}

export function DeliveryFigures({ campaign }: { campaign: Campaign }) {
  const parts = deliveryParts(campaign);
  const settled = parts.reduce((sum, part) => sum + part.value, 0);
  const all = [
    ...parts,
    {
      label: t`To go`,
      value: Math.max(0, campaign.audience - settled),
      className: "bg-sunken ring-1 ring-control",
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-[repeat(auto-fit,minmax(8rem,1fr))]">
      {all.map((part) => (
        <div key={part.label}>
          <dt className="flex items-baseline gap-2 text-sm text-muted sm:whitespace-nowrap">
            <span aria-hidden className={cn("size-2.5 shrink-0 rounded-full", part.className)} />
            {part.label}
          </dt>
          <dd className="text-xl font-semibold tracking-tight tabular-nums">
            {formatNumber(part.value)}{" "}
            <span className="text-sm font-normal text-muted">
              {formatShare(part.value, campaign.audience)}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
