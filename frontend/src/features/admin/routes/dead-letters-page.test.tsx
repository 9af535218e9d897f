import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { type Answers, openPage, serve } from "@/testing/open";
import { json, noContent, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as DeadLettersPage } from "./dead-letters-page";

const LIST = "GET /api/queues/orders/dead-letters";
const REDRIVE = "POST /api/queues/orders/dead-letters/m1/redrive";
const DISCARD = "POST /api/queues/orders/dead-letters/m1/discard";
const PLACED = {
  id: "m1",
  reason: "data.total: must be at least 0",
  cause: "setAside",
  at: "2026-11-25T10:00:00Z",
  tries: 1,
  kind: "crm.order.place.v1",
  events: 1,
  bytes: 321,
  source: "shop",
  eventId: "e-1",
  subjects: [
    { kind: "order", id: "0190-o", number: "n-1" },
    { kind: "customer", id: "5a5b5c5d-c" },
  ],
  fields: ["email", "total"],
};
const CRASHED = {
  id: "m2",
  cause: "givenUp",
  at: "2026-11-25T09:00:00Z",
  tries: 10,
  events: 0,
  bytes: 9,
  subjects: [],
  fields: [],
};

afterEach(() => {
  sessionStorage.clear();
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Answers = {}) {
  signedIn("admin");
  const calls = serve({ [LIST]: () => ({ items: [PLACED, CRASHED], total: 2 }), ...answers });
  openPage(DeadLettersPage, "/queues/:name", "/queues/orders");
  return { calls, user: userEvent.setup() };
}

it("says of each letter why it is one, and leads to what it is about", async () => {
  const { user } = open();
  expect(await screen.findByText("data.total: must be at least 0")).toBeTruthy();
  expect(screen.getByText(/never came to an end, 10 times/)).toBeTruthy();
  expect(screen.getByText("2 dead letters.")).toBeTruthy();
  await user.click(screen.getAllByText("What it is about")[0] as HTMLElement);
  expect(screen.getByRole("link", { name: "Order n-1" }).getAttribute("href")).toBe("/orders/0190-o");
  expect(screen.getByRole("link", { name: "Customer 5a5b5c5d" })).toBeTruthy();
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
});

it("says that there are none, and that some are hidden", async () => {
  const answers = [
    { items: [], total: 0 },
    { items: [PLACED], total: 9 },
  ];
  const { user } = open({ [LIST]: () => answers.shift() });
  expect(await screen.findByText("No dead letters")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Redrive all" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Look again" }));
  expect(await screen.findByText(/^9 dead letters; 1 could be seen just now/)).toBeTruthy();
});

it("gives one another try, and looks again", async () => {
  const { calls, user } = open({ [REDRIVE]: () => json({ name: "orders", moved: 1 }, { status: 202 }) });
  await user.click(await screen.findByRole("button", { name: "Redrive: crm.order.place.v1" }));
  await waitFor(() => expect(calls(LIST).length).toBe(2));
  expect(calls(REDRIVE)[0]?.headers.get("idempotency-key")).toBeTruthy();
});

it("says why one cannot get another try", async () => {
  const { user } = open({ [REDRIVE]: () => problem(403, "forbidden") });
  await user.click(await screen.findByRole("button", { name: "Redrive: crm.order.place.v1" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Refused: forbidden");
});

it("throws one away once somebody has said why", async () => {
  const { calls, user } = open({ [DISCARD]: () => noContent() });
  await user.click(await screen.findByRole("button", { name: "Discard: crm.order.place.v1" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/nobody can bring it back/)).toBeTruthy();
  await user.click(dialog.getByRole("button", { name: "Discard" }));
  expect(dialog.getByText("Say why first.")).toBeTruthy();
  expect(calls(DISCARD)).toEqual([]);
  await user.type(dialog.getByLabelText("Why"), " a test ");
  await user.click(dialog.getByRole("button", { name: "Discard" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(JSON.parse(calls(DISCARD)[0]?.body ?? "")).toEqual({ reason: "a test" });
});

it("keeps the reason for a discard over a reload, of each letter its own, and forgets what was given up", async () => {
  const { user } = open();
  const ask = async (what: RegExp) => {
    await user.click(await screen.findByRole("button", { name: what }));
    return within(screen.getByRole("dialog")).getByLabelText<HTMLInputElement>("Why");
  };
  await user.type(await ask(/^Discard: crm.order/), "A test of theirs");
  cleanup();
  open();
  expect((await ask(/^Discard: A letter that/)).value).toBe("");
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  expect((await ask(/^Discard: crm.order/)).value).toBe("A test of theirs");
  await user.click(screen.getByRole("button", { name: "Keep it" }));
  expect((await ask(/^Discard: crm.order/)).value).toBe("");
});
