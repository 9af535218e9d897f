/** A campaign as the form holds it, what goes to the server of it, and how two people's changes come together. */
import type {
  Campaign,
  CampaignChange,
  CampaignDraft,
  Channel,
  Day,
  SendWindow,
  TestPhase,
  Variant,
  WinBy,
} from "@/lib/contract";
import { localTime, moment } from "@/lib/local-time";

/** Rows have keys so that removing one does not mix up the others. */
export type VariantValues = { key: number; subject: string; body: string; share: string };
export type WindowValues = { key: number; from: string; until: string; days: Day[] };

/** Numbers as they are typed, shares in percent, moments in the reader's time. */
export type CampaignValues = {
  name: string;
  segmentId: string;
  objective: string;
  channel: Channel;
  variants: VariantValues[];
  when: "now" | "moment" | "local";
  scheduledAt: string;
  localTime: string;
  timeZone: string;
  windows: WindowValues[];
  quietFrom: string;
  quietUntil: string;
  ratePerMinute: string;
  capMessages: string;
  capDays: string;
  holdout: string;
  isTested: boolean;
  testShare: string;
  testMinutes: string;
  testBy: WinBy;
  attributionDays: string;
};

/** Under which what is typed and not yet saved is kept; of a new campaign for each segment that one comes from. */
export const draftName = (id: string) => `campaign/1/${id}`;
export const newDraftName = (segmentId: string) => `campaign/1/new/${segmentId}`;

export const EMPTY: CampaignValues = valuesOf({ variants: [{ body: "" }] });

export function valuesOf(campaign: Partial<Campaign>): CampaignValues {
  const { scheduledAt, test, holdout, attributionDays, quietHours, caps } = campaign;
  return {
    name: campaign.name ?? "",
    segmentId: campaign.segmentId ?? "",
    objective: campaign.objective ?? "",
    channel: campaign.channel ?? "email",
    variants: (campaign.variants ?? []).map((variant, index) => ({
      key: index + 1,
      subject: variant.subject ?? "",
      body: variant.body,
      share: text(variant.share),
    })),
    when: campaign.localTime ? "local" : scheduledAt ? "moment" : "now",
    scheduledAt: localTime(scheduledAt),
    localTime: campaign.localTime?.slice(0, 16) ?? "",
    timeZone: campaign.timeZone ?? "",
    windows: (campaign.windows ?? []).map(({ from, until, days }, index) => ({
      key: index + 1,
      from,
      until: shownEnd(until),
      days: days ?? [],
    })),
    quietFrom: quietHours?.from ?? "",
    quietUntil: shownEnd(quietHours?.until ?? ""),
    ratePerMinute: text(campaign.ratePerMinute),
    capMessages: text(caps?.messages),
    capDays: text(caps?.days),
    holdout: holdout ? percent(holdout) : "",
    isTested: test !== undefined,
    testShare: percent(test?.share ?? 0.2),
    testMinutes: text(test?.minutes ?? 240),
    testBy: test?.by ?? "clicks",
    attributionDays: text(attributionDays ?? 7),
  };
}

/** What the values say. Only of values without faults does it mean something. */
export function wireOf(values: CampaignValues): CampaignDraft {
  const wire: CampaignDraft = {
    name: values.name.trim(),
    segmentId: values.segmentId,
    channel: values.channel,
    variants: variantsOf(values),
  };
  const scheduledAt = values.when === "moment" ? moment(values.scheduledAt) : null;
  const holdout = share(values.holdout);
  if (values.objective.trim()) wire.objective = values.objective.trim();
  if (scheduledAt) wire.scheduledAt = scheduledAt;
  if (values.when === "local") wire.localTime = values.localTime;
  if (values.timeZone.trim() && usesClocks(values)) wire.timeZone = values.timeZone.trim();
  if (values.windows.length > 0) wire.windows = values.windows.map(windowOf);
  if (values.quietFrom) wire.quietHours = { from: values.quietFrom, until: end(values.quietUntil) };
  if (values.ratePerMinute.trim()) wire.ratePerMinute = Number(values.ratePerMinute);
  if (values.capMessages.trim()) {
    wire.caps = { messages: Number(values.capMessages), days: Number(values.capDays) };
  }
  if (holdout) wire.holdout = holdout;
  if (isTested(values)) wire.test = testOf(values);
  if (values.attributionDays.trim()) wire.attributionDays = Number(values.attributionDays);
  return wire;
}

/** A subject belongs to e-mails; shares say something only where there are several variants. */
export function variantsOf({ channel, variants }: CampaignValues): Variant[] {
  return variants.map(({ subject, body, share: weight }) => ({
    ...(channel === "email" && { subject: subject.trim() }),
    body,
    ...(variants.length > 1 && weight.trim() && { share: Number(weight) }),
  }));
}

/** Whether anything depends on the clocks of recipients. */
export const usesClocks = ({ when, windows, quietFrom }: CampaignValues) =>
  when === "local" || windows.length > 0 || quietFrom !== "";

/** A test needs something to choose from. */
export const isTested = (values: CampaignValues) => values.isTested && values.variants.length > 1;

/** Only what differs goes to the server, so that what others change meanwhile is not undone. */
export function changeOf(before: CampaignValues, after: CampaignValues): CampaignChange {
  const [had, has] = [wireOf(before), wireOf(after)];
  const fields = Object.keys({ ...had, ...has }) as (keyof CampaignDraft)[];
  return Object.fromEntries(
    fields
      .filter((field) => JSON.stringify(had[field]) !== JSON.stringify(has[field]))
      .map((field) => [field, has[field] ?? null]),
  );
}

/** My changes of `before` on top of what somebody else has saved meanwhile; where both have changed a field, mine stands. */
export function rebased(
  before: CampaignValues,
  mine: CampaignValues,
  theirs: CampaignValues,
): CampaignValues {
  const fields = Object.keys(mine) as (keyof CampaignValues)[];
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(mine[field]));
  return { ...theirs, ...Object.fromEntries(changed.map((field) => [field, mine[field]])) };
}

/** A key that no row has. */
export const nextKey = (rows: readonly { key: number }[]) => Math.max(0, ...rows.map(({ key }) => key)) + 1;

function windowOf({ from, until, days }: WindowValues): SendWindow {
  return { from, until: end(until), ...(days.length > 0 && { days }) };
}

function testOf({ testShare, testMinutes, testBy }: CampaignValues): TestPhase {
  return { share: share(testShare), minutes: Number(testMinutes), by: testBy };
}

/** Midnight at the end of a day is 24:00, which a control of time does not know. */
function end(until: string): string {
  return until === "00:00" ? "24:00" : until;
}

function shownEnd(until: string): string {
  return until === "24:00" ? "00:00" : until;
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

/** Shares have at most six decimals, so percents have four. */
function percent(value: number): string {
  return String(Math.round(value * 1_000_000) / 10_000);
}

function share(typed: string): number {
  return Math.round(Number(typed) * 10_000) / 1_000_000;
}
