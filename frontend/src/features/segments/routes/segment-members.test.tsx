import { act, cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { LIVE } from "@/lib/live";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aSegment } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as SegmentPage } from "./segment-page";

const SEGMENT = aSegment({
  id: "s1",
  name: "Big spenders",
  kind: "rules",
  rules: { combinator: "and", rules: [{ field: "totalSpend", operator: ">=", value: 5000 }] },
  count: 40,
  state: "live",
});
const EXPORT = "GET /api/exports/x1";
const START = "POST /api/segments/s1/exports";
const job = (status: string, rows: number, more = {}) => ({
  id: "x1",
  segmentId: "s1",
  status,
  rows,
  createdAt: "2026-11-20T10:00:00Z",
  ...more,
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answers: Answers) {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  signedIn("marketer");
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR" }),
    "GET /api/segments": () => all(SEGMENT),
    "GET /api/segments/s1": () => json(SEGMENT, { headers: { etag: '"1"' } }),
    "GET /api/segments/s1/members": () => all(),
    [START]: () => json({ id: "x1", status: "queued" }, { status: 202 }),
    ...answers,
  });
  openPage(SegmentPage, "/segments/:id", "/segments/s1");
  return { calls, user: userEvent.setup({ advanceTimers: vi.advanceTimersByTime }) };
}

const button = (name: string) => screen.findByRole<HTMLButtonElement>("button", { name });
const pass = (time: number) => act(() => vi.advanceTimersByTimeAsync(time));
const told = () => screen.findByRole("region", { name: "Export" });
const show = (visibility: DocumentVisibilityState) =>
  act(async () => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(visibility);
    window.dispatchEvent(new Event("visibilitychange"));
  });

describe("what is to change of all members", () => {
  it("is there again after a reload", async () => {
    const { user } = open({});
    await user.click(await button("Edit all"));
    await user.type(screen.getByLabelText("Add tags"), "vip{Enter}");
    cleanup();
    open({});
    await user.click(await button("Edit all"));
    expect(await button("Take away vip")).toBeTruthy();
  });
});

