/**
 * Daily figures over a range, without gaps, in so few buckets that a chart of them can be read. A range counts back from
 * the last day on which the chosen figure is there at all: imported history may have ended long ago. A period is shown as
 * far as there are figures.
 */
import type { DailyFigures } from "@/lib/contract";

export type Measure = "orders" | "revenue" | "customers";
export type Range = "7" | "30" | "90" | "365" | "all";
/** From one day to another, both included; in either order. */
export type Period = { from: string; to: string };
export type Bucket = { from: string; to: string; orders: number; revenue: number; customers: number };
export type Series = { size: "day" | "week" | "month"; buckets: Bucket[] };

const DAY = 86_400_000;

export function seriesOf(daily: readonly DailyFigures[], range: Range | Period, measure: Measure): Series {
  const days = daily
    .map((figures) => ({ ...figures, time: Date.parse(`${figures.date}T00:00:00Z`) }))
    .filter((figures) => !Number.isNaN(figures.time))
    .sort((a, b) => a.time - b.time);
  const first = days.find((figures) => figures[measure] !== 0);
  const last = days.findLast((figures) => figures[measure] !== 0);
  if (!first || !last) return { size: "day", buckets: [] };

  const [start, end] = boundsOf(range, first.time, last.time);
  if (start > end) return { size: "day", buckets: [] };
  const length = (end - start) / DAY + 1;
  const size = length <= 92 ? "day" : length <= 550 ? "week" : "month";

  const buckets: Bucket[] = [];
  for (let from = start; from <= end; ) {
    const to = Math.min(nextStart(from, size) - DAY, end);
    buckets.push({ from: dayOf(from), to: dayOf(to), orders: 0, revenue: 0, customers: 0 });
    from = nextStart(from, size);
  }

  let at = 0;
  for (const figures of days) {
    if (figures.time < start || figures.time > end) continue;
    while (at < buckets.length - 1 && figures.date > (buckets[at]?.to ?? "")) at += 1;
    const bucket = buckets[at];
    if (!bucket) continue;
    bucket.orders += figures.orders;
    bucket.revenue += figures.revenue;
    bucket.customers += figures.customers;
  }
  return { size, buckets };
}

function boundsOf(range: Range | Period, first: number, last: number): [number, number] {
  if (range === "all") return [first, last];
  if (typeof range === "string") return [Math.max(first, last - (Number(range) - 1) * DAY), last];
  const [from = first, to = last] = [Date.parse(range.from), Date.parse(range.to)].sort((a, b) => a - b);
  return [Math.max(first, from), Math.min(last, to)];
}

function nextStart(time: number, size: Series["size"]): number {
  if (size === "day") return time + DAY;
  const date = new Date(time);
  if (size === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return time + (7 - ((date.getUTCDay() + 6) % 7)) * DAY;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
