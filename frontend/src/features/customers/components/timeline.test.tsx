import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answer, all, openPage, serve, unlike } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Timeline } from "./timeline";

const TIMELINE = "GET /api/customers/c1/timeline";
/** Noon of a day, here. */
const at = (day: number) => new Date(2026, 10, day, 12, 30).toISOString();
const order = (id: string, day: number) => ({
  kind: "order",
  at: at(day),
  order: {
    id,
    orderId: id,
    total: 1499,
    currency: "INR",
    status: "fulfilled",
    items: [
      { sku: "a", name: "Scarf", quantity: 2 },
      { sku: "b", name: "", quantity: 1 },
    ],
  },
});
const ACTIVITY = { kind: "activity", at: at(20), activity: { id: "a1", type: "site.visit" } };
const MESSAGE = {
  kind: "message",
  at: at(19),
  message: {
    campaignId: "k1",
    campaignName: "Diwali",
    channel: "email",
    status: "opened",
    subject: "A light for you",
  },
};
const MOVE = {
  kind: "segment",
  at: at(19),
  move: { segmentId: "s1", name: "VIP", event: "left", cause: "time" },
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 20, 18), toFake: ["Date"] });
  signedIn();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
});

function open(answer: Answer) {
  const calls = serve({ [TIMELINE]: answer });
  openPage(() => <Timeline id="c1" />, "/customers/:id", "/customers/c1");
  return calls;
}

describe("the timeline", () => {
  it("tells each kind in words, with its links, under the day on which it was", async () => {
    open(() => all(ACTIVITY, order("INV-1", 20), MESSAGE, MOVE, order("INV-0", 2)));
    const today = await screen.findByRole("list", { name: "Today" });
    const told = (day: HTMLElement) =>
      within(day)
        .getAllByRole("listitem")
        .map((item) => item.textContent);
    // As the app's language writes it, whatever the browser's is.
    const time = new Intl.DateTimeFormat("en-IN", { timeStyle: "short" }).format(new Date(at(20)));
    expect(told(today)).toEqual([
      `site.visitActivity${time}`,
      `Order INV-1fulfilledScarf × 2, b₹1,499.00${time}`,
    ]);
    const yesterday = screen.getByRole("list", { name: "Yesterday" });
    expect(told(yesterday)).toEqual([
      `A light for youopenedE-mail of the campaign Diwali${time}`,
      `Left the segment VIPBecause time passed${time}`,
    ]);
    const address = (name: string) => screen.getByRole("link", { name }).getAttribute("href");
    expect(address("Diwali")).toBe("/campaigns/k1");
    expect(address("VIP")).toBe("/segments/s1");
    expect(address("Order INV-1")).toBe("/orders/INV-1");
    const earlier = screen.getAllByRole("heading").at(-1)?.textContent;
    expect(earlier).toBe("2 November 2026");
    expect(today.querySelector("time")?.getAttribute("datetime")).toBe(at(20));
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);
  });

  it("goes on page by page, by the button, and joins a day that two pages share", async () => {
    const calls = open(({ query }) =>
      query.get("cursor") === "next"
        ? all(order("INV-2", 20))
        : { items: [ACTIVITY, order("INV-3", 20)], nextCursor: "next" },
    );
    expect(await screen.findByText("The first 2 events")).toBeTruthy();
    expect(calls(TIMELINE).map(({ query }) => query.get("limit"))).toEqual(["20"]);
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("3 events, all shown")).toBeTruthy();
    expect(within(screen.getByRole("list", { name: "Today" })).getAllByRole("listitem")).toHaveLength(3);
  });

  it("says when there is nothing yet", async () => {
    open(() => all());
    expect(screen.getByText("Loading")).toBeTruthy();
    expect(await screen.findByText("Nothing has happened yet")).toBeTruthy();
  });

  it("can be asked for again when it fails", async () => {
    let answer: () => unknown = () => problem(503, "unavailable");
    open(() => answer());
    expect(await screen.findByText("Refused: unavailable")).toBeTruthy();
    answer = () => all(ACTIVITY);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("site.visit")).toBeTruthy();
  });

  it("does not break on a kind that it does not know", async () => {
    open(() => unlike(json(all({ kind: "newer", at: at(20) }))));
    expect(await screen.findByText(/cannot show yet/)).toBeTruthy();
  });
});
