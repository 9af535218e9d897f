import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RuleGroup } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aSegment } from "@/testing/made";
import { all, openPage, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
import { Component as SegmentsPage } from "./segments-page";

const BIG = aSegment({
  id: "s1",
  name: "Big spenders",
  kind: "rules",
  rules: { combinator: "and", rules: [{ field: "segment", operator: "in", value: ["s2", "gone"] }] },
  count: 1234,
  state: "live",
});
const VIP = aSegment({ id: "s2", name: "VIP", kind: "list", count: 3, state: "live" });

beforeEach(() => signedIn());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

const open = () => openPage(SegmentsPage, "/segments", "/segments");
const row = async (name: string) => (await screen.findByRole("link", { name })).closest("tr") as HTMLElement;

describe("the list of segments", () => {
  it("shows kind, kept count, and the names of the segments that rules speak of", async () => {
    serve({ "GET /api/segments": () => all(BIG, VIP) });
    open();
    const big = await row("Big spenders");
    expect(within(big).getByText("1,234")).toBeTruthy();
    expect(within(big).getByText("rules")).toBeTruthy();
    expect(await within(big).findByText("In segment VIP or an unknown segment")).toBeTruthy();
    expect(within(await row("VIP")).getByText("list")).toBeTruthy();
    expect(screen.queryByText(/building/)).toBeNull();
    expect(await accessibilityFaults(screen.getByRole("table"))).toEqual([]);
  });

  it("says how a size has changed in a week, where the rules are as old as that", async () => {
    const week = { ...BIG, recentSizes: [9, 1222, 1, 2, 3, 4, 5, 6, 1234] };
    serve({ "GET /api/segments": () => all(week, { ...VIP, recentSizes: [1, 3] }) });
    open();
    expect(within(await row("Big spenders")).getByText("+12 in 7 days")).toBeTruthy();
    expect(within(await row("VIP")).queryByText(/in 7 days/)).toBeNull();
  });

  it("looks every two seconds how far a building is, and no more once all are live", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const rules: RuleGroup = { combinator: "and", rules: [] };
    let now = aSegment({ name: "Fresh", rules, state: "building", progress: 0.429 });
    const calls = serve({ "GET /api/segments": () => all(now) });
    open();
    expect(await screen.findByText("building 42%")).toBeTruthy();
    expect(within(await row("Fresh")).getByText("–")).toBeTruthy();

    now = { ...now, state: "live", count: 7 };
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await screen.findByText("7")).toBeTruthy();
    expect(screen.queryByText(/building/)).toBeNull();

    const looked = calls("GET /api/segments").length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls("GET /api/segments").length).toBe(looked);
  });
});
