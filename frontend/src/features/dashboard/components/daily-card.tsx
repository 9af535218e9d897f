import { useMemo, useState } from "react";
import { BarChart } from "@/components/ui/bar-chart";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { FiguresTable } from "@/components/ui/figures-table";
import { Empty } from "@/components/ui/states";
import type { Stats } from "@/lib/contract";
import {
  formatCompact,
  formatMoney,
  formatNumber,
  formatUtcDay,
  formatUtcMonth,
  formatUtcTick,
} from "@/lib/format";
import { type Bucket, type Measure, type Range, type Series, seriesOf } from "./daily-series";

const MEASURES = [
  { value: "revenue", label: "Revenue" },
  { value: "orders", label: "Orders" },
  { value: "customers", label: "New customers" },
] as const;
const RANGES = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "all", label: "All" },
] as const;
const VIEWS = [
  { value: "chart", label: "Chart" },
  { value: "table", label: "Table" },
] as const;

/** What was sold over time, as a chart or as a table. */
export default function DailyCard({ stats }: { stats: Stats }) {
  const [measure, setMeasure] = useState<Measure>("revenue");
  const [range, setRange] = useState<Range>("90");
  const [view, setView] = useState<"chart" | "table">("chart");
  const series = useMemo(() => seriesOf(stats.daily, range, measure), [stats.daily, range, measure]);
  const { buckets } = series;

  const format = (value: number) =>
    measure === "revenue" ? formatMoney(value, stats.currency) : formatNumber(value);
  const formatAxis = (value: number) =>
    measure === "revenue" ? formatMoney(value, stats.currency, "compact") : formatCompact(value);
  const name = MEASURES.find(({ value }) => value === measure)?.label ?? "";
  const sum = buckets.reduce((total, bucket) => total + bucket[measure], 0);
  const first = buckets[0];
  const last = buckets.at(-1);

  return (
    <Card
      title="Over time"
      actions={
        <div className="flex flex-wrap gap-2">
          <Segmented label="Figure" value={measure} choices={MEASURES} onChange={setMeasure} />
          <Segmented label="Range" value={range} choices={RANGES} onChange={setRange} />
          <Segmented label="Shown as" value={view} choices={VIEWS} onChange={setView} />
        </div>
      }
    >
      {!first || !last ? (
        <Empty title="Nothing yet">The figures of each day appear here as they come in.</Empty>
      ) : (
        <>
          <p className="mb-4 text-sm text-muted">
            <span className="font-medium text-ink tabular-nums">{format(sum)}</span> {name.toLowerCase()} from{" "}
            {formatUtcDay(first.from)} to {formatUtcDay(last.to)}, by {series.size}
          </p>
          {view === "chart" ? (
            <BarChart
              summary={`${name} by ${series.size} from ${formatUtcDay(first.from)} to ${formatUtcDay(last.to)}, ${format(sum)} in all. The same figures are available as a table.`}
              bars={buckets.map((bucket) => ({
                key: bucket.from,
                label: bucketLabel(bucket, series),
                tick: series.size === "month" ? formatUtcMonth(bucket.from) : formatUtcTick(bucket.from),
                value: bucket[measure],
              }))}
              format={format}
              formatAxis={formatAxis}
            />
          ) : (
            <FiguresTable
              caption={`Revenue, orders and new customers by ${series.size}, newest first`}
              of={{ header: series.size, cell: (bucket) => bucketLabel(bucket, series) }}
              figures={[
                { header: "Revenue", cell: ({ revenue }) => formatMoney(revenue, stats.currency) },
                { header: "Orders", cell: ({ orders }) => formatNumber(orders) },
                { header: "New customers", cell: ({ customers }) => formatNumber(customers) },
              ]}
              rows={buckets.toReversed()}
              rowKey={({ from }) => from}
            />
          )}
        </>
      )}
    </Card>
  );
}

function bucketLabel(bucket: Bucket, series: Series): string {
  if (series.size === "month") return formatUtcMonth(bucket.from);
  if (series.size === "week") return `${formatUtcTick(bucket.from)} – ${formatUtcDay(bucket.to)}`;
  return formatUtcDay(bucket.from);
}
