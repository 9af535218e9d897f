import { prepareRuleGroup, type RuleGroupType } from "react-querybuilder";
import { describe, expect, it } from "vitest";
import type { RuleGroup } from "../contract";
import { describeRules } from "./describe";
import { describeSpan, formatSpan, parseSpan, spanFault } from "./span";
import { fields, operatorsOf, shapeOf } from "./vocabulary";
import { attributesIn, coerceValue, queryFault, ruleFault, segmentsIn, toWire } from "./wire";

const WIRE: RuleGroup = {
  combinator: "and",
  not: false,
  rules: [
    { field: "totalSpend", operator: ">=", value: 5000, within: "P90D" },
    {
      combinator: "or",
      not: true,
      rules: [
        { field: "city", operator: "in", value: ["Mumbai", "Pune"] },
        { field: "visits", operator: "between", value: [1, 10] },
        { field: "phone", operator: "null" },
      ],
    },
    { field: "lastActiveAt", operator: "notWithin", value: "2026-01-01/2026-03-31" },
    { field: "attributes.points", operator: "<", value: 7.5 },
    { field: "attributes.trial", operator: "=", value: false },
    { field: "smsConsent", operator: "!=", value: true },
  ],
};

describe("toWire", () => {
  it("gives back exactly what was loaded into the builder", () => {
    const query = prepareRuleGroup(WIRE as RuleGroupType);
    expect(JSON.stringify(query)).toContain('"id"');
    expect(toWire(query, attributesIn(WIRE))).toEqual(WIRE);
  });

  it("takes off what the builder adds and what the field does not allow", () => {
    const query = {
      id: "r",
      path: [],
      combinator: "and",
      rules: [
        { id: "1", field: "city", operator: "null", value: "left over", valueSource: "value", within: "P1D" },
      ],
    };
    expect(toWire(query)).toEqual({
      combinator: "and",
      not: false,
      rules: [{ field: "city", operator: "null" }],
    });
  });

  it("shapes a value that another operator left behind", () => {
    expect(coerceValue("text", "in", "Pune")).toEqual(["Pune"]);
    expect(coerceValue("text", "=", ["Pune", "Delhi"])).toBe("Pune");
    expect(coerceValue("number", "between", 5)).toEqual([5, ""]);
    expect(coerceValue("time", "within", "2026-01-01")).toBe("P30D");
    expect(coerceValue("time", "<", "P30D")).toBe("");
    expect(coerceValue("boolean", "=", "")).toBe(true);
    expect(coerceValue("number", "=", "12abc")).toBe("");
  });
});

describe("attributesIn", () => {
  const known = { field: "attributes.points", operator: "notNull" };
  const number = { field: "attributes.points", operator: ">=", value: 100 };
  it.each([
    [[known, number], "number"],
    [[number, known], "number"],
    [[known], "text"],
  ])("takes the kind of an attribute from a condition that has a value: %j", (rules, kind) => {
    const group: RuleGroup = { combinator: "and", not: false, rules };
    expect(attributesIn(group)).toMatchObject([{ name: "attributes.points", kind }]);
    expect(toWire(group, attributesIn(group))).toEqual(group);
  });
});

describe("queryFault", () => {
  it("lets a complete query and an empty one pass", () => {
    expect(queryFault(WIRE, attributesIn(WIRE))).toBeUndefined();
    expect(queryFault({ combinator: "and", rules: [] })).toBeUndefined();
  });

  it("names what is unfinished, however deep", () => {
    const inner = { combinator: "or" as const, rules: [{ field: "city", operator: "=", value: " " }] };
    expect(queryFault({ combinator: "and", rules: [inner] })).toBe("City needs a value");
    expect(ruleFault({ field: "visits", operator: "between", value: [1, ""] })).toBe("needs both ends");
    expect(ruleFault({ field: "visits", operator: "in", value: [1, "x"] })).toBe("needs numbers");
    expect(ruleFault({ field: "tags", operator: "in", value: [] })).toBe("needs at least one value");
    expect(ruleFault({ field: "totalSpend", operator: ">", value: 0, within: "P0D" })).toBe(
      "needs a length of time",
    );
    expect(ruleFault({ field: "nonsense", operator: "=", value: 1 })).toBe("needs a field");
  });

  it("accepts zero and false as values", () => {
    expect(ruleFault({ field: "totalSpend", operator: "=", value: 0 })).toBeUndefined();
    expect(ruleFault({ field: "emailConsent", operator: "=", value: false })).toBeUndefined();
  });
});

describe("spans", () => {
  it("round-trips every form, and keeps durations it has no control for", () => {
    for (const text of ["P30D", "PT12H", "P6M", "P1Y", "P2W", "2026-01-01/2026-03-31", "P1Y6M"]) {
      expect(formatSpan(parseSpan(text))).toBe(text);
      expect(spanFault(parseSpan(text))).toBeUndefined();
    }
  });

  it("refuses what is no stretch of time", () => {
    expect(spanFault(parseSpan("/2026-01-01"))).toBe("needs both dates");
    expect(spanFault(parseSpan("2026-02-01/2026-01-01"))).toBe("begins after it ends");
    for (const text of ["P", "PT", "P30", "soon"])
      expect(spanFault(parseSpan(text))).toBe("needs a length of time");
  });

  it("reads in words", () => {
    expect(describeSpan("P1M")).toBe("the last month");
    expect(describeSpan("PT12H")).toBe("the last 12 hours");
  });
});

describe("describeRules", () => {
  it("says a nested query in one sentence", () => {
    expect(describeRules(WIRE)).toBe(
      "Total spend is at least 5000 in the last 90 days and not (City is one of Mumbai, Pune or " +
        "Visits is between 1 and 10 or Phone is missing) and Last active is not within 2026-01-01 to 2026-03-31 " +
        "and points is less than 7.5 and trial is no and SMS consent is not yes",
    );
  });

  it("knows what empty groups mean", () => {
    expect(describeRules({ combinator: "and", rules: [] })).toBe("Everyone");
    expect(describeRules({ combinator: "or", rules: [] })).toBe("No one");
    expect(describeRules({ combinator: "and", not: true, rules: [] })).toBe("not (everyone)");
  });
});

describe("segments in rules", () => {
  const rules: RuleGroup = {
    combinator: "or",
    not: false,
    rules: [
      { field: "segment", operator: "in", value: ["a", "b"] },
      { combinator: "and", not: true, rules: [{ field: "segment", operator: "notIn", value: ["b"] }] },
    ],
  };

  it("are found once each, however deep", () => {
    expect(segmentsIn(rules)).toEqual(["a", "b"]);
    expect(segmentsIn({ ...rules, segment: "c" })).toEqual(["c", "a", "b"]);
  });

  it("are sent as a list of ids, and told by their names", () => {
    expect(toWire(prepareRuleGroup(rules as RuleGroupType))).toEqual(rules);
    const nameOf = (id: string) => ({ a: "VIP", b: "Lapsed" })[id] ?? id;
    expect(describeRules(rules, { show: String, nameOf })).toBe(
      "In segment VIP or Lapsed or not (Not in segment Lapsed)",
    );
    expect(ruleFault({ field: "segment", operator: "in", value: [] })).toBe("needs a segment");
  });
});

describe("vocabulary", () => {
  it("offers no field without operators and no operator twice", () => {
    for (const field of fields()) {
      const names = operatorsOf(field.kind).map(({ name }) => name);
      expect(names.length).toBeGreaterThan(1);
      expect(new Set(names).size).toBe(names.length);
      expect(names.every((name) => shapeOf(name) !== undefined)).toBe(true);
    }
  });
});
