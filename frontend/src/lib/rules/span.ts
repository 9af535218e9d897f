/** Stretches of time in rules: a duration counted back from now (`P30D`) or two days, both included (`A/B`). */

export type SpanUnit = "hours" | "days" | "weeks" | "months" | "years";
export type Span =
  | { type: "last"; amount: number; unit: SpanUnit }
  | { type: "days"; from: string; to: string }
  | { type: "other"; text: string };

const UNITS: Record<SpanUnit, { prefix: string; letter: string; one: string }> = {
  hours: { prefix: "PT", letter: "H", one: "hour" },
  days: { prefix: "P", letter: "D", one: "day" },
  weeks: { prefix: "P", letter: "W", one: "week" },
  months: { prefix: "P", letter: "M", one: "month" },
  years: { prefix: "P", letter: "Y", one: "year" },
};

export const SPAN_UNITS = Object.keys(UNITS) as SpanUnit[];

export function parseSpan(text: string): Span {
  for (const unit of SPAN_UNITS) {
    const { prefix, letter } = UNITS[unit];
    const match = new RegExp(`^${prefix}(\\d{1,6})${letter}$`).exec(text);
    if (match) return { type: "last", amount: Number(match[1]), unit };
  }
  const days = /^(\d{4}-\d\d-\d\d)?\/(\d{4}-\d\d-\d\d)?$/.exec(text);
  if (days) return { type: "days", from: days[1] ?? "", to: days[2] ?? "" };
  return { type: "other", text };
}

export function formatSpan(span: Span): string {
  if (span.type === "days") return `${span.from}/${span.to}`;
  if (span.type === "other") return span.text;
  const { prefix, letter } = UNITS[span.unit];
  return `${prefix}${span.amount}${letter}`;
}

export function spanFault(span: Span): string | undefined {
  if (span.type === "last") return span.amount >= 1 ? undefined : "needs a length of time";
  if (span.type === "other") {
    return /^P(?=.)(\d+[YMWD])*(T(\d+[HMS])+)?$/.test(span.text) ? undefined : "needs a length of time";
  }
  if (!span.from || !span.to) return "needs both dates";
  return span.from <= span.to ? undefined : "begins after it ends";
}

export function describeSpan(text: string): string {
  const span = parseSpan(text);
  if (span.type === "last") {
    const { one } = UNITS[span.unit];
    return span.amount === 1 ? `the last ${one}` : `the last ${span.amount} ${one}s`;
  }
  return span.type === "days" ? `${span.from} to ${span.to}` : span.text;
}
