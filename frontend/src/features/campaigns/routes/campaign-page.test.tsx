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
const LOG = "GET /api/campaigns/c1/messages";
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

function open(campaign: Partial<Campaign>, answers: Answers = {}, role: Role = "marketer", search = "") {
  signedIn(role);
  const calls = serve({
    [GET]: () => tagged({ ...CAMPAIGN, ...campaign }),
    [LOG]: () => all(...MESSAGES),
    "GET /api/campaigns/c1/report": () => REPORT,
    "GET /api/segments/s1": () => ({ id: "s1", name: "Big spenders" }),
    "GET /api/stats": () => ({ currency: "INR" }),
    ...answers,
  });
  const router = openPage(CampaignPage, "/campaigns/:id", `/campaigns/c1${search}`);
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

  it("show what is expected of them at once, keep the focus, and take it back when they fail", async () => {
    const answer = Promise.withResolvers<Response>();
    const { calls, user } = open({}, { "POST /api/campaigns/c1/pause": () => answer.promise });
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    expect(document.activeElement).toBe(await screen.findByRole("button", { name: "Resume" }));
    expect(screen.getByText("paused")).toBeTruthy();
    answer.resolve(problem(422, "invalid"));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeTruthy();
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(calls("POST /api/campaigns/c1/pause").length).toBe(1);
  });

  it("are done one after the other when they are asked for faster than the server answers", async () => {
    const answer = Promise.withResolvers<unknown>();
    const resume = "POST /api/campaigns/c1/resume";
    const { calls, user } = open(
      {},
      { "POST /api/campaigns/c1/pause": () => answer.promise, [resume]: () => CAMPAIGN },
    );
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeTruthy();
    expect(calls(resume)).toEqual([]);
    answer.resolve({ ...CAMPAIGN, status: "paused" });
    await waitFor(() => expect(calls(resume).length).toBe(1));
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  });

  it("are done anew where the answer was lost and somebody else has done the opposite since", async () => {
    let [status, version]: [Campaign["status"], number] = ["sending", 1];
    const pause = "POST /api/campaigns/c1/pause";
    const { calls, user } = open(
      {},
      {
        [GET]: () => tagged({ ...CAMPAIGN, status }, version),
        [pause]: () => {
          [status, version] = ["paused", version + 1];
          return problem(503, "unavailable", { "retry-after": "60" });
        },
      },
    );
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    await screen.findByRole("alert");
    await screen.findByRole("button", { name: "Resume" });
    [status, version] = ["sending", 3];
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    await waitFor(() => expect(calls(pause).length).toBe(2));
    const [first, again] = calls(pause).map(({ headers }) => headers.get("idempotency-key"));
    expect(again).not.toBe(first);
  });

  it("leave the focus at the heading where they leave no button", async () => {
    let status: Campaign["status"] = "sending";
    const { user } = open(
      {},
      {
        [GET]: () => tagged({ ...CAMPAIGN, status }),
        "POST /api/campaigns/c1/cancel": () => {
          status = "cancelled";
          return { ...CAMPAIGN, status };
        },
      },
    );
    await user.click(await screen.findByRole("button", { name: "Cancel campaign" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Cancel campaign" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Cancel campaign" })).toBeNull());
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Diwali" }));
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
  it("offers the list where there is no such campaign", async () => {
    open({}, { [GET]: () => problem(404, "not_found") });
    expect(await screen.findByText("There is no such campaign")).toBeTruthy();
    const list = screen.getByRole("link", { name: "All campaigns" });
    expect(list.getAttribute("href")).toBe("/campaigns");
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it.each<[Campaign["status"], boolean, string]>([
    ["sending", false, "The audience is being decided"],
    ["scheduled", false, "The audience is decided when it begins"],
    ["sent", true, "0 recipients"],
  ])("says of one that is %s, planned: %s, with nobody yet: %s", async (status, planned, said) => {
    open({ status, planned, audience: 0, sent: 0, delivered: 0, skipped: 0 });
    expect(await screen.findByRole("heading", { name: said })).toBeTruthy();
  });

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

  it("has its log narrowed down by the server, and keeps that in its address", async () => {
    const { calls, router, user } = open(
      {},
      { [LOG]: ({ query }) => (query.get("status") === "skipped" ? all(MESSAGES[1]) : all(...MESSAGES)) },
    );
    await screen.findByText("asha@example.com");
    await user.selectOptions(screen.getByLabelText("Status"), "skipped");
    await waitFor(() => expect(screen.queryByText("asha@example.com")).toBeNull());
    expect(screen.getByText("1 message, all shown")).toBeTruthy();
    await user.selectOptions(screen.getByLabelText("Variant"), "1");
    await user.type(screen.getByLabelText("Address"), " bina@example.com{Enter}");
    const asked = { status: "skipped", variant: "1", email: "bina@example.com" };
    await waitFor(() => expect(Object.fromEntries(calls(LOG).at(-1)?.query ?? [])).toMatchObject(asked));
    expect(Object.fromEntries(new URLSearchParams(router.state.location.search))).toEqual(asked);
    await user.clear(screen.getByLabelText("Address"));
    await waitFor(() => expect(router.state.location.search).toBe("?status=skipped&variant=1"));
  });

  it("comes with its log narrowed down as its address says, as far as that makes sense", async () => {
    const { calls, router, user } = open({}, { [LOG]: () => all() }, "marketer", "?status=failed&variant=7");
    expect(await screen.findByText("No such message")).toBeTruthy();
    expect(screen.getByLabelText<HTMLSelectElement>("Status").value).toBe("failed");
    for (const { query } of calls(LOG))
      expect([query.get("status"), query.get("variant")]).toEqual(["failed", null]);
    await user.click(screen.getByRole("button", { name: "Show the whole log" }));
    expect(await screen.findByText("Nothing sent yet")).toBeTruthy();
    expect(router.state.location.search).toBe("");
  });

  it("says at the field when an address is none", async () => {
    const refusal = {
      type: "about:blank",
      status: 422,
      errors: [{ field: "email", reason: "is no address" }],
    };
    const { user } = open(
      {},
      { [LOG]: ({ query }) => (query.get("email") ? json(refusal, { status: 422 }) : all(...MESSAGES)) },
    );
    await screen.findByText("asha@example.com");
    await user.type(screen.getByLabelText("Address"), "bina{Enter}");
    const fault = await screen.findByText("is no address");
    expect(screen.getByLabelText("Address").getAttribute("aria-describedby")).toBe(fault.id);
  });

  it("looks on through empty parts of a narrowed log, and after some of them only when told", async () => {
    const page = (index: number) => ({
      items: index === 7 ? [MESSAGES[1]] : [],
      nextCursor: index < 9 ? String(index + 1) : null,
    });
    const { calls, user } = open(
      { status: "sent" },
      { [LOG]: ({ query }) => page(Number(query.get("cursor") ?? 0)) },
      "marketer",
      "?status=skipped",
    );
    expect(await screen.findByText("None so far; the list goes on.")).toBeTruthy();
    expect(calls(LOG).length).toBe(5);
    await user.click(screen.getByRole("button", { name: "Look further" }));
    expect(await screen.findByText("bina@example.com")).toBeTruthy();
    expect(calls(LOG).length, "no more than it takes").toBe(8);
    await user.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("1 message, all shown")).toBeTruthy();
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
