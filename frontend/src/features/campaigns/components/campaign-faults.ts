/** What can be wrong with a campaign, and in which step of the form it is put right. */
import { t } from "@lingui/core/macro";
import { formatNumber } from "@/lib/format";
import { type Faults, onlyFaults, sendingFaults } from "@/lib/sending";
import { optional, whole, within } from "@/lib/typed-number";
import { type CampaignValues, isTested } from "./campaign-values";

export type { Faults };
export type Step = "audience" | "message" | "schedule" | "review";

export const STEPS: readonly Step[] = ["audience", "message", "schedule", "review"];

export function stepName(step: Step): string {
  const names: Record<Step, string> = {
    audience: t`Audience`,
    message: t`Message`,
    schedule: t`Schedule and limits`,
    review: t`Review`,
  };
  return names[step];
}

/** By the outermost member that a fault's path names. */
const STEP_OF: Record<string, Step> = {
  name: "audience",
  segmentId: "audience",
  objective: "audience",
  channel: "message",
  variants: "message",
  scheduledAt: "schedule",
  localTime: "schedule",
  timeZone: "schedule",
  windows: "schedule",
  quietHours: "schedule",
  ratePerMinute: "schedule",
  caps: "schedule",
  holdout: "schedule",
  test: "schedule",
  attributionDays: "schedule",
};

/** The step that a field belongs to; none for what has no place in the form. */
export const stepOf = (field: string): Step | undefined => STEP_OF[field.split(".")[0] ?? ""];

/** The first step with a fault. */
export function firstFaulty(faults: Faults): Step | undefined {
  const faulty = new Set(Object.keys(faults).map(stepOf));
  return STEPS.find((step) => faulty.has(step));
}

/** What the form itself can tell to be wrong, by field in the server's spelling. */
export function faultsOf(values: CampaignValues, now = Date.now()): Faults {
  const found: Record<string, string | false | undefined> = {
    name: values.name.trim() === "" && t`Give the campaign a name.`,
    segmentId: values.segmentId === "" && t`Choose whom it goes to.`,
    scheduledAt: values.when === "moment" && momentFault(values.scheduledAt, now),
    // The last place on earth has it twelve hours after Greenwich.
    localTime: values.when === "local" && momentFault(values.localTime && `${values.localTime}-12:00`, now),
    ...sendingFaults(values),
  };
  if (isTested(values)) {
    found["test.share"] = within(values.testShare, 0.1, 99.9);
    found["test.minutes"] = whole(values.testMinutes, 1, 7 * 24 * 60);
  }
  values.variants.forEach(({ subject, body, share }, index) => {
    const path = `variants.${index}`;
    found[`${path}.subject`] =
      values.channel === "email" && subject.trim() === "" && t`An e-mail needs a subject.`;
    found[`${path}.body`] = body.trim() === "" && t`Write a message.`;
    found[`${path}.share`] =
      values.variants.length > 1 && optional(share, (typed) => within(typed, 0.001, 1_000));
  });
  return onlyFaults(found);
}

/** So long the server takes a moment for the present one. */
const JUST_NOW = 60_000;

function momentFault(typed: string, now: number): string | false {
  if (typed === "") return t`Choose day and time.`;
  return new Date(typed).getTime() < now - JUST_NOW && t`This has passed: choose a later time.`;
}

/** Fields by their names on the page. */
const names = (): Record<string, string> => ({
  name: t`Name`,
  segmentId: t`Segment`,
  objective: t`Objective`,
  channel: t`Channel`,
  variants: t`Messages`,
  scheduledAt: t`When`,
  localTime: t`When`,
  timeZone: t`Time zone`,
  windows: t`Sending hours`,
  quietHours: t`Quiet hours`,
  ratePerMinute: t`Messages a minute`,
  caps: t`Frequency cap`,
  holdout: t`Held out`,
  test: t`Test phase`,
  attributionDays: t`Orders count for`,
});

/** A field in words: `variants.1.body` is of Message 2. */
export function fieldInWords(field: string): string {
  const [outer = "", index] = field.split(".");
  if (outer === "variants" && index !== undefined) {
    const number = formatNumber(Number(index) + 1);
    return t`Message ${number}`;
  }
  return names()[outer] ?? field;
}
