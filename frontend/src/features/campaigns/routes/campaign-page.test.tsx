import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import type { Campaign, Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCampaign } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import "@/testing/sizes";
import { Component as CampaignPage } from "./campaign-page";

const CAMPAIGN = aCampaign({
  id: "c1",
  name: "Diwali",
  segmentId: "s1",
  channel: "email",
  status: "sending",
  variants: [
    { subject: "A", body: "first" },
    { subject: "B", body: "second", share: 3 },
  ],
  holdout: 0.1,
  test: { share: 0.2, minutes: 90, by: "clicks", winner: 1 },
  ratePerMinute: 600,
  quietHours: { from: "21:00", until: "08:00" },
  funnel: {
    steps: [
      { step: "matching", count: 1200, dropped: 0 },
      { step: "notHeldOut", count: 1080, dropped: 120 },
    ],
    willSend: 1080,
  },
  audience: 1200,
  queued: 0,
  sent: 1000,
  delivered: 900,
  failed: 0,
  skipped: 100,
});
const GET = "GET /api/campaigns/c1";
const REMOVE = "DELETE /api/campaigns/c1";
const WHY = "GET /api/campaigns/c1/why";
const MESSAGES = [
  {
    id: "m1",
    customerId: "u1",
    email: "asha@example.com",
    channel: "email",
    status: "delivered",
    variant: 0,
  },
  {
    id: "m2",
    customerId: "u2",
    email: "bina@example.com",
    channel: "email",
    status: "skipped",
    skippedReason: "no_consent",
  },
];
const SERIES = [
  { from: "2026-11-25T10:00:00Z", hours: 1, sent: 900, delivered: 800, opened: 5, clicked: 1, converted: 0 },
  { from: "2026-11-25T11:00:00Z", hours: 1, sent: 100, delivered: 100, opened: 40, clicked: 4, converted: 2 },
];
const NONE = {
  audience: 0,
  queued: 0,
  sent: 0,
  delivered: 0,
  opened: 0,
  clicked: 0,
  bounced: 0,
  failed: 0,
  skipped: 0,
  converted: 0,
};
const REPORT = {
  asOf: "2026-11-25T12:00:00Z",
  recounting: false,
  counts: NONE,
  series: SERIES,
  variants: [],
  failures: { top: [], others: 0 },
  attribution: { days: 7, converted: 0, orders: 0, revenue: 0, currency: "INR" },
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

const tagged = (campaign: object, version = 1) => json(campaign, { headers: { etag: `"${version}"` } });

function open(campaign: Partial<Campaign>, answers: Answers = {}, role: Role = "marketer") {
  signedIn(role);
  const calls = serve({
    [GET]: () => tagged({ ...CAMPAIGN, ...campaign }),
    "GET /api/campaigns/c1/messages": () => all(...MESSAGES),
    "GET /api/campaigns/c1/report": () => REPORT,
    "GET /api/segments/s1": () => ({ id: "s1", name: "Big spenders" }),
    "GET /api/stats": () => ({ currency: "INR" }),
    ...answers,
  });
  const router = openPage(CampaignPage, "/campaigns/:id", "/campaigns/c1");
  return { calls, router, user: userEvent.setup() };
}

const ACTIONS = ["Pause", "Resume", "Cancel campaign", "Delete", "Edit", "Review and launch"];
const offered = () =>
  ACTIONS.filter((name) => screen.queryByRole("button", { name }) ?? screen.queryByRole("link", { name }));

describe("the actions of a campaign", () => {
  it.each<[Campaign["status"], string[]]>([
    ["draft", ["Delete", "Edit", "Review and launch"]],
    ["scheduled", ["Cancel campaign"]],
    ["sending", ["Pause", "Cancel campaign"]],
    ["paused", ["Resume", "Cancel campaign"]],
    ["sent", []],
    ["cancelled", []],
    ["failed", ["Resume", "Cancel campaign"]],
  ])("of one that is %s are those that the server takes", async (status, actions) => {
    open({ status });
    await screen.findByRole("heading", { name: "Diwali" });
    expect(offered()).toEqual(actions);
  });

  it("are none for analysts", async () => {
    open({ status: "draft" }, {}, "analyst");
    await screen.findByText("This is a draft");
    expect(offered()).toEqual([]);
  });
});

describe("a draft's page", () => {
  it("shows what will be sent, and neither results nor a log", async () => {
    open({ status: "draft" });
    expect(await screen.findByText("This is a draft")).toBeTruthy();
    expect(screen.getByText("second")).toBeTruthy();
    expect(screen.queryByRole("heading", { name: "Results" })).toBeNull();
    expect(screen.queryByRole("heading", { name: "Log" })).toBeNull();
    const review = screen.getByRole("link", { name: "Review and launch" });
    expect(review.getAttribute("href")).toBe("/campaigns/c1/edit?step=review");
  });

  it("deletes it once that is confirmed, as it is shown", async () => {
    const { calls, router, user } = open({ status: "draft" }, { [REMOVE]: () => noContent() });
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    expect(calls(REMOVE)).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Delete draft" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns"));
    expect(calls(REMOVE)[0]?.headers.get("if-match")).toBe('"1"');
  });

  it("is brought back as it was, also by a second try", async () => {
    const keep = "POST /api/campaigns";
    const answers = [problem(422, "invalid"), json({ id: "c2", status: "draft" }, { status: 202 })];
    const { calls, user } = open(
      { status: "draft", objective: "Sell tea", test: undefined },
      { [REMOVE]: () => noContent(), [keep]: () => answers.shift() },
    );
    render(<Toasts />);
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    await user.click(screen.getByRole("button", { name: "Delete draft" }));
    // Toasts outlive the page that they speak of, so those of other tests may still be there.
    const undo = async (description: string | RegExp) =>
      (await screen.findAllByRole("button", { name: "Undo", description })).at(-1) as HTMLElement;
    await user.click(await undo("Draft deleted"));
    await user.click(await undo(/could not be brought back/));
    expect(await screen.findByText("Draft brought back")).toBeTruthy();
    expect(calls(keep).length).toBe(2);
    expect(JSON.parse(calls(keep)[1]?.body ?? "")).toEqual({
      draft: true,
      name: "Diwali",
      objective: "Sell tea",
      segmentId: "s1",
      channel: "email",
      variants: [
        { subject: "A", body: "first" },
        { subject: "B", body: "second", share: 3 },
      ],
      holdout: 0.1,
      ratePerMinute: 600,
      quietHours: { from: "21:00", until: "08:00" },
      attributionDays: CAMPAIGN.attributionDays,
    });
  });

  it("shows it anew before it is deleted where it has changed meanwhile", async () => {
    const loads = [1, 2].map((version) => tagged({ ...CAMPAIGN, status: "draft" }, version));
    const removals = [problem(412, "precondition_failed"), noContent()];
    const { calls, router, user } = open(
      { status: "draft" },
      { [GET]: () => loads.shift(), [REMOVE]: () => removals.shift() },
    );
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    await user.click(screen.getByRole("button", { name: "Delete draft" }));
    expect(await screen.findByText("This draft has changed meanwhile")).toBeTruthy();
    await waitFor(() => expect(calls(GET).length).toBe(2));
    await user.click(screen.getByRole("button", { name: "Delete draft" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns"));
    expect(calls(REMOVE)[1]?.headers.get("if-match")).toBe('"2"');
  });
});

describe("a launched campaign's page", () => {
  it("tells how the audience came about, what limits it, and which variant won", async () => {
    open({});
    const funnel = (await screen.findByRole("heading", { name: "How the audience came about" })).closest(
      "section",
    );
    expect(within(funnel as HTMLElement).getByText("−120 held out for comparison (10%)")).toBeTruthy();
    expect(screen.getByText("600 messages a minute")).toBeTruthy();
    expect(screen.getByText("21:00 to 08:00")).toBeTruthy();
    expect(screen.getByText("20% of the recipients for 1 hour 30 minutes; most clicks wins")).toBeTruthy();
    expect(screen.getByText(/variant 2 did best/)).toBeTruthy();
    expect(screen.getByText("won the test").closest("p")?.textContent).toBe("Variant 275%won the test");
    await screen.findByText("asha@example.com");
    expect(await accessibilityFaults(document.querySelector("header")?.parentElement as Element)).toEqual([]);
  });

  it("shows what happened over time as a chart or a table", async () => {
    const { user } = open({});
    expect((await screen.findByRole("img")).getAttribute("aria-label")).toMatch(/^Sent from .* 1,000 in all/);
    await user.selectOptions(screen.getByLabelText("Figure"), "opened");
    expect(screen.getByRole("img").getAttribute("aria-label")).toMatch(/^Opened from .* 45 in all/);
    await user.click(screen.getByRole("radio", { name: "Table" }));
    const rows = within(screen.getByRole("table", { name: /What happened when/ })).getAllByRole("row");
    expect(
      rows.slice(1).map((row) =>
        within(row)
          .getAllByRole("cell")
          .map(({ textContent }) => textContent),
      ),
    ).toEqual([
      ["900", "800", "5", "1", "0"],
      ["100", "100", "40", "4", "2"],
    ]);
  });

  it("narrows the log down to a status, as far as it is loaded", async () => {
    const { user } = open({});
    await screen.findByText("asha@example.com");
    await user.selectOptions(screen.getByLabelText("Status"), "skipped");
    expect(screen.getByText("1 skipped among the 2 loaded so far.")).toBeTruthy();
    expect(screen.queryByText("asha@example.com")).toBeNull();
    await user.selectOptions(screen.getByLabelText("Status"), "failed");
    expect(screen.getByText("0 failed among the 2 loaded so far.")).toBeTruthy();
  });

  it("looks on through the log until something matches", async () => {
    const page = (index: number) => ({
      items: [{ ...MESSAGES[0], id: `m${index}`, email: `p${index}@x.in`, variant: index === 3 ? 1 : 0 }],
      nextCursor: index < 5 ? String(index + 1) : null,
    });
    const messages = "GET /api/campaigns/c1/messages";
    const { calls, user } = open(
      { status: "sent" },
      { [messages]: ({ query }) => page(Number(query.get("cursor") ?? 0)) },
    );
    await screen.findByText("p0@x.in");
    await user.selectOptions(screen.getByLabelText("Variant"), "1");
    expect(screen.getByText("0 among the 1 loaded so far.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Find the next ones" }));
    expect(await screen.findByText("p3@x.in")).toBeTruthy();
    expect(screen.getByText("1 among the 4 loaded so far.")).toBeTruthy();
    expect(calls(messages).length, "no more than it takes").toBe(4);
    await user.type(screen.getByLabelText("Address"), "P3@");
    expect(screen.getByText("p3@x.in")).toBeTruthy();
    await user.type(screen.getByLabelText("Address"), "y");
    expect(screen.queryByText("p3@x.in")).toBeNull();
  });

  it("can be used again: all of it but when it went out", async () => {
    const { router, user } = open({ status: "sent", scheduledAt: "2026-11-24T10:00:00Z" });
    await user.click(await screen.findByRole("link", { name: "Use again" }));
    const { pathname, search, state } = router.state.location;
    expect(pathname + search).toBe("/campaigns/new?segment=s1");
    expect(state.suggested).toMatchObject({
      name: "Diwali (again)",
      variants: CAMPAIGN.variants,
      holdout: 0.1,
    });
    expect(state.suggested.scheduledAt).toBeUndefined();
  });
});

describe("why somebody got it, or not", () => {
  const why = {
    email: "bina@example.com",
    customerId: "u2",
    status: "sent",
    steps: [
      { step: "matching", atLaunch: true, now: true },
      { step: "consenting", atLaunch: false, now: true },
      { step: "notSuppressed", atLaunch: null, now: true },
    ],
    rules: {
      combinator: "and",
      not: false,
      holds: true,
      rules: [{ field: "city", operator: "=", value: "Pune", holds: true, seen: "Pune" }],
    },
    entry: MESSAGES[1],
  };

  it("is told step by step, at the launch and now", async () => {
    const { calls, user } = open({}, { [WHY]: () => why });
    await user.click(await screen.findByRole("button", { name: "Why bina@example.com?" }));
    const dialog = within(screen.getByRole("dialog"));
    const rows = within(await dialog.findByRole("table", { name: "Steps" })).getAllByRole("row");
    expect(rows.slice(1).map((row) => row.textContent)).toEqual([
      "Match the segmentTrue:yesTrue:yes",
      "Have agreed to itNot true:noTrue:yes",
      "Are not suppressednot askedTrue:yes",
    ]);
    expect(dialog.getByText("Now: Pune")).toBeTruthy();
    expect(calls(WHY)[0]?.query.get("email")).toBe("bina@example.com");
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
  });

  it("can be asked of anybody", async () => {
    const answers = [
      problem(404, "not_found"),
      problem(503, "unavailable"),
      json({ ...why, entry: undefined }),
    ];
    const { user } = open({}, { [WHY]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Ask about somebody" }));
    const dialog = within(screen.getByRole("dialog"));
    const ask = () => user.click(dialog.getByRole("button", { name: "Ask" }));
    await ask();
    expect(dialog.getByText("Write an address first.")).toBeTruthy();
    await user.type(dialog.getByLabelText("E-mail address"), "nobody@x.in");
    await ask();
    expect(await dialog.findByText("No customer has the address nobody@x.in.")).toBeTruthy();
    await ask();
    await user.click(await dialog.findByRole("button", { name: "Try again" }));
    expect(await dialog.findByText("is not in the log")).toBeTruthy();
  });
});
