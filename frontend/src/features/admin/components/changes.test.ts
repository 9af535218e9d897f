import { describe, expect, it } from "vitest";
import { changesOf, inPlainWords } from "./changes";

const entry = (before: unknown, after: unknown) => ({
  id: "a1",
  at: "2026-11-20T10:00:00Z",
  actor: { id: "u1", name: "owner@example.com" },
  action: "update_segment",
  object: "segments/s1",
  requestId: "r1",
  before,
  after,
});

describe("a change in words", () => {
  it("names each member with what it was and what it is", () => {
    expect(changesOf(entry({ role: "analyst", disabled: false }, { role: "admin", disabled: true }))).toEqual(
      [
        { member: "role", before: "analyst", after: "admin" },
        { member: "disabled", before: "no", after: "yes" },
      ],
    );
  });

  it("leaves one side open for what is new or gone", () => {
    expect(changesOf(entry(undefined, { tags: ["vip", "new"], totalSpend: 2500000, note: null }))).toEqual([
      { member: "tags", before: undefined, after: "vip, new" },
      { member: "total spend", before: undefined, after: "25,00,000" },
      { member: "note", before: undefined, after: "–" },
    ]);
    expect(changesOf(entry({ tags: [] }, undefined))).toEqual([
      { member: "tags", before: "none", after: undefined },
    ]);
    expect(changesOf(entry(undefined, null))).toEqual([]);
  });

  it("tells rules as they are told everywhere, and anything else as it is", () => {
    const rules = {
      combinator: "and",
      not: false,
      rules: [{ field: "city", operator: "=", value: "Pune" }],
    };
    const [change] = changesOf(entry({ rules: { ...rules, rules: [] } }, { rules }));
    expect(change?.before).toBe("Everyone");
    expect(change?.after).toMatch(/City.*Pune/);
    expect(changesOf(entry(undefined, { caps: { messages: 2 } }))[0]?.after).toBe('{\n  "messages": 2\n}');
    expect(changesOf(entry("a", "b"))).toEqual([{ member: "all", before: "a", after: "b" }]);
  });
});

it("reads operations and members as words", () => {
  expect(inPlainWords("update_segment")).toBe("update segment");
  expect(inPlainWords("lastSignInAt")).toBe("last sign in at");
});
