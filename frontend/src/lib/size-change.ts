/** How a segment's size has changed of late, of the sizes that come with every segment. */
import { t } from "@lingui/core/macro";
import type { Segment } from "./contract";
import { formatNumber } from "./format";

const WEEK = 7;

/** By how many members it is larger or smaller than seven days ago; undefined where its rules are younger. */
export function changeInAWeek({ recentSizes }: Pick<Segment, "recentSizes">): number | undefined {
  const now = recentSizes?.at(-1);
  const before = recentSizes?.at(-1 - WEEK);
  return now === undefined || before === undefined ? undefined : now - before;
}

/** `+12 in 7 days`. */
export function changeInWords(change: number): string {
  if (change === 0) return t`unchanged in 7 days`;
  const signed = `${change > 0 ? "+" : "−"}${formatNumber(Math.abs(change))}`;
  return t`${signed} in 7 days`;
}
