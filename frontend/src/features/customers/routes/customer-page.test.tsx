import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { type Answers, all, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
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

it("follows what happens to somebody", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let orderCount = 2;
  open({ "GET /api/customers/c1": () => ({ ...ASHA, orderCount }) });
  const figure = async () => (await screen.findByText("Orders", { selector: "dt" })).nextSibling?.textContent;
  expect(await figure()).toBe("2");
  orderCount = 3;
  await act(() => vi.advanceTimersByTimeAsync(8_000));
  expect(await figure()).toBe("3");
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
