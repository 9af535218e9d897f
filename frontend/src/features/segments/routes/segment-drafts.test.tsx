/** What is typed into a segment's form outlives the page, until it is saved or given up. */
import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { aSegment } from "@/testing/made";
import { all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as EditSegmentPage } from "./edit-segment-page";
import { Component as NewSegmentPage } from "./new-segment-page";

const RESTORED = /What you typed here earlier/;
const SEGMENT = aSegment({
  id: "s1",
  name: "Big spenders",
  rules: { combinator: "and", not: false, rules: [{ field: "visits", operator: ">", value: 3 }] },
});

beforeEach(() => signedIn());
afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

const user = userEvent.setup();
const value = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;
const button = (name: string) => screen.getByRole("button", { name });

function openNew() {
  cleanup();
  return openPage(NewSegmentPage, "/segments/new", "/segments/new");
}

function openEdit() {
  cleanup();
  return openPage(EditSegmentPage, "/segments/:id/edit", "/segments/s1/edit");
}

describe("a new segment that was not saved", () => {
  beforeEach(() => {
    serve({
      "GET /api/segments": () => all(),
      "POST /api/segments": () => json(SEGMENT, { status: 201 }),
      "POST /api/segments/preview": () => ({ count: 3, total: 9, sample: [], tookMs: 1 }),
    });
  });

  async function type() {
    openNew();
    await user.type(await screen.findByLabelText("Name"), "Regulars");
    await user.type(screen.getByLabelText(/^Describe the people/), "who come often");
    await user.click(button("Use a custom attribute"));
    await user.type(screen.getByLabelText("Attribute name"), "plan");
    await user.click(button("Add as a condition"));
    await user.type(screen.getByLabelText("plan: value"), "gold");
    await user.clear(screen.getByLabelText("Total spend: value"));
    await user.type(screen.getByLabelText("Total spend: value"), "77");
  }

  it("is there again: name, words, conditions and attributes", async () => {
    await type();
    openNew();
    expect(await screen.findByText(RESTORED)).toBeTruthy();
    expect([value("Name"), value("plan: value"), value("Total spend: value")]).toEqual([
      "Regulars",
      "gold",
      "77",
    ]);
    expect((screen.getByLabelText(/^Describe the people/) as HTMLTextAreaElement).value).toBe(
      "who come often",
    );
    await user.click(button("Discard it"));
    expect([value("Name"), value("Total spend: value")]).toEqual(["", "5000"]);
    openNew();
    expect(await screen.findByLabelText("Name")).toBeTruthy();
    expect(screen.queryByText(RESTORED)).toBeNull();
  });

  it("is no more once it is saved, or given up", async () => {
    await type();
    await user.click(button("Create segment"));
    await screen.findByText("Elsewhere");
    openNew();
    await user.type(await screen.findByLabelText("Name"), "Other");
    expect(screen.queryByText(RESTORED)).toBeNull();
    await user.click(screen.getByRole("link", { name: "Cancel" }));
    openNew();
    expect(await screen.findByLabelText("Name")).toBeTruthy();
    expect(value("Name")).toBe("");
  });
});

describe("a changed segment that was not saved", () => {
  it("is there again under the tag that it began from, and may be saved over what came meanwhile", async () => {
    let version = 1;
    const calls = serve({
      "GET /api/segments": () => all(),
      "GET /api/segments/s1": () => json(SEGMENT, { headers: { etag: `"${version}"` } }),
      "PATCH /api/segments/s1": ({ headers }) =>
        headers.get("if-match") === `"${version}"` ? SEGMENT : problem(412, "precondition_failed"),
      "POST /api/segments/preview": () => ({ count: 3, total: 9, sample: [], tookMs: 1 }),
    });
    openEdit();
    await user.clear(await screen.findByLabelText("Visits: value"));
    await user.type(screen.getByLabelText("Visits: value"), "8");
    version = 2;
    openEdit();
    expect(await screen.findByText(RESTORED)).toBeTruthy();
    expect(value("Visits: value")).toBe("8");
    await user.click(button("Save changes"));
    expect(await screen.findByText("Somebody else has changed this segment meanwhile")).toBeTruthy();
    expect(value("Visits: value")).toBe("8");
    // What is typed since is part of it.
    await user.type(screen.getByLabelText("Visits: value"), "9");
    await user.click(button("Save mine over theirs"));
    await screen.findByText("Elsewhere");
    const saved = calls("PATCH /api/segments/s1").map(({ headers }) => headers.get("if-match"));
    expect(saved).toEqual(['"1"', '"2"']);
    const last = JSON.parse(calls("PATCH /api/segments/s1").at(-1)?.body ?? "");
    expect(last.rules.rules[0].value).toBe(89);
    openEdit();
    await screen.findByLabelText("Visits: value");
    expect(screen.queryByText(RESTORED)).toBeNull();
  });
});
