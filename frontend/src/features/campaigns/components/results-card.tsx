import { plural } from "@lingui/core/macro";
import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ExportStatus } from "@/components/ui/export-status";
import { Figure } from "@/components/ui/facts";
import { Failure, SkeletonRows } from "@/components/ui/states";
import { type Column, Table } from "@/components/ui/table";
import type { Campaign, CampaignReport, Cost, VariantReport } from "@/lib/contract";
import { useFileExport } from "@/lib/exports";
import { plural as counted, formatDateTime, formatMoney, formatNumber, formatShare } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useReport } from "../api/report";
import { LiftInWords } from "./lift-in-words";
import { ResultsOverTime } from "./results-over-time";

/** What a campaign has brought, and what it has cost. */
export function ResultsCard({ campaign }: { campaign: Campaign }) {
  const report = useReport(campaign);
  const mayExport = useMay("write");
  const exporting = useFileExport("campaigns", campaign.id);
  return (
    <Card
      title="Results"
      flush
      actions={
        mayExport && (
          <Button icon={<FileDown aria-hidden />} busy={exporting.isRunning} onClick={exporting.start}>
            Export log as CSV
          </Button>
        )
      }
    >
      {mayExport && (
        <ExportStatus
          exporting={exporting}
          noun={(count) => plural(count, { one: "# recipient", other: "# recipients" })}
          total={campaign.audience}
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
        {report.recounting ? "The results are being counted…" : "There is nothing to count yet."}
      </p>
    );
  }
  const { attribution, counts, failures, lift, cost } = report;
  const { currency } = attribution;
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-5 p-5">
        <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4">
          <Figure
            label="Revenue"
            value={formatMoney(attribution.revenue, currency)}
            note={counted(attribution.orders, "order")}
          />
          <Figure
            label="Converted"
            value={formatNumber(counts.converted)}
            note={`${formatShare(counts.converted, counts.sent)} of those sent to`}
          />
          <Figure
            label="Opened"
            value={formatNumber(counts.opened)}
            note={`${formatShare(counts.opened, counts.delivered)} of delivered`}
          />
          <Figure
            label="Clicked"
            value={formatNumber(counts.clicked)}
            note={`${formatShare(counts.clicked, counts.delivered)} of delivered`}
          />
        </dl>
        {report.series.length > 0 && <ResultsOverTime series={report.series} />}
        {lift && <LiftInWords lift={lift} currency={currency} />}
        {failures.top.length > 0 && (
          <Part title="Why messages did not arrive">
            <ul className="grid gap-1 text-sm">
              {failures.top.map(({ reason, count }) => (
                <li key={reason} className="flex justify-between gap-4">
                  <span className="wrap-anywhere">{reason}</span>
                  <span className="tabular-nums">{formatNumber(count)}</span>
                </li>
              ))}
              {failures.others > 0 && (
                <li className="flex justify-between gap-4 text-muted">
                  <span>Other reasons</span>
                  <span className="tabular-nums">{formatNumber(failures.others)}</span>
                </li>
              )}
            </ul>
          </Part>
        )}
        {cost && <CostInWords cost={cost} />}
        <p role="status" className="text-sm text-muted">
          Counted {formatDateTime(report.asOf)}
          {report.recounting && "; being counted again"}. Orders count that were placed within{" "}
          {counted(attribution.days, "day")} of the message and not cancelled.
        </p>
      </div>
      {campaign.variants.length > 1 && (
        <div className="border-t border-line">
          <Table
            caption="Results by variant"
            columns={variantColumns(currency)}
            rows={report.variants}
            rowKey={({ variant }) => String(variant)}
          />
        </div>
      )}
    </>
  );
}

const variantColumns = (currency: string): Column<VariantReport>[] => [
  { header: "Variant", main: true, cell: ({ variant }) => `Variant ${variant + 1}` },
  { header: "Sent", end: true, cell: ({ counts }) => formatNumber(counts.sent) },
  {
    header: "Opened",
    end: true,
    from: "md",
    cell: ({ counts }) => formatShare(counts.opened, counts.delivered),
  },
  {
    header: "Clicked",
    end: true,
    from: "md",
    cell: ({ counts }) => formatShare(counts.clicked, counts.delivered),
  },
  { header: "Converted", end: true, cell: ({ counts }) => formatShare(counts.converted, counts.sent) },
  { header: "Revenue", end: true, from: "sm", cell: ({ revenue }) => formatMoney(revenue, currency) },
  {
    header: "Per recipient",
    end: true,
    from: "lg",
    cell: ({ revenuePerRecipient }) => formatMoney(revenuePerRecipient, currency),
  },
];

function CostInWords({ cost }: { cost: Cost }) {
  const { total } = cost;
  return (
    <Part title="What it cost on AWS">
      <p className="text-sm">
        {price(total.price, cost.currency)}
        {cost.pricePerMillion !== undefined &&
          `, or ${formatMoney(cost.pricePerMillion, cost.currency)} for a million such messages`}
        : {counted(Math.round(total.writeUnits), "write unit")},{" "}
        {counted(Math.round(total.readUnits), "read unit")},{" "}
        {counted(Math.round(total.queueRequests), "queue request")} and{" "}
        {counted(Math.round(total.invocations), "invocation")}.
      </p>
      <p className="text-xs text-muted">
        List prices of {cost.region}, {cost.pricesAsOf}, without free tiers and the provider’s own price.
      </p>
    </Part>
  );
}

/** Small campaigns cost less than a cent. */
function price(amount: number, currency: string): string {
  const least = 0.01;
  return amount > 0 && amount < least
    ? `Less than ${formatMoney(least, currency)}`
    : formatMoney(amount, currency);
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-1.5">
      <h3 className="text-sm font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}
