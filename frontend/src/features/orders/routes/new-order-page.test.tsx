import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Toasts } from "@/components/ui/toasts";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { openPage, serve } from "@/testing/open";
import { json, problem, signedIn } from "@/testing/signed-in";
import { Component as NewOrderPage } from "./new-order-page";

const PLACE = "POST /api/orders";

beforeEach(() => signedIn());
afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
  sessionStorage.clear();
});

function open(answer: () => unknown) {
  const stats = { customers: 0, orders: 0, revenue: 0, currency: "INR", daily: [] };
  const calls = serve({ [PLACE]: answer, "GET /api/stats": () => stats });
  return { calls, router: openPage(NewOrderPage, "/orders/new", "/orders/new") };
}

const item = (number: number) => within(screen.getByRole("group", { name: `Item ${number}` }));
const total = () => screen.getByRole("status", { name: "Total" }).textContent;
const place = () => userEvent.click(screen.getByRole("button", { name: "Place order" }));

it("adds up what is typed, sends exact amounts, and goes to the list", async () => {
  const { calls, router } = open(() => json({ id: "o1", status: "queued" }, { status: 202 }));
  await userEvent.type(await screen.findByLabelText("Customer e-mail"), "asha@example.com");
  await userEvent.type(item(1).getByLabelText("SKU"), "TEA-1");
  await userEvent.type(item(1).getByLabelText("Name"), "Tea");
  await userEvent.clear(item(1).getByLabelText("Quantity"));
  await userEvent.type(item(1).getByLabelText("Quantity"), "3");
  await userEvent.type(item(1).getByLabelText("Unit price"), "0.10");
  expect(total()).toContain("₹0.30");

  await userEvent.click(screen.getByRole("button", { name: "Add an item" }));
  expect(document.activeElement).toBe(item(2).getByLabelText("SKU"));
  expect(total()).toContain("The sum of the items that are filled in");
  await userEvent.keyboard("MUG{Tab}Mug{Tab}{Tab}2,50,000.05");
  expect(total()).toContain("₹2,50,000.35");
  expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);

  await place();
  expect(await screen.findByText("Elsewhere")).toBeTruthy();
  expect(router.state.location.pathname).toBe("/orders");
  const [call] = calls(PLACE);
  expect(call?.headers.get("idempotency-key")).toBeTruthy();
  expect(JSON.parse(call?.body ?? "")).toEqual({
    email: "asha@example.com",
    items: [
      { sku: "TEA-1", name: "Tea", quantity: 3, unitPrice: 0.1 },
      { sku: "MUG", name: "Mug", quantity: 1, unitPrice: 250000.05 },
    ],
  });
  expect(sessionStorage.length).toBe(0);
});

