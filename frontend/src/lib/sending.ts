/** When campaigns may write, how much, and how it is measured, as forms hold it: of one campaign, or what all begin with. */
import { t } from "@lingui/core/macro";
import type { CampaignDraft, Day, SendWindow, Settings } from "./contract";
import { optional, whole, within } from "./typed-number";

/** By field in the server's spelling. */
export type Faults = Record<string, string>;

/** Rows have keys so that removing one does not mix up the others. */
export type WindowValues = { key: number; from: string; until: string; days: Day[] };

/** Numbers as they are typed, shares in percent. */
export type SendingValues = {
  timeZone: string;
  windows: WindowValues[];
  quietFrom: string;
  quietUntil: string;
  ratePerMinute: string;
  capMessages: string;
  capDays: string;
  holdout: string;
  attributionDays: string;
};

/** Values that make up one setting: they go together, or the two halves of one might be of two people. */
export const TOGETHER: readonly (readonly (keyof SendingValues)[])[] = [
  ["quietFrom", "quietUntil"],
  ["capMessages", "capDays"],
];

/** My changes of `before` on top of what somebody else has saved meanwhile; where both have changed something, mine stands. */
export function rebasedTogether<V extends object>(
  together: readonly (readonly (keyof V)[])[],
  before: V,
  mine: V,
  theirs: V,
): V {
  const fields = Object.keys(mine) as (keyof V)[];
  const isChanged = (field: keyof V) => JSON.stringify(before[field]) !== JSON.stringify(mine[field]);
  const changed = fields.filter((field) =>
    (together.find((group) => group.includes(field)) ?? [field]).some(isChanged),
  );
  return { ...theirs, ...Object.fromEntries(changed.map((field) => [field, mine[field]])) };
}

/** What is said of it, under the names that campaigns and settings share. */
export type Sending = Pick<
  Settings,
  "timeZone" | "windows" | "quietHours" | "ratePerMinute" | "caps" | "holdout" | "attributionDays"
>;
export type SaidSending = Pick<CampaignDraft, keyof Sending>;

export function sendingValuesOf(sending: Sending): SendingValues {
  const { quietHours, caps, holdout } = sending;
  return {
    timeZone: sending.timeZone ?? "",
    windows: (sending.windows ?? []).map(({ from, until, days }, index) => ({
      key: index + 1,
      from,
      until: shownEnd(until),
      days: days ?? [],
    })),
    quietFrom: quietHours?.from ?? "",
    quietUntil: shownEnd(quietHours?.until ?? ""),
    ratePerMinute: text(sending.ratePerMinute),
    capMessages: text(caps?.messages),
    capDays: text(caps?.days),
    holdout: holdout ? percent(holdout) : "",
    attributionDays: text(sending.attributionDays),
  };
}

/** What the values say. Only of values without faults does it mean something. */
export function sendingOf(values: SendingValues): SaidSending {
  const said: SaidSending = {};
  const holdout = share(values.holdout);
  if (values.timeZone.trim()) said.timeZone = values.timeZone.trim();
  if (values.windows.length > 0) said.windows = values.windows.map(windowOf);
  if (values.quietFrom) said.quietHours = { from: values.quietFrom, until: end(values.quietUntil) };
  if (values.ratePerMinute.trim()) said.ratePerMinute = Number(values.ratePerMinute);
  if (values.capMessages.trim()) {
    said.caps = { messages: Number(values.capMessages), days: Number(values.capDays) };
  }
  if (holdout) said.holdout = holdout;
  if (values.attributionDays.trim()) said.attributionDays = Number(values.attributionDays);
  return said;
}

/** What a form itself can tell to be wrong. */
export function sendingFaults(values: SendingValues): Record<string, string | false | undefined> {
  const found: Record<string, string | false | undefined> = {
    "quietHours.from": values.quietUntil !== "" && values.quietFrom === "" && t`Say when they begin.`,
    "quietHours.until": values.quietFrom !== "" && values.quietUntil === "" && t`Say when they end.`,
    ratePerMinute: optional(values.ratePerMinute, (rate) => whole(rate, 1, 1_000_000)),
    holdout: optional(values.holdout, (holdout) => within(holdout, 0, 50)),
    attributionDays: optional(values.attributionDays, (days) => whole(days, 1, 90)),
  };
  if (values.capMessages.trim() || values.capDays.trim()) {
    found["caps.messages"] = whole(values.capMessages, 1, 100);
    found["caps.days"] = whole(values.capDays, 1, 90);
  }
  values.windows.forEach(({ from, until }, index) => {
    found[`windows.${index}.from`] = from === "" && t`Say when it begins.`;
    found[`windows.${index}.until`] = until === "" && t`Say when it ends.`;
  });
  return found;
}

/** Those that are faults. */
export function onlyFaults(found: Record<string, string | false | undefined>): Faults {
  const isFault = (entry: [string, string | false | undefined]): entry is [string, string] =>
    Boolean(entry[1]);
  return Object.fromEntries(Object.entries(found).filter(isFault));
}

/** A key that no row has. */
export const nextKey = (rows: readonly { key: number }[]) => Math.max(0, ...rows.map(({ key }) => key)) + 1;

export function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** Shares have at most six decimals, so percents have four. */
export function percent(value: number): string {
  return String(Math.round(value * 1_000_000) / 10_000);
}

export function share(typed: string): number {
  return Math.round(Number(typed) * 10_000) / 1_000_000;
}

function windowOf({ from, until, days }: WindowValues): SendWindow {
  return { from, until: end(until), ...(days.length > 0 && { days }) };
}

/** Midnight at the end of a day is 24:00, which a control of time does not know. */
function end(until: string): string {
  return until === "00:00" ? "24:00" : until;
}

function shownEnd(until: string): string {
  return until === "24:00" ? "00:00" : until;
}
