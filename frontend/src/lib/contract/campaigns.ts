/** Wire shapes of campaigns, their logs, and addresses that are not written to, as the web app calls them. */
import type * as wire from "../generated/types.gen";

export type {
  Campaign,
  CampaignReport,
  Channel,
  Day,
  FunnelStep,
  Message,
  Person,
  Rendered,
  StepName,
  Suppressed,
  Suppression,
  SuppressionReason,
  Variant,
  VariantReport,
  Why,
  WhyStep,
  WinBy,
} from "../generated/types.gen";

/** As forms make it: what is not said is left out, where the API would take `null`, too. */
type Said<T> = { [Member in keyof T]: Exclude<T[Member], null> };

/** `share` of the recipients get the variants first; after `minutes` the rest gets the one that did best. */
export type TestPhase = Said<wire.TestRequest>;
/** Times of day on the recipient's clock, as in `09:00`; without days, every day. */
export type SendWindow = wire.WindowRequest;

/** A campaign that is to be launched, or kept as a draft. */
export type CampaignDraft = Said<Omit<wire.CampaignRequest, "draft" | "variants" | "test">> & {
  variants: wire.Variant[];
  test?: TestPhase;
};
/** What is to change of a draft; `null` takes out what may be left out. */
export type CampaignChange = wire.CampaignChangeRequest;

/** How many are written to, and where the others drop out. */
export type CampaignFunnel = wire.Funnel;
export type Cost = wire.ReportCost;
/** With its interval at 95 %; `relative` to what those held out did. */
export type Difference = wire.ReportDifference;
export type Lift = wire.ReportLift;
/** What happened in one or 24 hours; `converted` are recipients by their first order that counts. */
export type Stretch = wire.ReportStretch;
