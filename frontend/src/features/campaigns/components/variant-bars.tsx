import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { cn } from "@/lib/cn";
import type { VariantReport } from "@/lib/contract";
import { formatMoney, formatShare } from "@/lib/format";
import { variantName } from "./campaign-summary";

type Measure = "opened" | "clicked" | "converted" | "revenue";

type VariantBarsProps = { variants: readonly VariantReport[]; currency: string };

/** The variants side by side by one figure; all figures stand in the table. */
export function VariantBars({ variants, currency }: VariantBarsProps) {
  const [measure, setMeasure] = useState<Measure>("clicked");
  const bars = variants.map((variant) => ({ variant, ...figureOf(variant, measure, currency) }));
  const most = Math.max(...bars.map(({ value }) => value));
  return (
    <section className="grid gap-3 p-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium text-muted">
          <Trans>Variants compared</Trans>
        </h3>
        <select
          aria-label={t`Compared by`}
          value={measure}
          onChange={(event) => setMeasure(event.target.value as Measure)}
          className="control w-auto"
        >
          {measures().map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <ul className="grid gap-3">
        {bars.map(({ variant: { variant }, value, text }) => (
          <li key={variant} className="grid gap-1">
            <p className="flex justify-between gap-4 text-sm">
              <span>{variantName(variant)}</span>
              <span className="font-medium tabular-nums">{text}</span>
            </p>
            <span aria-hidden className="h-3 overflow-hidden rounded-full bg-sunken">
              <span
                className={cn("block h-full rounded-full", value === most ? "bg-accent" : "bg-accent-pale")}
                style={{ width: `${most > 0 ? (Math.max(0, value) / most) * 100 : 0}%` }}
              />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const measures = (): { value: Measure; label: string }[] => [
  { value: "opened", label: t`Opened, of delivered` },
  { value: "clicked", label: t`Clicked, of delivered` },
  { value: "converted", label: t`Converted, of sent` },
  { value: "revenue", label: t`Revenue per recipient` },
];

function figureOf({ counts, revenuePerRecipient }: VariantReport, measure: Measure, currency: string) {
  if (measure === "revenue") {
    return { value: Number(revenuePerRecipient ?? 0), text: formatMoney(revenuePerRecipient, currency) };
  }
  const whole = measure === "converted" ? counts.sent : counts.delivered;
  const part = counts[measure];
  return { value: whole > 0 ? part / whole : 0, text: formatShare(part, whole) };
}
