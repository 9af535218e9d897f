import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as CustomerPage } from "./customer-page";

const HISTORY = "GET /api/customers/c1/segments/history";
const ASHA = aCustomer({ name: "Asha" });
const move = (name: string, event: string, cause: string) => ({
  segmentId: "s1",
  name,
  event,
  cause,
  at: "2026-11-20T10:00:00Z",
});

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers) {
  const calls = serve({
    "GET /api/customers/c1": () => ASHA,
    "GET /api/customers/c1/orders": () => all(),
    "GET /api/customers/c1/timeline": () => all(),
    "GET /api/customers/c1/attachments": () => all(),
    ...answers,
  });
  openPage(CustomerPage, "/customers/:id", "/customers/c1");
  return calls;
}

const message = (subject: string, more: object = {}) => ({
  kind: "message",
  at: "2026-11-19T10:00:00Z",
  message: {
    campaignId: `k-${subject}`,
    campaignName: "Diwali",
    channel: "email",
    status: "opened",
    subject,
    ...more,
  },
});
const activity = (at: string) => ({ kind: "activity", at, activity: { id: at, type: "site.visit" } });

describe("the messages of a customer", () => {
  const TIMELINE = "GET /api/customers/c1/timeline";
  const messages = (search = "?view=messages") => {
    openPage(CustomerPage, "/customers/:id", `/customers/c1${search}`);
  };

  it("are a view of their own, which the address keeps, with what became of each and why", async () => {
    const held = message("Held", { status: "skipped", skippedReason: "held_out" });
    serve({
      "GET /api/customers/c1": () => ASHA,
      "GET /api/customers/c1/attachments": () => all(),
      "GET /api/customers/c1/segments": () => all(),
      [TIMELINE]: () => all(activity("2026-11-20T10:00:00Z"), message("Light"), held),
    });
    const router = openPage(CustomerPage, "/customers/:id", "/customers/c1");
    await userEvent.click(await screen.findByRole("radio", { name: "Messages" }));
    expect(router.state.location.search).toBe("?view=messages");
    const list = await screen.findByRole("list", { name: "Messages, newest first" });
    const [light, skipped] = within(list).getAllByRole("listitem");
    expect(light?.textContent).toMatch(/^LightopenedE-mail of the campaign Diwali, 19 Nov 2026/);
    expect(skipped?.textContent).toMatch(/^HeldskippedNot written to: held out, for comparison\./);
    expect(screen.getByText("2 messages, all shown")).toBeTruthy();
    expect(await accessibilityFaults(list.closest("section") as Element)).toEqual([]);
  });

  it("are looked for past pages about other things, and no further than five at a time", async () => {
    const calls = serve({
      "GET /api/customers/c1": () => ASHA,
      "GET /api/customers/c1/attachments": () => all(),
      "GET /api/customers/c1/segments": () => all(),
      [TIMELINE]: ({ query }) => {
        const page = Number(query.get("cursor") ?? 1);
        return page < 7
          ? { items: [activity(`2026-11-1${9 - page}T10:00:00Z`)], nextCursor: String(page + 1) }
          : all(message("First of all"));
      },
    });
    messages();
    expect(await screen.findByText("None since 14 Nov 2026; there may be earlier ones.")).toBeTruthy();
    const pages = () => new Set(calls(TIMELINE).map(({ query }) => query.get("cursor"))).size;
    expect(pages()).toBe(5);
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByText("First of all")).toBeTruthy();
    expect(pages()).toBe(7);
  });

  it("are taught about where there is none", async () => {
    serve({
      "GET /api/customers/c1": () => ASHA,
      "GET /api/customers/c1/attachments": () => all(),
      "GET /api/customers/c1/segments": () => all(),
      [TIMELINE]: () => all(activity("2026-11-20T10:00:00Z")),
    });
    messages();
    expect(await screen.findByText("No messages yet")).toBeTruthy();
  });
});

