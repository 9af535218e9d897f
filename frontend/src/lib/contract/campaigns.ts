/** Wire shapes of campaigns, their logs, and addresses that are not written to. */
import type { ExplainedGroup } from "../contract";

export type Channel = "email" | "sms" | "whatsapp";

/** `share` is relative to the other variants; 1 when nothing is said. */
export type Variant = { subject?: string; body: string; share?: number };

export type WinBy = "clicks" | "conversions";
/** `share` of the recipients get the variants first; after `minutes` the rest gets the one that did best. */
export type TestPhase = { share: number; minutes: number; by?: WinBy };

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
/** Times of day on the recipient's clock, as in `09:00`; without days, every day. */
export type SendWindow = { from: string; until: string; days?: Day[] };
/** May pass midnight. */
export type QuietHours = { from: string; until: string };
/** At most so many messages to one person within so many days, over all campaigns. */
export type Caps = { messages: number; days: number };

/** A campaign that is to be launched, or kept as a draft. */
export type CampaignDraft = {
  name: string;
  segmentId: string;
  channel: Channel;
  objective?: string;
  variants: Variant[];
  /** Share from 0 to 0.5 of those who could be written to that is not, for comparison. */
  holdout?: number;
  test?: TestPhase;
  attributionDays?: number;
  scheduledAt?: string;
  /** As in `2026-12-01T09:00`, on each recipient's own clock; in place of `scheduledAt`. */
  localTime?: string;
  /** Of those of whom none is known; UTC when nothing is said. */
  timeZone?: string;
  windows?: SendWindow[];
  quietHours?: QuietHours;
  ratePerMinute?: number;
  caps?: Caps;
};

/** What is to change of a draft; `null` takes out what may be left out. */
export type CampaignChange = { [Field in keyof CampaignDraft]?: CampaignDraft[Field] | null };

export type Campaign = Omit<CampaignDraft, "test"> & {
  id: string;
  /** `winner` is the index of the variant that won. */
  test?: TestPhase & { until?: string; winner?: number };
  /** What was decided of everybody when the audience was frozen. */
  funnel?: CampaignFunnel;
  status: string;
  audience: number;
  queued: number;
  sent: number;
  delivered: number;
  /** Part of `sent`, as `delivered` is. */
  bounced?: number;
  failed: number;
  skipped: number;
  /** Those of whom nobody knows whether they were written to: the provider's answer was lost. */
  unknown?: number;
  createdAt?: string;
  launchedAt?: string;
  finishedAt?: string;
  failedReason?: string;
};

export type StepName = "matching" | "reachable" | "consenting" | "notSuppressed" | "notCapped" | "notHeldOut";
export type Person = { id: string; email: string; name?: string };
/** `count` are left after the step, `dropped` drop out at it; a preview names some of both. */
export type FunnelStep = {
  step: StepName;
  count: number;
  dropped: number;
  sample?: Person[];
  droppedSample?: Person[];
};
export type CampaignFunnel = { steps: FunnelStep[]; willSend: number };

/** A message as somebody would get it, or why they could not. */
export type Rendered = {
  subject?: string;
  body?: string;
  error?: string;
  /** Of an SMS: what it is billed as. */
  segments?: number;
  encoding?: string;
};

export type Message = {
  id?: string;
  customerId?: string;
  email: string;
  channel: Channel;
  status: string;
  sentAt?: string;
  deliveredAt?: string;
  failedReason?: string;
  skippedReason?: string;
  /** Index of the variant, from 0. */
  variant?: number;
  subject?: string;
  body?: string;
};

/** `atLaunch`: whether it let them through when the audience was frozen; `null` where it was not asked. */
export type WhyStep = { step: StepName; atLaunch?: boolean | null; now?: boolean | null };
export type Why = {
  email: string;
  customerId: string;
  status: string;
  steps: WhyStep[];
  /** What the segment's rules make of them, as they are now. */
  rules?: ExplainedGroup;
  entry?: Message;
};

export type SuppressionReason =
  | "hard_bounce"
  | "complaint"
  | "soft_bounces"
  | "unsubscribed"
  | "manual"
  | "imported";
/** `address` is as much of it as those recognise who know it; the rest is not kept. */
export type Suppression = {
  id: string;
  channel: Channel;
  address?: string;
  reason: SuppressionReason;
  at: string;
};
/** `rejected` names lines of a file. */
export type Suppressed = { added: number; rejected: { field: string; reason: string }[] };
