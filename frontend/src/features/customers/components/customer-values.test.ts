import { describe, expect, it } from "vitest";
import type { AttributeRow } from "@/lib/attributes";
import { type CustomerValues, changeOf, faultsOf, rebased, valuesOf } from "./customer-values";

const ASHA = valuesOf({
  name: "Asha",
  city: "Pune",
  visits: 3,
  tags: ["vip", "early"],
  attributes: { size: 38, plan: "gold", member: true },
  createdAt: "2026-01-05T10:20:30Z",
  emailConsent: true,
});
const row = (key: string, kind: AttributeRow["kind"], text: string): AttributeRow => ({
  id: `row-${key}`,
  key,
  kind,
  text,
});
const edited = (part: Partial<CustomerValues>): CustomerValues => ({ ...ASHA, ...part });
const attributes = (...rows: AttributeRow[]) => edited({ attributes: rows });

describe("what a save sends", () => {
  it("is nothing when nothing has changed", () => {
    expect(changeOf(ASHA, edited({ name: " Asha " }))).toEqual({});
  });

  it("is what differs; what was emptied is cleared", () => {
    expect(
      changeOf(
        ASHA,
        edited({
          name: "Asha Rao",
          city: "",
          visits: "",
          tags: ["vip"],
          emailConsent: false,
          smsConsent: true,
        }),
      ),
    ).toEqual({
      name: "Asha Rao",
      city: null,
      visits: null,
      tags: ["vip"],
      emailConsent: false,
      smsConsent: true,
    });
  });

  it("says attributes by key, in their types, and clears those that are gone or renamed", () => {
    expect(
      changeOf(
        ASHA,
        attributes(
          row("size", "number", "39.5"),
          row("member", "boolean", "false"),
          row("tier", "text", " gold "),
        ),
      ),
    ).toEqual({ attributes: { size: 39.5, member: false, tier: "gold", plan: null } });
    expect(changeOf(ASHA, attributes(...ASHA.attributes.slice(1), row("size", "text", "38")))).toEqual({
      attributes: { size: "38" },
    });
  });

  it("turns times of this place into moments, and rounds none that nobody has touched", () => {
    expect(changeOf(ASHA, edited({ lastActiveAt: "2026-11-20T09:15" }))).toEqual({
      lastActiveAt: new Date(2026, 10, 20, 9, 15).toISOString(),
    });
  });
});

describe("the form's own faults", () => {
  it("are found in attributes and numbers", () => {
    const faults = faultsOf({
      ...attributes(
        row("", "text", "x"),
        row("a b", "text", "x"),
        row("n", "number", "many"),
        row("t", "text", " "),
        { ...row("twice", "text", "x"), id: "one" },
        { ...row("twice", "text", "y"), id: "two" },
        row("fine", "number", "-1.5"),
      ),
      visits: "1.5",
    });
    expect(Object.keys(faults).sort()).toEqual([
      "attributes#one#name",
      "attributes#row-#name",
      "attributes#row-a b#name",
      "attributes#row-n#value",
      "attributes#row-t#value",
      "attributes#two#name",
      "visits",
    ]);
  });
});

describe("my changes on top of somebody else's", () => {
  it("keep both when they are about different things", () => {
    const mine = edited({ name: "Asha Rao" });
    const theirs = edited({ city: "Delhi", emailConsent: false });
    expect(rebased(ASHA, mine, theirs)).toEqual({
      values: edited({ name: "Asha Rao", city: "Delhi", emailConsent: false }),
      both: [],
    });
  });

  it("win where both have changed the same, which is said", () => {
    const { values, both } = rebased(
      ASHA,
      edited({ city: "Mumbai", name: "A" }),
      edited({ city: "Delhi", name: "A" }),
    );
    expect(values.city).toBe("Mumbai");
    expect(both).toEqual(["City"]);
  });

  it("bring tags and attributes together one by one", () => {
    const mine = edited({
      tags: ["vip", "new"],
      attributes: [row("size", "number", "40"), row("member", "boolean", "true"), row("", "text", "half")],
    });
    const theirs = edited({
      tags: ["vip", "early", "theirs"],
      attributes: [
        row("size", "number", "39"),
        row("plan", "text", "silver"),
        row("member", "boolean", "false"),
        row("other", "text", "x"),
      ],
    });
    const { values } = rebased(ASHA, mine, theirs);
    expect(values.tags).toEqual(["vip", "theirs", "new"]);
    expect(Object.fromEntries(values.attributes.map(({ key, text }) => [key, text]))).toEqual({
      member: "false",
      other: "x",
      size: "40",
      "": "half",
    });
  });
});