it("a customer who is not there leads to the list instead of another try", async () => {
  open({ "GET /api/customers/c1": () => problem(404, "not_found") });
  expect(await screen.findByText("There is no such customer")).toBeTruthy();
  expect(screen.getByRole("link", { name: "All customers" }).getAttribute("href")).toBe("/customers");
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

it("follows what happens to somebody", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let orderCount = 2;
  open({ "GET /api/customers/c1": () => ({ ...ASHA, orderCount }) });
  const figure = () => screen.getByText("Orders", { selector: "dt" }).nextSibling?.textContent;
  await waitFor(() => expect(figure()).toBe("2"));
  orderCount = 3;
  await act(() => vi.advanceTimersByTimeAsync(8_000));
  await waitFor(() => expect(figure()).toBe("3"));
  vi.useRealTimers();
});

const history = () => screen.findByRole("button", { name: "History" });

describe("the segments of a customer", () => {
  it("are links, with the time since when", async () => {
    open({
      "GET /api/customers/c1/segments": () => all({ id: "s1", name: "VIP", since: "2026-01-05T00:00:00Z" }),
    });
    const list = await screen.findByRole("list", { name: "Belongs to" });
    expect(within(list).getByRole("link", { name: "VIP" }).getAttribute("href")).toBe("/segments/s1");
    expect(list.textContent).toContain("since 5 Jan 2026");
  });

  it("say why, condition by condition, and where there are none", async () => {
    const rule = { field: "totalSpend", operator: ">", value: 500, holds: true, seen: 900 };
    const calls = open({
      "GET /api/customers/c1/segments": () =>
        all(
          { id: "s1", name: "VIP", since: "2026-01-05T00:00:00Z" },
          { id: "s2", name: "Friends", since: "2026-01-05T00:00:00Z" },
        ),
      "GET /api/segments/s1/explain": () => ({ combinator: "and", not: false, holds: true, rules: [rule] }),
      "GET /api/segments/s2/explain": () => ({ combinator: "and", not: false, holds: true, rules: [] }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Why in VIP?" }));
    const dialog = within(screen.getByRole("dialog", { name: "Why is Asha in “VIP”?" }));
    expect((await dialog.findByText(/^Now: ₹900/)).closest("li")?.textContent).toMatch(/^True:/);
    expect(dialog.getByText(/what holds for this customer now/)).toBeTruthy();
    expect(calls("GET /api/segments/s1/explain")[0]?.query.get("email")).toBe("asha@example.com");
    await userEvent.click(dialog.getByRole("button", { name: "Close" }));

    await userEvent.click(screen.getByRole("button", { name: "Why in Friends?" }));
    expect(await screen.findByText(/^This segment has no conditions/)).toBeTruthy();
    expect(await accessibilityFaults(screen.getByRole("dialog"))).toEqual([]);
  });

  it("say when the conditions hold no longer, and ask again after a failure", async () => {
    const rule = { field: "totalSpend", operator: ">", value: 500, holds: false, seen: 0 };
    const answers: unknown[] = [
      problem(503, "unavailable"),
      { combinator: "and", not: false, holds: false, rules: [rule] },
    ];
    open({
      "GET /api/customers/c1/segments": () => all({ id: "s1", name: "VIP", since: "2026-01-05T00:00:00Z" }),
      "GET /api/segments/s1/explain": () => answers.shift(),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Why in VIP?" }));
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/do not hold for this customer any more/)).toBeTruthy();
  });

  it("teach what a segment is when there is none, and can be asked for again when they fail", async () => {
    let answer: () => unknown = () => problem(503, "unavailable");
    open({ "GET /api/customers/c1/segments": () => answer() });
    await screen.findByText("Refused: unavailable");
    answer = () => all();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("In no segment now")).toBeTruthy();
  });

  it("have a history that is asked for only when it is opened, page by page, with causes in words", async () => {
    const calls = open({
      "GET /api/customers/c1/segments": () => all(),
      [HISTORY]: ({ query }) =>
        query.get("cursor") === "next"
          ? all(move("Lapsed", "left", "rules"))
          : {
              items: [move("VIP", "entered", "data"), move("Lapsed", "entered", "time")],
              nextCursor: "next",
            },
    });
    const toggle = await history();
    expect(toggle.getAttribute("aria-expanded")).toBe("false");
    expect(calls(HISTORY)).toHaveLength(0);
    await userEvent.click(toggle);
    const list = await screen.findByRole("list", { name: "Enters and leaves, newest first" });
    const told = () =>
      within(list)
        .getAllByRole("listitem")
        .map((item) => item.textContent);
    expect(told()[0]).toMatch(/^enteredVIP.*because something about them changed$/);
    expect(told()[1]).toMatch(/^enteredLapsed.*because time passed$/);
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("3 moves, all shown")).toBeTruthy();
    expect(told()[2]).toMatch(/^leftLapsed.*because the segment was made or changed$/);
    expect(await accessibilityFaults(list.closest("section") as Element)).toEqual([]);
    await userEvent.click(toggle);
    expect(screen.queryByRole("region", { name: "History of segments" })).toBeNull();
  });

  it("have a history that goes on behind a page without anything to tell", async () => {
    open({
      "GET /api/customers/c1/segments": () => all(),
      [HISTORY]: ({ query }) =>
        query.has("cursor") ? all(move("VIP", "entered", "data")) : { items: [], nextCursor: "next" },
    });
    await userEvent.click(await history());
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("link", { name: "VIP" })).toBeTruthy();
  });
});
