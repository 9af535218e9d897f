import { plural, t } from "@lingui/core/macro";
/** Stretches of time in rules: a duration counted back from now (`P30D`) or two days, both included (`A/B`). */

export type SpanUnit = "hours" | "days" | "weeks" | "months" | "years";
export type Span =
  | { type: "last"; amount: number; unit: SpanUnit }
  | { type: "days"; from: string; to: string }
  | { type: "other"; text: string };

const UNITS: Record<SpanUnit, { prefix: string; letter: string }> = {
  hours: { prefix: "PT", letter: "H" },
  days: { prefix: "P", letter: "D" },
  weeks: { prefix: "P", letter: "W" },
  months: { prefix: "P", letter: "M" },
  years: { prefix: "P", letter: "Y" },
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
  if (span.type === "last") return span.amount >= 1 ? undefined : t`needs a length of time`;
  if (span.type === "other") {
    return /^P(?=.)(\d+[YMWD])*(T(\d+[HMS])+)?$/.test(span.text) ? undefined : t`needs a length of time`;
  }
  if (!span.from || !span.to) return t`needs both dates`;
  return span.from <= span.to ? undefined : t`begins after it ends`;
}

export function describeSpan(text: string): string {
  const span = parseSpan(text);
  if (span.type === "last") return lastInWords(span);
  if (span.type === "other") return span.text;
  const { from, to } = span;
  return t`${from} to ${to}`;
}

function lastInWords({ amount, unit }: Extract<Span, { type: "last" }>): string {
  switch (unit) {
    case "hours":
      return plural(amount, { one: "the last hour", other: "the last # hours" });
    case "days":
      return plural(amount, { one: "the last day", other: "the last # days" });
    case "weeks":
      return plural(amount, { one: "the last week", other: "the last # weeks" });
    case "months":
      return plural(amount, { one: "the last month", other: "the last # months" });
    case "years":
      return plural(amount, { one: "the last year", other: "the last # years" });
  }
}
