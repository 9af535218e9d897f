import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCampaign } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as CampaignPage } from "./campaign-page";

const CAMPAIGN = aCampaign({
  id: "c1",
  name: "Diwali",
  segmentId: "s1",
  channel: "email",
  status: "sent",
  variants: [
    { subject: "A", body: "x" },
    { subject: "B", body: "y" },
  ],
  audience: 1100,
  queued: 0,
  sent: 1000,
  delivered: 900,
  failed: 0,
  skipped: 100,
});
const REPORT = "GET /api/campaigns/c1/report";
const counts = (sent: number, converted: number) => ({
  audience: sent,
  queued: 0,
  sent,
  delivered: sent,
  opened: sent / 2,
  clicked: sent / 10,
  bounced: 0,
  complained: 3,
  unsubscribed: 4,
  failed: 0,
  skipped: 0,
  converted,
});
const report = (more = {}) => ({
  asOf: "2026-11-25T10:00:00Z",
  recounting: false,
  counts: counts(1000, 80),
  variants: [
    { variant: 0, counts: counts(500, 50), orders: 60, revenue: 60000, revenuePerRecipient: 120 },
    { variant: 1, counts: counts(500, 30), orders: 30, revenue: 20000.5, revenuePerRecipient: 40 },
  ],
  series: [],
  failures: { top: [{ reason: "mailbox full", count: 7 }], others: 2 },
  skipped: { capped: 0, no_consent: 12 },
  attribution: { days: 7, converted: 80, orders: 90, revenue: 80000.5, currency: "INR" },
  ...more,
});
const LIFT = {
  sent: { people: 1000, converted: 80 },
  heldOut: { people: 100, converted: 3 },
  conversion: { value: 0.05, low: 0.004, high: 0.075 },
  revenuePerPerson: { value: 40, low: -10.5, high: 90 },
};

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answers: Answers, role: Role = "marketer") {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  signedIn(role);
  const calls = serve({
    "GET /api/stats": () => ({ currency: "INR" }),
    "GET /api/campaigns/c1": () => CAMPAIGN,
    "GET /api/campaigns/c1/messages": () => all(),
    "GET /api/segments/s1": () => ({ id: "s1", name: "All" }),
    ...answers,
  });
  openPage(CampaignPage, "/campaigns/:id", "/campaigns/c1");
  return { calls, user: userEvent.setup({ advanceTimers: vi.advanceTimersByTime }) };
}

const pass = (time: number) => act(() => vi.advanceTimersByTimeAsync(time));

