/** A campaign as the form holds it, what goes to the server of it, and how two people's changes come together. */
import type {
  Campaign,
  CampaignChange,
  CampaignDraft,
  Channel,
  Settings,
  TestPhase,
  Variant,
  WinBy,
} from "@/lib/contract";
import { localTime, moment } from "@/lib/local-time";
import {
  percent,
  rebasedTogether,
  type SendingValues,
  sendingOf,
  sendingValuesOf,
  share,
  TOGETHER,
  text,
} from "@/lib/sending";

/** What the server takes. */
const MAX_NAME = 200;

export { nextKey } from "@/lib/sending";

/** Rows have keys so that removing one does not mix up the others. */
export type VariantValues = { key: number; subject: string; body: string; share: string };

/** Numbers as they are typed, shares in percent, moments in the reader's time. */
export type CampaignValues = SendingValues & {
  name: string;
  segmentId: string;
  objective: string;
  channel: Channel;
  variants: VariantValues[];
  when: "now" | "moment" | "local";
  scheduledAt: string;
  localTime: string;
  isTested: boolean;
  testShare: string;
  testMinutes: string;
  testBy: WinBy;
};

/** Under which what is typed and not yet saved is kept; of a new campaign for each segment that one comes from. */
export const draftName = (id: string) => `campaign/1/${id}`;
export const newDraftName = (segmentId: string) => `campaign/1/new/${segmentId}`;

export const EMPTY: CampaignValues = begunWith({});

/** A new campaign, with what is set for all of them as far as nothing is said of it yet. */
export function begunWith(
  settings: Partial<Settings>,
  said: Partial<Campaign> = { variants: [{ body: "" }] },
): CampaignValues {
  return valuesOf({ ...settings, ...said });
}

export function valuesOf(campaign: Partial<Campaign>): CampaignValues {
  const { scheduledAt, test, attributionDays = 7 } = campaign;
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
    ...sendingValuesOf({ ...campaign, attributionDays }),
    isTested: test !== undefined,
    testShare: percent(test?.share ?? 0.2),
    testMinutes: text(test?.minutes ?? 240),
    testBy: test?.by ?? "clicks",
  };
}

/** What the values say. Only of values without faults does it mean something. */
export function wireOf(values: CampaignValues): CampaignDraft {
  const wire: CampaignDraft = {
    name: values.name.trim(),
    segmentId: values.segmentId,
    channel: values.channel,
    variants: variantsOf(values),
    ...sendingOf(values),
  };
  const scheduledAt = values.when === "moment" ? moment(values.scheduledAt) : null;
  if (values.objective.trim()) wire.objective = values.objective.trim();
  if (scheduledAt) wire.scheduledAt = scheduledAt;
  if (values.when === "local") wire.localTime = values.localTime;
  if (!usesClocks(values)) delete wire.timeZone;
  if (isTested(values)) wire.test = testOf(values);
  return wire;
}

/** What a new campaign takes over of a former one: all but when it went out. */
export function againOf(campaign: Campaign, name: string): Partial<Campaign> {
  const { objective, channel, variants, windows, quietHours, timeZone, ratePerMinute, caps, holdout, test } =
    campaign;
  const said = {
    objective,
    channel,
    variants,
    windows,
    quietHours,
    timeZone,
    ratePerMinute,
    caps,
    holdout,
    test,
  };
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(known),
    name: name.slice(0, MAX_NAME),
    attributionDays: campaign.attributionDays,
  };
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

/** See `TOGETHER`: when it goes out, and how it is tested, is said by several values, too. */
const ALSO_TOGETHER: readonly (readonly (keyof CampaignValues)[])[] = [
  ["when", "scheduledAt", "localTime"],
  ["isTested", "testShare", "testMinutes", "testBy"],
];

export function rebased(
  before: CampaignValues,
  mine: CampaignValues,
  theirs: CampaignValues,
): CampaignValues {
  return rebasedTogether([...TOGETHER, ...ALSO_TOGETHER], before, mine, theirs);
}

function testOf({ testShare, testMinutes, testBy }: CampaignValues): TestPhase {
  return { share: share(testShare), minutes: Number(testMinutes), by: testBy };
}