describe("deleting a segment", () => {
  it("leads away, also when the page has found it gone before the answer was there", async () => {
    let answer: ((given: Response) => void) | undefined;
    const { user } = open({
      "GET /api/segments/s1": () =>
        answer ? problem(404, "not_found") : json(SEGMENT, { headers: { etag: '"1"' } }),
      "DELETE /api/segments/s1": () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    await user.click(await button("Delete"));
    await user.click(await button("Delete segment"));
    await waitFor(() => expect(answer).toBeDefined());
    await pass(LIVE);
    expect(await screen.findByText(/no such segment/)).toBeTruthy();
    answer?.(noContent());
    expect(await screen.findByText("Elsewhere")).toBeTruthy();
  });
});

describe("the export of a segment", () => {
  it("tells how far it is, every second, until its file can be downloaded", async () => {
    const opened = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    let now = job("running", 10);
    const { calls, user } = open({ [EXPORT]: () => now });
    await user.click(await button("Export CSV"));
    expect(calls(START)[0]?.headers.get("idempotency-key")).toBeTruthy();
    expect(await screen.findByText("Writing the file: 10 customers so far…")).toBeTruthy();
    expect((await button("Export CSV")).disabled).toBe(true);
    expect(screen.getByRole("progressbar", { name: "Export" }).getAttribute("aria-valuenow")).toBe("25");
    now = job("running", 30);
    await pass(1_000);
    expect(await screen.findByText("Writing the file: 30 customers so far…")).toBeTruthy();
    now = job("done", 40, { url: "https://store.example/x1?first" });
    await pass(1_000);
    expect(await screen.findByText(/^The file is ready: 40 customers/)).toBeTruthy();
    expect(await accessibilityFaults(await told())).toEqual([]);
    const asked = calls(EXPORT).length;
    await pass(5_000);
    expect(calls(EXPORT)).toHaveLength(asked);

    now = job("done", 40, { url: "https://store.example/x1?second" });
    await user.click(await button("Download CSV"));
    await waitFor(() => expect(opened).toHaveBeenCalledTimes(1));
    expect((opened.mock.contexts[0] as HTMLAnchorElement).href).toBe("https://store.example/x1?second");
    await user.click(await button("Dismiss the export"));
    expect(screen.queryByRole("region", { name: "Export" })).toBeNull();
    expect(document.activeElement).toBe(await button("Export CSV"));
  });

  it("says that its file is gone, and offers another", async () => {
    let now = job("done", 40, { url: "https://store.example/x1" });
    const { calls, user } = open({ [EXPORT]: () => now });
    await user.click(await button("Export CSV"));
    await button("Download CSV");
    // An erasure has taken it along meanwhile.
    now = job("done", 40);
    await user.click(await button("Download CSV"));
    expect(await screen.findByText(/^The file is no longer kept/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Download CSV" })).toBeNull();
    await user.click(await button("Export again"));
    await waitFor(() => expect(calls(START)).toHaveLength(2));
  });

  it("is not asked for in a hidden tab, and goes on when it is looked at again", async () => {
    const { calls, user } = open({ [EXPORT]: () => job("running", 10) });
    await user.click(await button("Export CSV"));
    await screen.findByText(/10 customers so far/);
    await show("hidden");
    // Whatever was on its way arrives first.
    await pass(0);
    const asked = calls(EXPORT).length;
    await pass(10_000);
    expect(calls(EXPORT)).toHaveLength(asked);
    await show("visible");
    await pass(1_100);
    expect(calls(EXPORT).length).toBeGreaterThan(asked);
  });

  it("is still there after a reload, unless its file is gone by then", async () => {
    const { user } = open({ [EXPORT]: () => job("done", 40, { url: "https://store.example/x1" }) });
    await user.click(await button("Export CSV"));
    await button("Download CSV");
    cleanup();
    open({ [EXPORT]: () => job("done", 40, { url: "https://store.example/x1" }) });
    expect(await button("Download CSV")).toBeTruthy();
    cleanup();
    const { calls } = open({ [EXPORT]: () => problem(404, "not_found") });
    await button("Export CSV");
    await waitFor(() => expect(calls(EXPORT).length).toBeGreaterThan(0));
    await pass(100);
    expect(screen.queryByRole("region", { name: "Export" })).toBeNull();
  });

  it("says why it failed, and can be begun again", async () => {
    let now = job("failed", 10, { error: "The store was full." });
    const { calls, user } = open({ [EXPORT]: () => now });
    await user.click(await button("Export CSV"));
    expect(await screen.findByText("The export failed: The store was full.")).toBeTruthy();
    now = job("running", 0);
    await user.click(await button("Export again"));
    expect(document.activeElement).toBe(screen.getByRole("region", { name: "Export" }));
    await waitFor(() => expect(calls(START)).toHaveLength(2));
    const keys = calls(START).map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).not.toBe(keys[1]);
  });

  it("says what a refused one was refused for", async () => {
    const { user } = open({ [START]: () => problem(409, "segment_building") });
    await user.click(await button("Export CSV"));
    expect(await screen.findByText("Refused: segment_building")).toBeTruthy();
    expect((await button("Export CSV")).disabled).toBe(false);
  });
});

describe("editing all members", () => {
  const EDIT = "POST /api/segments/s1/edit";

  it("sends tags and attributes by type, and what is cleared", async () => {
    const { calls, user } = open({ [EDIT]: () => json({ id: "e1", status: "queued" }, { status: 202 }) });
    await user.click(await button("Edit all"));
    const dialog = screen.getByRole("dialog", { name: "Edit 40 members" });
    await user.type(screen.getByLabelText("Add tags"), "festive, vip");
    await user.type(screen.getByLabelText("Take tags away"), "cold{Enter}");
    await user.click(await button("Add an attribute"));
    await user.keyboard("score");
    await user.selectOptions(screen.getByLabelText("score: type"), "number");
    await user.type(screen.getByLabelText("score: value"), "4.5");
    await user.click(await button("Add an attribute"));
    await user.keyboard("old");
    await user.selectOptions(screen.getByLabelText("old: type"), "is cleared");
    expect(screen.queryByLabelText("old: value")).toBeNull();
    expect(await accessibilityFaults(dialog)).toEqual([]);
    await user.click(await button("Change 40 members"));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const [call] = calls(EDIT);
    expect(call?.headers.get("idempotency-key")).toBeTruthy();
    expect(JSON.parse(call?.body ?? "")).toEqual({
      tagsAdded: ["festive", "vip"],
      tagsRemoved: ["cold"],
      attributes: { score: 4.5, old: null },
    });
  });

  it("asks what is to change, and loses nothing when it is refused", async () => {
    const errors = [
      { field: "tagsAdded[0]", reason: "must not be so long" },
      { field: "attributes", reason: "must have at most 50 keys" },
    ];
    const { calls, user } = open({
      [EDIT]: () => json({ status: 422, code: "invalid", errors }, { status: 422 }),
    });
    await user.click(await button("Edit all"));
    await user.click(await button("Change 40 members"));
    expect(screen.getByText("Say first what is to change.")).toBeTruthy();
    await user.type(screen.getByLabelText("Add tags"), "vip{Enter}");
    await user.type(screen.getByLabelText("Take tags away"), "vip{Enter}");
    await user.click(await button("Change 40 members"));
    expect(screen.getByText("You also add vip.")).toBeTruthy();
    expect(calls(EDIT)).toHaveLength(0);
    await user.click(screen.getAllByRole("button", { name: "Take away vip" })[1] as HTMLElement);
    await user.click(await button("Change 40 members"));
    expect(await screen.findByText("vip: must not be so long")).toBeTruthy();
    expect(screen.getByText("must have at most 50 keys")).toBeTruthy();
    expect(screen.getByRole("list", { name: "Add tags: chosen" }).textContent).toBe("vip");
  });
});
