import { select, t } from "@lingui/core/macro";
import { Select, Trans } from "@lingui/react/macro";
import { useMemo } from "react";
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
import { isDay, useChartView } from "./chart-view";
import { type Bucket, type Period, type Series, seriesOf } from "./daily-series";

const measures = () =>
  [
    { value: "revenue", label: t`Revenue` },
    { value: "orders", label: t`Orders` },
    { value: "customers", label: t`New customers` },
  ] as const;
const ranges = () =>
  [
    { value: "7", label: t`7 days` },
    { value: "30", label: t`30 days` },
    { value: "90", label: t`90 days` },
    { value: "365", label: t`1 year` },
    { value: "all", label: t`All` },
  ] as const;
const views = () =>
  [
    { value: "chart", label: t`Chart` },
    { value: "table", label: t`Table` },
  ] as const;

/** What was sold over time, as a chart or as a table. */
export default function DailyCard({ stats }: { stats: Stats }) {
  const [{ measure, range, as }, change] = useChartView();
  const series = useMemo(() => seriesOf(stats.daily, range, measure), [stats.daily, range, measure]);
  const { buckets, size } = series;

  const format = (value: number) =>
    measure === "revenue" ? formatMoney(value, stats.currency, "short") : formatNumber(value);
  const formatAxis = (value: number) =>
    measure === "revenue" ? formatMoney(value, stats.currency, "compact") : formatCompact(value);
  const sum = format(buckets.reduce((total, bucket) => total + bucket[measure], 0));
  const first = buckets[0];
  const last = buckets.at(-1);
  const from = formatUtcDay(first?.from ?? "");
  const to = formatUtcDay(last?.to ?? "");

  return (
    <Card
      title={t`Over time`}
      actions={
        <div className="flex flex-wrap gap-2">
          <Segmented
            label={t`Figure`}
            value={measure}
            choices={measures()}
            onChange={(next) => change({ measure: next })}
          />
          <Segmented
            label={t`Range`}
            value={typeof range === "object" ? "" : range}
            choices={ranges()}
            onChange={(next) => next && change({ range: next })}
          />
          <Segmented
            label={t`Shown as`}
            value={as}
            choices={views()}
            onChange={(next) => change({ as: next })}
          />
        </div>
      }
    >
      {first && last && (
        <p className="mb-4 text-sm text-muted">
          <Trans>
            <span className="font-medium text-ink tabular-nums">{sum}</span>{" "}
            <Select value={measure} _revenue="revenue" _orders="orders" other="new customers" /> from {from}{" "}
            to {to}, by <Select value={size} _day="day" _week="week" other="month" />
          </Trans>
          <button
            type="button"
            aria-expanded={typeof range === "object"}
            className="ml-3 py-0.5 text-accent underline underline-offset-2"
            onClick={() =>
              change({ range: typeof range === "object" ? "90" : { from: first.from, to: last.to } })
            }
          >
            <Trans>Choose days</Trans>
          </button>
        </p>
      )}
      {typeof range === "object" && <Dates period={range} onChange={(next) => change({ range: next })} />}
      {!first || !last ? (
        typeof range === "object" ? (
          <Empty title={t`Nothing between these days`}>
            <Trans>Choose others, or show all.</Trans>
          </Empty>
        ) : (
          <Empty title={t`Nothing yet`}>
            <Trans>The figures of each day appear here as they come in.</Trans>
          </Empty>
        )
      ) : as === "chart" ? (
        <BarChart
          summary={t`${select(measure, { revenue: "Revenue", orders: "Orders", other: "New customers" })} by ${select(size, { day: "day", week: "week", other: "month" })} from ${from} to ${to}, ${sum} in all. The same figures are available as a table.`}
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
          caption={t`Revenue, orders and new customers by ${select(size, { day: "day", week: "week", other: "month" })}, newest first`}
          of={{
            header: select(size, { day: "day", week: "week", other: "month" }),
            cell: (bucket) => bucketLabel(bucket, series),
          }}
          figures={[
            { header: t`Revenue`, cell: ({ revenue }) => formatMoney(revenue, stats.currency) },
            { header: t`Orders`, cell: ({ orders }) => formatNumber(orders) },
            { header: t`New customers`, cell: ({ customers }) => formatNumber(customers) },
          ]}
          rows={buckets.toReversed()}
          rowKey={({ from }) => from}
        />
      )}
      {first && (
        <p className="mt-3 text-xs text-muted">
          <Trans>Days are those of UTC.</Trans>
        </p>
      )}
    </Card>
  );
}

/** Two days, each taken as soon as it is one. */
function Dates({ period, onChange }: { period: Period; onChange: (period: Period) => void }) {
  const day = (end: keyof Period, label: string) => (
    <label className="flex items-center gap-2 text-sm text-muted">
      {label}
      <input
        type="date"
        defaultValue={period[end]}
        onChange={({ target: { value } }) => isDay(value) && onChange({ ...period, [end]: value })}
        className="control w-auto"
      />
    </label>
  );
  return (
    <div className="mb-4 flex flex-wrap gap-x-5 gap-y-2">
      {day("from", t`From`)}
      {day("to", t`To`)}
    </div>
  );
}

function bucketLabel(bucket: Bucket, series: Series): string {
  if (series.size === "month") return formatUtcMonth(bucket.from);
  if (series.size === "week") return `${formatUtcTick(bucket.from)} – ${formatUtcDay(bucket.to)}`;
  return formatUtcDay(bucket.from);
}
