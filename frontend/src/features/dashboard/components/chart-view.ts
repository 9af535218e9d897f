import { useSearchParams } from "react-router";
import type { Measure, Period, Range } from "./daily-series";

const MEASURES: readonly Measure[] = ["revenue", "orders", "customers"];
const RANGES: readonly Range[] = ["7", "30", "90", "365", "all"];
const DAY = /^(19|2\d)\d\d-\d\d-\d\d$/;

export type ChartView = {
  measure: Measure;
  /** How long back, or the days that somebody has chosen. */
  range: Range | Period;
  as: "chart" | "table";
};

const USUAL: ChartView = { measure: "revenue", range: "90", as: "chart" };

/** What the chart shows, kept in the address: a link shows the same, and so does the page after a reload. */
export function useChartView(): [ChartView, (part: Partial<ChartView>) => void] {
  const [params, setParams] = useSearchParams();
  const view = read(params);
  const change = (part: Partial<ChartView>) =>
    setParams((before) => written({ ...read(before), ...part }), { replace: true });
  return [view, change];
}

export const isDay = (text: string): boolean => DAY.test(text) && !Number.isNaN(Date.parse(text));

function read(params: URLSearchParams): ChartView {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  const range = RANGES.find((one) => one === params.get("range")) ?? USUAL.range;
  return {
    measure: MEASURES.find((one) => one === params.get("figure")) ?? USUAL.measure,
    range: isDay(from) && isDay(to) ? { from, to } : range,
    as: params.get("as") === "table" ? "table" : "chart",
  };
}

/** What is as usual is left out. */
function written({ measure, range, as }: ChartView): Record<string, string> {
  return {
    ...(measure !== USUAL.measure && { figure: measure }),
    ...(typeof range === "object" ? range : range !== USUAL.range && { range }),
    ...(as !== USUAL.as && { as }),
  };
}