describe("results of a campaign", () => {
  it("tells revenue, variants, failures and nothing of a comparison that there is not", async () => {
    open({ [REPORT]: () => report() });
    expect(await screen.findByText("₹80,000.50")).toBeTruthy();
    expect(screen.getByText("8% of those sent to")).toBeTruthy();
    const rows = within(screen.getByRole("table", { name: "Results by variant" })).getAllByRole("row");
    expect(rows.map((row) => row.textContent)).toEqual([
      "VariantSentOpenedClickedConvertedRevenuePer recipient",
      "Variant 150050%10%10%₹60,000.00₹120.00",
      "Variant 250050%10%6%₹20,000.50₹40.00",
    ]);
    expect(screen.getByText("mailbox full").parentElement?.textContent).toBe("mailbox full7");
    expect(screen.getByText("no consent").parentElement?.textContent).toBe("no consent12");
    expect(screen.getByText("Complained").parentElement?.textContent).toBe("Complained30.3% of delivered");
    expect(screen.queryByText(/held out/)).toBeNull();
    expect(screen.queryByText(/AWS/)).toBeNull();
    const card = screen.getByRole("heading", { name: "Results" }).closest("section") as Element;
    expect(await accessibilityFaults(card)).toEqual([]);
  });

  it("draws the way from sent to converted, with its table", async () => {
    open({ [REPORT]: () => report() });
    const table = await screen.findByRole("table", { name: "From sent to converted" });
    expect(
      within(table)
        .getAllByRole("row")
        .map((row) => row.textContent),
    ).toEqual([
      "StepPeopleOf those sent toOf the step before",
      "Sent1,000100%–",
      "Delivered1,000100%100%",
      "Opened50050%50%",
      "Clicked10010%20%",
      "Converted808%80%",
    ]);
    expect(
      screen.getByRole("img", { name: /^Funnel: Sent 1,000, Delivered 1,000, Opened 500/ }),
    ).toBeTruthy();
  });

  it("compares variants by whichever figure is asked for", async () => {
    const { user } = open({ [REPORT]: () => report() });
    const bars = () => {
      const section = screen.getByRole("heading", { name: "Variants compared" }).closest("section");
      return within(section as HTMLElement)
        .getAllByRole("listitem")
        .map((bar) => bar.textContent);
    };
    await screen.findByRole("heading", { name: "Variants compared" });
    expect(bars()).toEqual(["Variant 110%", "Variant 210%"]);
    await user.selectOptions(screen.getByLabelText("Compared by"), "revenue");
    expect(bars()).toEqual(["Variant 1₹120.00", "Variant 2₹40.00"]);
  });

  it("says how sure a lift is, each of its two for itself", async () => {
    open({ [REPORT]: () => report({ lift: LIFT }) });
    const told = (await screen.findByText(/of 1,000 recipients ordered/)).textContent;
    expect(told).toContain("8% of 1,000 recipients ordered, and 3% of 100 who got nothing.");
    expect(told).toContain(
      "The share of buyers is 5 points higher because of it: between 0.4 points higher and 7.5 points higher.",
    );
    expect(told).toContain(
      "Whether it changed the revenue per person cannot be said yet: between ₹10.50 lower and ₹90.00 higher.",
    );
  });

  it("tells the cost, also of campaigns that cost next to nothing", async () => {
    const total = {
      writeUnits: 3400,
      readUnits: 1,
      queueRequests: 80,
      invocations: 12,
      gbSeconds: 1,
      price: 0.0022,
    };
    const cost = {
      total,
      pricePerMillion: 2.2,
      currency: "USD",
      region: "us-east-1",
      pricesAsOf: "2026-11-25",
    };
    open({ [REPORT]: () => report({ cost }) });
    const told = (await screen.findByText(/write units/)).textContent;
    expect(told).toBe(
      "Less than $0.01, or $2.20 for a million such messages: 3,400 write units, 1 read unit, 80 queue requests and 12 invocations.",
    );
  });

  it("waits for the first count, and takes a newer one when it is there", async () => {
    const answers = [
      { ...report(), asOf: undefined, recounting: true },
      report({ recounting: true }),
      report({ attribution: { ...report().attribution, revenue: 90000 } }),
    ];
    const { calls } = open({ [REPORT]: () => answers.shift() });
    expect(await screen.findByText("The results are being counted…")).toBeTruthy();
    await pass(2_100);
    expect(await screen.findByText(/being counted again/)).toBeTruthy();
    await pass(2_100);
    expect(await screen.findByText("₹90,000")).toBeTruthy();
    await pass(60_000);
    expect(calls(REPORT).length).toBe(3);
  });

  it("goes on asking after a short outage", async () => {
    const answers = [
      report({ recounting: true }),
      problem(503, "unavailable"),
      report({ attribution: { ...report().attribution, revenue: 90000 } }),
    ];
    open({ [REPORT]: () => answers.shift() });
    expect(await screen.findByText("₹80,000.50")).toBeTruthy();
    await pass(2_100);
    await pass(15_100);
    expect(await screen.findByText("₹90,000")).toBeTruthy();
  });

  it("says when the report cannot be had, and asks again on demand", async () => {
    const answers = [problem(503, "unavailable"), json(report())];
    const { user } = open({ [REPORT]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: /again/i }));
    expect(await screen.findByText("₹80,000.50")).toBeTruthy();
  });

  it("exports the log, for those who may", async () => {
    const start = "POST /api/campaigns/c1/exports";
    const done = {
      id: "x1",
      campaignId: "c1",
      status: "done",
      rows: 1100,
      createdAt: "2026-11-25T10:00:00Z",
      url: "https://store.example/x1",
    };
    const { calls, user } = open({
      [REPORT]: () => report(),
      [start]: () => json({ id: "x1", status: "queued" }, { status: 202 }),
      "GET /api/exports/x1": () => done,
    });
    await user.click(await screen.findByRole("button", { name: "Export log as CSV" }));
    expect(await screen.findByText(/The file is ready: 1,100 recipients/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Download CSV" })).toBeTruthy();
    expect(calls(start)[0]?.headers.get("idempotency-key")).toBeTruthy();
  });

  it("offers no export to analysts", async () => {
    open({ [REPORT]: () => report() }, "analyst");
    expect(await screen.findByText("₹80,000.50")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Export log as CSV" })).toBeNull();
  });
});
