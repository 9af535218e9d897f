import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Role } from "@/lib/contract";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { aCustomer } from "@/testing/made";
import { openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import "@/testing/dialogs";
import { Component as OrderPage } from "./order-page";

const READ = "GET /api/orders/o1";
const CHANGE = "PATCH /api/orders/o1";
const ORDER = {
  id: "o1",
  orderId: "INV-7",
  email: "asha@example.com",
  customerId: "c1",
  items: [
    { sku: "TEA-1", name: "Tea", quantity: 3, unitPrice: 0.1 },
    { sku: "MUG-2", name: "Mug", quantity: 1, unitPrice: 499.7 },
  ],
  total: 500,
  currency: "INR",
  placedAt: "2026-11-20T10:00:00Z",
  status: "placed",
  conflict: false,
};
const tagged = (order: unknown, etag = '"1"') => json(order, { headers: { etag } });

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

function open(answers: Parameters<typeof serve>[0] = {}, role: Role = "marketer") {
  signedIn(role);
  const calls = serve({
    [READ]: () => tagged(ORDER),
    "GET /api/customers/c1": () => aCustomer({ name: "Asha Rao" }),
    ...answers,
  });
  openPage(OrderPage, "/orders/:id", "/orders/o1");
  return { calls, user: userEvent.setup() };
}

async function ask(user: ReturnType<typeof userEvent.setup>, name: string) {
  await user.click(await screen.findByRole("button", { name }));
  return within(screen.getByRole("dialog"));
}

describe("an order", () => {
  it("shows what was ordered, with exact sums, and by whom", async () => {
    open();
    const table = within(await screen.findByRole("table", { name: "Items of the order" }));
    expect(table.getByText("₹0.30")).toBeTruthy();
    expect(screen.queryByText("Sum of the items")).toBeNull();
    expect(screen.getByText("₹500.00")).toBeTruthy();
    const customer = await screen.findByRole("link", { name: "Asha Rao" });
    expect(customer.getAttribute("href")).toBe("/customers/c1");
    const page = document.querySelector("header")?.parentElement as Element;
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("says what was paid where that was not the sum, and leads to the search for an unknown address", async () => {
    const { customerId: _, ...unnamed } = ORDER;
    open({ [READ]: () => tagged({ ...unnamed, total: 450 }) });
    expect(await screen.findByText("Sum of the items")).toBeTruthy();
    const customer = screen.getByRole("link", { name: "asha@example.com" });
    expect(customer.getAttribute("href")).toBe("/customers?search=asha%40example.com");
  });

  it("keeps the order of somebody who is erased, without a way to them", async () => {
    const { customerId: _, ...erased } = { ...ORDER, email: "erased@customer.invalid" };
    const { calls } = open({ [READ]: () => tagged({ ...erased, items: [], conflict: true }) });
    expect(await screen.findByText("Erased customer")).toBeTruthy();
    expect(screen.getByText("The items are not known")).toBeTruthy();
    expect(screen.getByText(/Another version of this order was received/)).toBeTruthy();
    expect(calls("GET /api/customers/c1")).toEqual([]);
  });

  it("that is not there yet can be looked for again", async () => {
    const answers = [problem(404, "not_found"), tagged(ORDER)];
    const { user } = open({ [READ]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Look again" }));
    expect(await screen.findByText("Order INV-7")).toBeTruthy();
  });

  it("that cannot be had is asked for again on demand", async () => {
    const answers = [problem(503, "unavailable"), tagged(ORDER)];
    const { user } = open({ [READ]: () => answers.shift() });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Order INV-7")).toBeTruthy();
  });

  it("is read only for an analyst", async () => {
    open({}, "analyst");
    await screen.findByText("Order INV-7");
    expect(screen.queryByRole("button", { name: "Fulfil" })).toBeNull();
  });
});

describe("changing its status", () => {
  it("is asked first, is on its way once it is accepted, and shows by itself when it is made", async () => {
    let status = "placed";
    const { calls, user } = open({
      [READ]: () => tagged({ ...ORDER, status }, '"7"'),
      [CHANGE]: () => json({ id: "o1", status: "queued" }, { status: 202 }),
    });
    const dialog = await ask(user, "Refund");
    expect(dialog.getByText(/Its ₹500.00 no longer count/)).toBeTruthy();
    await user.click(dialog.getByRole("button", { name: "Leave it as it is" }));
    expect(calls(CHANGE)).toEqual([]);

    await ask(user, "Refund");
    await user.click(dialog.getByRole("button", { name: "Refund" }));
    expect(await screen.findByText(/On its way from placed to refunded/)).toBeTruthy();
    // Its button is out of use by now.
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Order INV-7" }));
    expect(JSON.parse(calls(CHANGE)[0]?.body ?? "")).toEqual({ status: "refunded" });
    expect(calls(CHANGE)[0]?.headers.get("if-match")).toBe('"7"');
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Fulfil" }).disabled).toBe(true);

    status = "refunded";
    expect(await screen.findByRole("button", { name: "Back to placed" })).toBeTruthy();
    expect(screen.queryByText(/On its way/)).toBeNull();
  });

  it("says when the order has changed meanwhile, and loads it again", async () => {
    const { calls, user } = open({ [CHANGE]: () => problem(412, "precondition_failed") });
    const dialog = await ask(user, "Fulfil");
    await user.click(dialog.getByRole("button", { name: "Fulfil" }));
    expect((await dialog.findByRole("alert")).textContent).toContain("Refused: precondition_failed");
    await waitFor(() => expect(calls(READ).length).toBe(2));
  });
});
