import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { all, openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as QueuesPage } from "./queues-page";

const LIST = "GET /api/queues";
const REDRIVE = "POST /api/queues/orders/redrive";
const IDLE = { depth: 0, inFlight: 0, delayed: 0, deadLetters: 0 };
const ORDERS = { ...IDLE, name: "orders", depth: 1200, inFlight: 10, deadLetters: 3, ageSeconds: 130 };
const CUSTOMERS = { ...IDLE, name: "customers", ageSeconds: null };

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}) {
  signedIn("admin");
  const calls = serve({ [LIST]: () => all(CUSTOMERS, ORDERS), ...answers });
  openPage(QueuesPage, "/queues", "/queues");
  return { calls, user: userEvent.setup() };
}

it("tells how each queue stands, what it is for, and looks again by itself", async () => {
  let depth = 1200;
  open({ [LIST]: () => all(CUSTOMERS, { ...ORDERS, depth }) });
  const table = within(await screen.findByRole("table", { name: "Queues" }));
  expect(table.getByText("1,200")).toBeTruthy();
  expect(table.getByText("2 min")).toBeTruthy();
  expect(table.getByText("Orders and their status")).toBeTruthy();
  expect(screen.getByText("1,210 messages to be applied; 3 dead letters.")).toBeTruthy();
  const page = document.querySelector("header")?.parentElement as Element;
  expect(await accessibilityFaults(page)).toEqual([]);
  depth = 7;
  expect(await table.findByText("7")).toBeTruthy();
});

it("says when they cannot be had, and asks again on demand", async () => {
  const answers = [problem(403, "forbidden"), json(all(CUSTOMERS))];
  const { user } = open({ [LIST]: () => answers.shift() ?? json(all(CUSTOMERS)) });
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Everything is applied; nothing was set aside.")).toBeTruthy();
});

it("gives others another try though it is not known what became of the former ones", async () => {
  let deadLetters = 3;
  const { calls, user } = open({
    [LIST]: () => all(CUSTOMERS, { ...ORDERS, deadLetters }),
    [REDRIVE]: () => problem(503, "unavailable", { "retry-after": "60" }),
  });
  const redrive = async () => {
    await user.click(await screen.findByRole("button", { name: "Redrive the dead letters of orders" }));
    const dialog = within(screen.getByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Redrive" }));
    await dialog.findByText("Refused: unavailable");
    await user.click(dialog.getByRole("button", { name: "Leave them" }));
  };
  await redrive();
  await redrive();
  deadLetters = 4;
  await screen.findByText("1,210 messages to be applied; 4 dead letters.");
  await redrive();
  const [first, again, other] = calls(REDRIVE).map(({ headers }) => headers.get("idempotency-key"));
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

it("gives dead letters another try, after a question", async () => {
  const answers = [problem(404, "not_found"), json({ name: "orders", moved: 3 }, { status: 202 })];
  const { calls, user } = open({ [REDRIVE]: () => answers.shift() });
  await user.click(await screen.findByRole("button", { name: "Redrive the dead letters of orders" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByText(/3 messages go back into the queue/)).toBeTruthy();
  await user.click(dialog.getByRole("button", { name: "Leave them" }));
  expect(calls(REDRIVE)).toEqual([]);

  await user.click(screen.getByRole("button", { name: "Redrive the dead letters of orders" }));
  await user.click(dialog.getByRole("button", { name: "Redrive" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("Refused: not_found");
  await user.click(dialog.getByRole("button", { name: "Redrive" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(calls(REDRIVE)[1]?.headers.get("idempotency-key")).toBeTruthy();
});
