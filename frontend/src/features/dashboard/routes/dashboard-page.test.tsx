import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { problem, signedIn } from "@/testing/signed-in";
import "@/testing/sizes";
import { Component as DashboardPage } from "./dashboard-page";

const STATS = {
  customers: 200,
  orders: 40,
  revenue: 40_000,
  segments: 2,
  campaigns: 1,
  messages: 90,
  currency: "INR",
  daily: Array.from({ length: 40 }, (_, day) => ({
    date: new Date(Date.UTC(2026, 9, 1 + day)).toISOString().slice(0, 10),
    orders: 1,
    revenue: 1_000,
    customers: 5,
  })),
};
const CAMPAIGN = {
  id: "k1",
  name: "Diwali",
  channel: "email",
  status: "sending",
  audience: 100,
  sent: 80,
  delivered: 72,
  failed: 0,
  skipped: 5,
  queued: 15,
};
const segment = (name: string, count?: number) => ({ id: name, name, kind: "rules", state: "live", count });
const ANSWERS = {
  "GET /api/stats": () => STATS as unknown,
  "GET /api/campaigns": () => all(CAMPAIGN) as unknown,
  "GET /api/segments": () => all(segment("VIP", 20), segment("Everyone", 200), segment("New")) as unknown,
  "GET /api/queues": () =>
    all(
      { name: "orders", depth: 12, inFlight: 3, delayed: 0, deadLetters: 2 },
      { name: "customers", depth: 1, inFlight: 0, delayed: 0, deadLetters: 0 },
    ) as unknown,
};

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Partial<typeof ANSWERS> = {}, role: Role = "admin", address = "/") {
  signedIn(role);
  const calls = serve({ ...ANSWERS, ...answers });
  const router = openPage(DashboardPage, "/", address);
  return { calls, router, user: userEvent.setup() };
}

const section = async (title: string) =>
  within((await screen.findByRole("heading", { name: title })).closest("section") as HTMLElement);

it("shows recent campaigns with their counts, and segments by size", async () => {
  open();
  const campaigns = await section("Recent campaigns");
  const row = await campaigns.findByRole("row", { name: /Diwali/ });
  expect(
    within(row)
      .getAllByRole("cell")
      .map(({ textContent }) => textContent),
  ).toEqual(["DiwaliE-mail · sending", "sending", "100", "80", "7290%", "5"]);
  const sizes = await section("Largest segments");
  await sizes.findByText("VIP");
  expect(sizes.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
    "Everyone200 100%",
    "VIP20 10%",
    "Newbeing built",
  ]);
  await screen.findByText(/dead letters/i);
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("tells administrators how the queues stand, and asks nothing of them for others", async () => {
  open();
  const queues = await section("Queues");
  expect(await queues.findByText("orders: 2")).toBeTruthy();
  expect(queues.getByText("13")).toBeTruthy();
});

it("leaves the queues out for who does not administer", async () => {
  const { calls } = open({}, "analyst");
  await screen.findByText("Diwali");
  expect(screen.queryByRole("heading", { name: "Queues" })).toBeNull();
  expect(calls("GET /api/queues")).toEqual([]);
});

it("shows the days of the chosen range, as a chart or as a table", async () => {
  const { user } = open();
  await user.click(await screen.findByRole("radio", { name: "7 days" }));
  expect(await screen.findByText("₹7,000")).toBeTruthy();
  expect(screen.getByText("Days are those of UTC.")).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "30 days" }));
  expect(screen.getByText("₹30,000")).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "90 days" }));
  expect(screen.getAllByText("₹40,000").length).toBe(2);
  await user.click(screen.getByRole("radio", { name: "Table" }));
  expect(within(screen.getByRole("table", { name: /by day/ })).getAllByRole("row")).toHaveLength(41);
});

it("shows the days that somebody chooses, and keeps what is shown in the address", async () => {
  const { router, user } = open({}, "admin", "/?figure=orders&from=2026-10-08&to=2026-10-05");
  expect(await screen.findByText(/orders from 5 Oct 2026 to 8 Oct 2026/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-10-11" } });
  expect(await screen.findByText(/from 5 Oct 2026 to 11 Oct 2026/)).toBeTruthy();
  expect(router.state.location.search).toBe("?figure=orders&from=2026-10-11&to=2026-10-05");
  fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-12-24" } });
  expect(await screen.findByText(/from 11 Oct 2026 to 9 Nov 2026/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-12-01" } });
  expect(await screen.findByText("Nothing between these days")).toBeTruthy();

  await user.click(screen.getByRole("radio", { name: "All" }));
  await user.click(screen.getByRole("radio", { name: "Table" }));
  expect(router.state.location.search).toBe("?figure=orders&range=all&as=table");
  await user.click(screen.getByRole("button", { name: "Choose days" }));
  expect(router.state.location.search).toBe("?figure=orders&from=2026-10-01&to=2026-11-09&as=table");
});

it("keeps each part's own trouble to that part, and tries again on demand", async () => {
  let answer = () => problem(403, "forbidden") as unknown;
  const { user } = open({ "GET /api/segments": () => answer(), "GET /api/campaigns": () => all() });
  expect(await screen.findByText("No campaigns yet")).toBeTruthy();
  const sizes = await section("Largest segments");
  answer = () => all();
  await user.click(await sizes.findByRole("button", { name: "Try again" }));
  expect(await sizes.findByText("No segments yet")).toBeTruthy();
});

it("follows by itself, and rests while the tab is hidden", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let sent = 80;
  const { calls } = open({ "GET /api/campaigns": () => all({ ...CAMPAIGN, sent }) });
  await screen.findByText("Diwali");
  sent = 99;
  await act(() => vi.advanceTimersByTimeAsync(3_500));
  await waitFor(() => expect(screen.getByText("99")).toBeTruthy());

  const seen = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  const names = ["GET /api/campaigns", "GET /api/segments", "GET /api/queues", "GET /api/stats"];
  const count = () => names.map((name) => calls(name).length);
  const before = count();
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(count()).toEqual(before);

  seen.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  await act(() => vi.advanceTimersByTimeAsync(4_000));
  await waitFor(() => {
    for (const [index, calls] of count().entries()) expect(calls).toBeGreaterThan(before[index] ?? 0);
  });
  vi.useRealTimers();
});
