import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { BarChart } from "@/components/ui/bar-chart";
import { Card } from "@/components/ui/card";
import { Segmented } from "@/components/ui/field";
import { FiguresTable } from "@/components/ui/figures-table";
import { Empty, Failure, Skeleton } from "@/components/ui/states";
import type { DaySize, Segment } from "@/lib/contract";
import { formatCompact, formatNumber, formatUtcDay, formatUtcTick } from "@/lib/format";
import { useSizes } from "../api/segments";

type Range = "30" | "90" | "365";
type View = "chart" | "table";

const ranges = (): { value: Range; label: string }[] => [
  { value: "30", label: t`30 days` },
  { value: "90", label: t`90 days` },
  { value: "365", label: t`1 year` },
];
const views = (): { value: View; label: string }[] => [
  { value: "chart", label: t`Chart` },
  { value: "table", label: t`Table` },
];

/** How many belonged at the end of each day, as a chart or as a table with who came and went. */
export function SizesCard({ segment }: { segment: Segment }) {
  const [range, setRange] = useState<Range>("30");
  const [view, setView] = useState<View>("chart");
  const sizes = useSizes(segment, Number(range));
  const days = sizes.data?.days;
  const first = days?.[0];
  const last = days?.at(-1);

  return (
    <Card
      title={t`Size over time`}
      actions={
        <div className="flex flex-wrap gap-2">
          <Segmented label={t`Range`} value={range} choices={ranges()} onChange={setRange} />
          <Segmented label={t`Shown as`} value={view} choices={views()} onChange={setView} />
        </div>
      }
    >
      {sizes.error && !days ? (
        <Failure error={sizes.error} onRetry={() => void sizes.refetch()} className="px-0 py-4" />
      ) : !days ? (
        <Skeleton className="h-60 w-full" />
      ) : !first || !last ? (
        <Empty title={t`Nothing yet`}>
          <Trans>The size of each day stands here once the members have been found.</Trans>
        </Empty>
      ) : (
        <>
          <p className="mb-4 text-sm text-muted">{inWords(first, last)}</p>
          {view === "chart" ? (
            <BarChart
              summary={summaryOf(first, last)}
              bars={days.map((day) => ({
                key: day.day,
                label: labelOf(day),
                tick: formatUtcTick(day.day),
                value: day.size,
              }))}
              format={formatNumber}
              formatAxis={formatCompact}
            />
          ) : (
            <FiguresTable
              caption={t`Members at the end of each day, and who came and went, newest first`}
              of={{ header: t`day`, cell: labelOf }}
              figures={[
                { header: t`Members`, cell: ({ size }) => formatNumber(size) },
                { header: t`Came`, cell: ({ entered }) => formatNumber(entered) },
                { header: t`Went`, cell: ({ left }) => formatNumber(left) },
                { header: t`By rules`, cell: ({ rebuilt }) => signed(rebuilt) },
              ]}
              rows={days.toReversed()}
              rowKey={({ day }) => day}
            />
          )}
          <Note days={days} />
        </>
      )}
    </Card>
  );
}

/** Sizes before and after other rules are not to be compared: the days of that are named. */
function Note({ days }: { days: readonly DaySize[] }) {
  const changed = days.filter((day) => day.rulesChanged).map(({ day }) => formatUtcDay(day));
  const shown = changed.slice(-3).join(", ");
  return (
    <p className="mt-3 text-xs text-muted">
      <Trans>Days are those of UTC.</Trans>{" "}
      {changed.length > 0 && <Trans>Other rules count since {shown}.</Trans>}
    </p>
  );
}

function inWords(first: DaySize, last: DaySize): string {
  const now = formatNumber(last.size);
  const since = formatUtcDay(first.day);
  const before = formatNumber(first.size);
  return first.day === last.day ? t`${now} today, the first day` : t`${now} today, ${before} on ${since}`;
}

function summaryOf(first: DaySize, last: DaySize): string {
  const [from, to] = [formatUtcDay(first.day), formatUtcDay(last.day)];
  const [before, now] = [formatNumber(first.size), formatNumber(last.size)];
  return t`Members by day from ${from} to ${to}: first ${before}, now ${now}. The same figures are available as a table.`;
}

function labelOf({ day, rulesChanged }: DaySize): string {
  const date = formatUtcDay(day);
  return rulesChanged ? t`${date}, other rules` : date;
}

function signed(value: number): string {
  if (value === 0) return formatNumber(0);
  return `${value > 0 ? "+" : "−"}${formatNumber(Math.abs(value))}`;
}
