import { describe, expect, it } from "vitest";
import type { Campaign } from "@/lib/contract";
import { faultsOf, fieldInWords, firstFaulty, stepOf } from "./campaign-faults";
import { type CampaignValues, changeOf, EMPTY, rebased, valuesOf, wireOf } from "./campaign-values";

const DRAFT: Partial<Campaign> = {
  name: "Diwali",
  segmentId: "s1",
  channel: "email",
  objective: "sell lamps",
  variants: [
    { subject: "A", body: "a", share: 2 },
    { subject: "B", body: "b" },
  ],
  localTime: "2026-12-01T09:00",
  timeZone: "Asia/Kolkata",
  windows: [{ from: "09:00", until: "24:00", days: ["mon"] }],
  quietHours: { from: "21:00", until: "08:00" },
  ratePerMinute: 600,
  caps: { messages: 3, days: 7 },
  holdout: 0.125,
  test: { share: 0.07, minutes: 60, by: "conversions" },
  attributionDays: 14,
};
const FILLED: CampaignValues = valuesOf(DRAFT);
const PLAIN: CampaignValues = {
  ...EMPTY,
  name: "Diwali",
  segmentId: "s1",
  variants: [{ key: 1, subject: "Hi", body: "Hello", share: "" }],
};

describe("a campaign in the form", () => {
  it("is the same again after it went through the form", () => {
    expect(wireOf(FILLED)).toEqual(DRAFT);
  });

  it("says nothing of what is not limited", () => {
    expect(wireOf(PLAIN)).toEqual({
      name: "Diwali",
      segmentId: "s1",
      channel: "email",
      variants: [{ subject: "Hi", body: "Hello" }],
      attributionDays: 7,
    });
  });

  it("leaves out what its other choices make meaningless", () => {
    const text: CampaignValues = { ...FILLED, channel: "sms", when: "now", windows: [], quietFrom: "" };
    const alone = wireOf({ ...text, variants: text.variants.slice(0, 1) });
    expect(alone.variants, "no subject in an SMS, no share of one").toEqual([{ body: "a" }]);
    expect(alone, "no test of one variant, no zone without clocks").not.toHaveProperty("test");
    expect(alone).not.toHaveProperty("timeZone");
    expect(alone).not.toHaveProperty("localTime");
  });

  it("sends moments as such, whatever the reader's zone", () => {
    const scheduledAt = "2026-12-01T03:30:00.000Z";
    expect(wireOf(valuesOf({ ...DRAFT, localTime: undefined, scheduledAt } as Campaign)).scheduledAt).toBe(
      scheduledAt,
    );
  });
});

describe("changes of a draft", () => {
  it("are only what differs, and null for what is taken out", () => {
    expect(changeOf(FILLED, FILLED)).toEqual({});
    const after: CampaignValues = {
      ...FILLED,
      name: "Diwali again",
      when: "now",
      capMessages: "",
      capDays: "",
    };
    expect(changeOf(FILLED, after)).toEqual({ name: "Diwali again", localTime: null, caps: null });
  });

  it("come on top of somebody else's; where both changed the same, mine stand", () => {
    const mine = { ...FILLED, name: "Mine", ratePerMinute: "60" };
    const theirs = { ...FILLED, name: "Theirs", objective: "sell more" };
    expect(rebased(FILLED, mine, theirs)).toEqual({ ...theirs, name: "Mine", ratePerMinute: "60" });
  });

  it.each<[string, Partial<CampaignValues>, Partial<CampaignValues>]>([
    ["quiet hours", { quietFrom: "22:00" }, { quietUntil: "06:00" }],
    ["a cap", { capMessages: "5" }, { capDays: "30" }],
    ["the moment", { when: "moment", scheduledAt: "2126-12-01T09:00" }, { localTime: "2126-12-02T10:00" }],
    ["a test", { testMinutes: "90" }, { testShare: "50" }],
  ])("are not half of one person and half of another: %s", (_, mine, theirs) => {
    const both = { ...FILLED, ...mine };
    expect(rebased(FILLED, both, { ...FILLED, ...theirs })).toEqual(both);
  });
});

const THEN = Date.parse("2026-11-25T12:00:00Z");

describe("faults", () => {
  it.each<[string, Partial<CampaignValues>, string[]]>([
    ["a whole campaign", {}, []],
    ["no name, nobody", { name: " ", segmentId: "" }, ["name", "segmentId"]],
    ["no time", { when: "moment", scheduledAt: "" }, ["scheduledAt"]],
    ["no local time", { when: "local", localTime: "" }, ["localTime"]],
    ["a moment that has passed", { when: "moment", scheduledAt: "2020-01-01T09:00" }, ["scheduledAt"]],
    ["a time that has passed everywhere", { when: "local", localTime: "2026-11-24T23:00" }, ["localTime"]],
    ["a time that it still is somewhere", { when: "local", localTime: "2026-11-25T00:30" }, []],
    ["half quiet hours", { quietFrom: "21:00", quietUntil: "" }, ["quietHours.until"]],
    ["half a cap", { capMessages: "3", capDays: "" }, ["caps.days"]],
    ["half a person held out", { holdout: "50.5" }, ["holdout"]],
    [
      "words for numbers",
      { ratePerMinute: "fast", attributionDays: "1.5" },
      ["ratePerMinute", "attributionDays"],
    ],
    [
      "an empty wording",
      { variants: [{ key: 1, subject: "", body: "", share: "" }] },
      ["variants.0.subject", "variants.0.body"],
    ],
  ])("of %s", (_, part, fields) => {
    expect(Object.keys(faultsOf({ ...FILLED, ...part }, THEN))).toEqual(fields);
  });

  it("need no subject where there is none, and no test of one variant", () => {
    const variants = [{ key: 1, subject: "", body: "x", share: "nonsense" }];
    expect(faultsOf({ ...FILLED, channel: "sms", variants, testShare: "" }, THEN)).toEqual({});
  });

  it("lead to their step, in words", () => {
    expect(stepOf("variants.1.body")).toBe("message");
    expect(stepOf("draft")).toBeUndefined();
    expect(firstFaulty({ "caps.days": "x", "variants.0": "x" })).toBe("message");
    expect([fieldInWords("variants.1.body"), fieldInWords("caps.days"), fieldInWords("x")]).toEqual([
      "Message 2",
      "Frequency cap",
      "x",
    ]);
  });
});
