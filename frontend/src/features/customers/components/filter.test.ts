import { describe, expect, it } from "vitest";
import type { RuleGroup } from "@/lib/contract";
import { audienceOf, filterIn, fitsIntoAddress, paramsOf, rulesOf } from "./filter";

const RULES: RuleGroup = {
  combinator: "or",
  not: false,
  rules: [
    { field: "city", operator: "=", value: "Pune & Goa" },
    { combinator: "and", not: true, rules: [{ field: "visits", operator: ">", value: 3 }] },
  ],
};

describe("the filter of customers", () => {
  it("comes back from the address as it went in", () => {
    for (const filter of [
      { search: "", segment: null, rules: null },
      { search: "asha r", segment: null, rules: null },
      { search: "", segment: "s1", rules: null },
      { search: "asha", segment: null, rules: RULES },
    ]) {
      expect(filterIn(new URLSearchParams(paramsOf(filter)))).toEqual(filter);
    }
  });

  it("is none where the address holds nothing sound", () => {
    for (const rules of [
      "{",
      "[]",
      '{"combinator":"xor","rules":[]}',
      '{"combinator":"and","rules":[{"field":1}]}',
    ]) {
      expect(filterIn(new URLSearchParams({ rules })).rules).toBeNull();
    }
  });

  it("asks the list that knows the answer", () => {
    expect(audienceOf({ search: " ", segment: null, rules: null })).toEqual({ by: "everyone" });
    expect(audienceOf({ search: " Asha  R", segment: null, rules: null })).toEqual({
      by: "search",
      search: "Asha R",
    });
    expect(audienceOf({ search: "", segment: "s1", rules: null })).toEqual({ by: "segment", segment: "s1" });
    expect(audienceOf({ search: "", segment: null, rules: RULES })).toEqual({ by: "rules", rules: RULES });
  });

  it("makes conditions of words within a filter", () => {
    const named = (value: string) => ({
      combinator: "or",
      not: false,
      rules: [
        { field: "name", operator: "contains", value },
        { field: "email", operator: "contains", value },
      ],
    });
    const member = { field: "segment", operator: "in", value: ["s1"] };
    expect(audienceOf({ search: "asha rao", segment: "s1", rules: null })).toEqual({
      by: "rules",
      rules: { combinator: "and", not: false, rules: [member, named("asha"), named("rao")] },
    });
    expect(audienceOf({ search: "x", segment: null, rules: RULES })).toEqual({
      by: "rules",
      rules: { combinator: "and", not: false, rules: [RULES, named("x")] },
    });
  });

  it("has rules for everybody and for rules, not for a search", () => {
    expect(rulesOf({ by: "everyone" })?.rules).toEqual([]);
    expect(rulesOf({ by: "rules", rules: RULES })).toBe(RULES);
    expect(rulesOf({ by: "search", search: "a" })).toBeNull();
    expect(fitsIntoAddress(RULES)).toBe(true);
    const many = Array.from({ length: 100 }, () => RULES.rules[0] as RuleGroup);
    expect(fitsIntoAddress({ ...RULES, rules: many })).toBe(false);
  });
});