it("takes items away by keyboard, but never the last", async () => {
  open(() => undefined);
  expect(screen.queryByRole("button", { name: /^Remove item/ })).toBeNull();
  await userEvent.click(await screen.findByRole("button", { name: "Add an item" }));
  await userEvent.keyboard("second");
  screen.getByRole("button", { name: "Remove item 1" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(item(1).getByLabelText<HTMLInputElement>("SKU").value).toBe("second");
  expect(screen.queryByRole("button", { name: /^Remove item/ })).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add an item" }));
});

it("counts what was paid instead, and says what the items come to", async () => {
  open(() => undefined);
  await userEvent.type(item(1).getByLabelText("Unit price"), "100");
  await userEvent.type(screen.getByLabelText("Paid (optional)"), "90");
  expect(total()).toContain("₹90.00");
  expect(total()).toContain("The items come to ₹100.00");
});

it("says at each field what is wrong, and sends nothing", async () => {
  const { calls } = open(() => undefined);
  await place();
  expect(document.activeElement).toBe(screen.getByLabelText("Customer e-mail"));
  expect(screen.getByText("Write the address first.")).toBeTruthy();
  expect(item(1).getByText("Write a SKU.")).toBeTruthy();
  expect(item(1).getByLabelText("Unit price").getAttribute("aria-invalid")).toBe("true");
  expect(calls(PLACE)).toEqual([]);
});

it("shows what the server refuses at its field, and keeps everything over a reload", async () => {
  const errors = [{ field: "items[0].unitPrice", reason: "must be at most 10" }];
  open(() => json({ status: 422, code: "invalid", errors }, { status: 422 }));
  await userEvent.type(screen.getByLabelText("Customer e-mail"), "asha@example.com");
  await userEvent.type(item(1).getByLabelText("SKU"), "TEA-1");
  await userEvent.type(item(1).getByLabelText("Name"), "Tea");
  await userEvent.type(item(1).getByLabelText("Unit price"), "99");
  await place();
  expect(await item(1).findByText("must be at most 10")).toBeTruthy();
  expect(document.activeElement).toBe(item(1).getByLabelText("Unit price"));

  cleanup();
  open(() => undefined);
  expect(screen.getByText(/What you typed here earlier/)).toBeTruthy();
  expect(item(1).getByLabelText<HTMLInputElement>("Unit price").value).toBe("99");
  await userEvent.click(screen.getByRole("button", { name: "Discard it" }));
  expect(item(1).getByLabelText<HTMLInputElement>("Unit price").value).toBe("");
});

async function fillIn() {
  await userEvent.type(await screen.findByLabelText("Customer e-mail"), "asha@example.com");
  await userEvent.type(item(1).getByLabelText("SKU"), "TEA-1");
  await userEvent.type(item(1).getByLabelText("Name"), "Tea");
  await userEvent.type(item(1).getByLabelText("Unit price"), "99");
}

it("is placed once though its answer was lost with the page", async () => {
  const first = open(() => problem(503, "unavailable", { "retry-after": "60" }));
  await fillIn();
  await place();
  await screen.findByText("Refused: unavailable");
  cleanup();
  const again = open(() => json({ id: "o1", status: "queued" }, { status: 202 }));
  await place();
  expect(await screen.findByText("Elsewhere")).toBeTruthy();
  const [before] = first.calls(PLACE);
  const [after] = again.calls(PLACE);
  expect(before?.headers.get("idempotency-key")).toBeTruthy();
  expect(after?.headers.get("idempotency-key")).toBe(before?.headers.get("idempotency-key"));
  expect(sessionStorage.length).toBe(0);
});

it("does not come back once it is placed, also when one has left before the answer", async () => {
  const answer = Promise.withResolvers<unknown>();
  const { router } = open(() => answer.promise);
  await fillIn();
  await place();
  await router.navigate("/customers");
  await screen.findByText("Elsewhere");
  expect(sessionStorage.length).toBeGreaterThan(0);
  answer.resolve(json({ id: "o1", status: "queued" }, { status: 202 }));
  await waitFor(() => expect(sessionStorage.length).toBe(0));
  await router.navigate("/orders/new");
  expect((await screen.findByLabelText<HTMLInputElement>("Customer e-mail")).value).toBe("");
});

it("puts a removed item back at its place, with what was typed since", async () => {
  open(() => json({ id: "o1", status: "queued" }, { status: 202 }));
  render(<Toasts />);
  await userEvent.type(await item(1).findByLabelText("Name"), "Tea");
  await userEvent.click(screen.getByRole("button", { name: "Add an item" }));
  await userEvent.type(item(2).getByLabelText("Name"), "Mug");
  await userEvent.click(screen.getByRole("button", { name: "Remove item 1" }));
  // It stays for as long as the mouse is on it, however slow the machine.
  fireEvent.mouseEnter(screen.getByText("Tea removed"));
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Add an item" }));
  await userEvent.type(screen.getByLabelText("Customer e-mail"), "asha@example.com");
  await userEvent.click(screen.getByRole("button", { name: "Undo", description: "Tea removed" }));
  expect(item(1).getByLabelText<HTMLInputElement>("Name").value).toBe("Tea");
  expect(item(2).getByLabelText<HTMLInputElement>("Name").value).toBe("Mug");
  expect(screen.getByLabelText<HTMLInputElement>("Customer e-mail").value).toBe("asha@example.com");
});

it("tells half an address at its field, before it asks the server", async () => {
  const { calls } = open(() => json({ id: "o1", status: "queued" }, { status: 202 }));
  await userEvent.type(await screen.findByLabelText("Customer e-mail"), "asha@example");
  await place();
  expect(screen.getByText("Write a whole address, such as asha@example.com.")).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByLabelText("Customer e-mail"));
  expect(calls(PLACE)).toEqual([]);
});
