import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { BarChart } from "@/components/ui/bar-chart";
import { Segmented } from "@/components/ui/field";
import { FiguresTable } from "@/components/ui/figures-table";
import type { Stretch } from "@/lib/contract";
import {
  formatCompact,
  formatDate,
  formatDateTime,
  formatDayTick,
  formatNumber,
  formatTime,
} from "@/lib/format";

type Measure = "sent" | "delivered" | "opened" | "clicked" | "converted";

const measures = (): { value: Measure; label: string }[] => [
  { value: "sent", label: t`Sent` },
  { value: "delivered", label: t`Delivered` },
  { value: "opened", label: t`Opened` },
  { value: "clicked", label: t`Clicked` },
  { value: "converted", label: t`Converted` },
];
const views = (): { value: "chart" | "table"; label: string }[] => [
  { value: "chart", label: t`Chart` },
  { value: "table", label: t`Table` },
];

/** What happened when, as a chart or as a table: by the hour at first, later by the day. */
export function ResultsOverTime({ series }: { series: readonly Stretch[] }) {
  const [measure, setMeasure] = useState<Measure>("sent");
  const [view, setView] = useState<"chart" | "table">("chart");
  const name = measures().find(({ value }) => value === measure)?.label ?? "";
  const total = formatNumber(series.reduce((sum, stretch) => sum + stretch[measure], 0));
  const start = formatDateTime(series[0]?.from);
  return (
    <section className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium text-muted">
          <Trans>Over time</Trans>
        </h3>
        <div className="flex flex-wrap items-center gap-2">
          {view === "chart" && (
            <select
              aria-label={t`Figure`}
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
          )}
          <Segmented label={t`Shown as`} value={view} choices={views()} onChange={setView} />
        </div>
      </div>
      {view === "chart" ? (
        <BarChart
          summary={t`${name} from ${start} on, ${total} in all. The same figures are available as a table.`}
          bars={series.map((stretch) => ({
            key: stretch.from,
            label: stretchInWords(stretch),
            tick: stretch.hours === 1 ? formatTime(stretch.from) : formatDayTick(stretch.from),
            value: stretch[measure],
          }))}
          format={formatNumber}
          formatAxis={formatCompact}
        />
      ) : (
        <FiguresTable
          caption={t`What happened when, oldest first`}
          of={{ header: t`From`, cell: stretchInWords }}
          figures={measures().map(({ value, label }) => ({
            header: label,
            cell: (stretch: Stretch) => formatNumber(stretch[value]),
          }))}
          rows={series}
          rowKey={({ from }) => from}
        />
      )}
    </section>
  );
}

const stretchInWords = ({ from, hours }: Stretch) => (hours === 1 ? formatDateTime(from) : formatDate(from));
