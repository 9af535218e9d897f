import { plural, t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ExportStatus } from "@/components/ui/export-status";
import { Figure } from "@/components/ui/facts";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, CampaignReport, VariantReport } from "@/lib/contract";
import { useFileExport } from "@/lib/exports";
import { formatDateTime, formatMoney, formatNumber, formatShare } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useReport } from "../api/report";
import { variantName } from "./campaign-summary";
import { CostInWords } from "./cost-in-words";
import { LiftInWords } from "./lift-in-words";
import { type SkipReason, skippedInWords } from "./message-words";
import { ResponseFunnel } from "./response-funnel";
import { ResultsOverTime } from "./results-over-time";
import { VariantBars } from "./variant-bars";

/** What a campaign has brought, and what it has cost. */
export function ResultsCard({ campaign }: { campaign: Campaign }) {
  const report = useReport(campaign);
  const mayExport = useMay("write");
  const exporting = useFileExport({ of: "campaigns", id: campaign.id }, campaign.audience);
  return (
    <Card
      title={t`Results`}
      flush
      actions={
        mayExport && (
          <Button
            icon={<FileDown aria-hidden />}
            ref={exporting.button}
            busy={exporting.isRunning}
            onClick={exporting.start}
          >
            <Trans>Export log as CSV</Trans>
          </Button>
        )
      }
    >
      {mayExport && (
        <ExportStatus
          exporting={exporting}
          noun={(count) => plural(count, { one: "# recipient", other: "# recipients" })}
        />
      )}
      {report.data ? (
        <Results campaign={campaign} report={report.data} />
      ) : report.isError ? (
        <Failure error={report.error} onRetry={() => void report.refetch()} />
      ) : (
        <SkeletonRows />
      )}
    </Card>
  );
}

function Results({ campaign, report }: { campaign: Campaign; report: CampaignReport }) {
  if (!report.asOf) {
    return (
      <p role="status" className="p-5 text-muted">
        {report.recounting
          ? t`The results are being counted…`
          : t`What comes of it is told here once the first messages have gone.`}
      </p>
    );
  }
  const { attribution, counts, failures, lift, cost } = report;
  const { currency } = attribution;
  const leftOut = leftOutOf(report);
  const converted = formatShare(counts.converted, counts.sent);
  const opened = formatShare(counts.opened, counts.delivered);
  const unsubscribed = formatShare(counts.unsubscribed, counts.delivered);
  const complained = formatShare(counts.complained, counts.delivered);
  const clicked = formatShare(counts.clicked, counts.delivered);
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-5">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-6">
          <Figure
            label={t`Revenue`}
            value={formatMoney(attribution.revenue, currency, "short")}
            note={plural(attribution.orders, { one: "# order", other: "# orders" })}
          />
          <Figure
            label={t`Converted`}
            value={formatNumber(counts.converted)}
            note={t`${converted} of those sent to`}
          />
          <Figure label={t`Opened`} value={formatNumber(counts.opened)} note={t`${opened} of delivered`} />
          <Figure label={t`Clicked`} value={formatNumber(counts.clicked)} note={t`${clicked} of delivered`} />
          <Figure
            label={t`Unsubscribed`}
            value={formatNumber(counts.unsubscribed)}
            note={t`${unsubscribed} of delivered`}
          />
          <Figure
            label={t`Complained`}
            value={formatNumber(counts.complained)}
            note={t`${complained} of delivered`}
          />
        </dl>
        {counts.sent > 0 && <ResponseFunnel counts={counts} />}
        {report.series.length > 0 && <ResultsOverTime series={report.series} />}
        {lift && <LiftInWords lift={lift} currency={currency} />}
        {failures.top.length > 0 && (
          <Part title={t`Why messages did not arrive`}>
            <Reasons reasons={failures.top} others={failures.others} />
          </Part>
        )}
        {leftOut.length > 0 && (
          <Part title={t`Why people were left out`}>
            <Reasons reasons={leftOut} others={0} />
          </Part>
        )}
        {cost && (
          <Part title={t`What it cost on AWS`}>
            <CostInWords cost={cost} />
          </Part>
        )}
        <p role="status" className="text-sm text-muted">
          {countedInWords(report)}{" "}
          <Plural
            value={attribution.days}
            one="Orders count that were placed within # day of the message and not cancelled."
            other="Orders count that were placed within # days of the message and not cancelled."
          />
        </p>
      </div>
      {campaign.variants.length > 1 && report.variants.length > 0 && (
        <div className="border-t border-line">
          <VariantBars variants={report.variants} currency={currency} />
          <Table
            caption={t`Results by variant`}
            columns={variantColumns(currency)}
            rows={report.variants}
            rowKey={({ variant }) => String(variant)}
          />
        </div>
      )}
    </>
  );
}

function countedInWords({ asOf, recounting }: CampaignReport): string {
  const time = formatDateTime(asOf);
  return recounting ? t`Counted ${time}; being counted again.` : t`Counted ${time}.`;
}

const variantColumns = (currency: string): Column<VariantReport>[] => [
  { header: t`Variant`, main: true, cell: ({ variant }) => variantName(variant) },
  { header: t`Sent`, end: true, cell: ({ counts }) => formatNumber(counts.sent) },
  {
    header: t`Opened`,
    end: true,
    from: "md",
    cell: ({ counts }) => formatShare(counts.opened, counts.delivered),
  },
  {
    header: t`Clicked`,
    end: true,
    from: "md",
    cell: ({ counts }) => formatShare(counts.clicked, counts.delivered),
  },
  { header: t`Converted`, end: true, cell: ({ counts }) => formatShare(counts.converted, counts.sent) },
  { header: t`Revenue`, end: true, from: "sm", cell: ({ revenue }) => formatMoney(revenue, currency) },
  {
    header: t`Per recipient`,
    end: true,
    from: "lg",
    cell: ({ revenuePerRecipient }) => formatMoney(revenuePerRecipient, currency),
  },
];

type ReasonsProps = { reasons: readonly { reason: string; count: number }[]; others: number };

function Reasons({ reasons, others }: ReasonsProps) {
  return (
    <ul className="grid gap-1 text-sm">
      {reasons.map(({ reason, count }) => (
        <li key={reason} className="flex justify-between gap-4">
          <span className="wrap-anywhere">{reason}</span>
          <span className="tabular-nums">{formatNumber(count)}</span>
        </li>
      ))}
      {others > 0 && (
        <li className="flex justify-between gap-4 text-muted">
          <span>
            <Trans>Other reasons</Trans>
          </span>
          <span className="tabular-nums">{formatNumber(others)}</span>
        </li>
      )}
    </ul>
  );
}

/** The most frequent first. */
function leftOutOf({ skipped = {} }: Partial<CampaignReport>): ReasonsProps["reasons"] {
  return Object.entries(skipped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => ({ reason: skippedInWords(reason as SkipReason), count }))
    .sort((one, other) => other.count - one.count);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-1.5">
      <h3 className="text-sm font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}
