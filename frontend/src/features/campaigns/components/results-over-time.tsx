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

const MEASURES: readonly { value: Measure; label: string }[] = [
  { value: "sent", label: "Sent" },
  { value: "delivered", label: "Delivered" },
  { value: "opened", label: "Opened" },
  { value: "clicked", label: "Clicked" },
  { value: "converted", label: "Converted" },
];
const VIEWS = [
  { value: "chart", label: "Chart" },
  { value: "table", label: "Table" },
] as const;

/** What happened when, as a chart or as a table: by the hour at first, later by the day. */
export function ResultsOverTime({ series }: { series: readonly Stretch[] }) {
  const [measure, setMeasure] = useState<Measure>("sent");
  const [view, setView] = useState<"chart" | "table">("chart");
  const name = MEASURES.find(({ value }) => value === measure)?.label ?? "";
  const sum = series.reduce((total, stretch) => total + stretch[measure], 0);
  return (
    <section className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-medium text-muted">Over time</h3>
        <div className="flex flex-wrap items-center gap-2">
          {view === "chart" && (
            <select
              aria-label="Figure"
              value={measure}
              onChange={(event) => setMeasure(event.target.value as Measure)}
              className="control w-auto"
            >
              {MEASURES.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
          <Segmented label="Shown as" value={view} choices={VIEWS} onChange={setView} />
        </div>
      </div>
      {view === "chart" ? (
        <BarChart
          summary={`${name} from ${formatDateTime(series[0]?.from)} on, ${formatNumber(sum)} in all. The same figures are available as a table.`}
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
          caption="What happened when, oldest first"
          of={{ header: "From", cell: stretchInWords }}
          figures={MEASURES.map(({ value, label }) => ({
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
