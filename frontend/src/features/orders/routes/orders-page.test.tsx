import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { accessibilityFaults } from "@/testing/accessibility";
import { anOrder } from "@/testing/made";
import { all, openPage, serve } from "@/testing/open";
import { json, signedIn } from "@/testing/signed-in";
import { Component as OrdersPage } from "./orders-page";

afterEach(() => {
  vi.unstubAllGlobals();
  session.end();
});

it("leads to each order, also of customers who are erased", async () => {
  signedIn("analyst");
  serve({
    "GET /api/orders": () =>
      all(
        anOrder({ id: "o1", email: "erased@customer.invalid" }),
        anOrder({ id: "o2", email: "asha@example.com" }),
      ),
  });
  openPage(OrdersPage, "/orders", "/orders");
  expect(await screen.findByText("Erased customer")).toBeTruthy();
  expect(screen.queryByText("erased@customer.invalid")).toBeNull();
  expect(screen.getAllByText("₹1,499.00")).toHaveLength(2);
  expect(screen.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    "/orders/o1",
    "/orders/o2",
  ]);
});

describe("finding orders", () => {
  const ALL = "GET /api/orders";
  const THEIRS = "GET /api/orders/by-email/asha%40example.com";
  const BINA = "GET /api/orders/by-email/bina%40example.com";
  const REFUSED = "GET /api/orders/by-email/erased%40customer.invalid";

  function open(address = "/orders") {
    signedIn();
    const calls = serve({
      [ALL]: () => all(anOrder({ email: "asha@example.com" }), anOrder({ id: "o2", email: "x@example.com" })),
      [THEIRS]: () => all(anOrder({ email: "asha@example.com" })),
      [BINA]: () => all(),
      [REFUSED]: () =>
        json(
          { status: 422, errors: [{ field: "email", reason: "stands for people who were erased" }] },
          { status: 422 },
        ),
    });
    return { calls, router: openPage(OrdersPage, "/orders", address), user: userEvent.setup() };
  }
  const box = () => screen.getByRole<HTMLInputElement>("searchbox");

  it("goes by the whole address, which the address of the page keeps", async () => {
    const { calls, router, user } = open();
    expect(await screen.findByText("2 orders, all shown")).toBeTruthy();
    await user.type(box(), "asha@exam{Enter}");
    expect(screen.getByRole("alert").textContent).toBe("Write a whole address, such as asha@example.com.");
    expect(box().getAttribute("aria-invalid")).toBe("true");
    await user.type(box(), "ple.com{Enter}");
    expect(await screen.findByText("1 order, all shown")).toBeTruthy();
    expect(router.state.location.search).toBe("?email=asha%40example.com");
    expect(screen.getByRole("table", { name: "Orders of asha@example.com, newest first" })).toBeTruthy();
    expect(new Set(calls(THEIRS).map(({ query }) => query.get("cursor"))).size).toBe(1);
    expect(await accessibilityFaults(document.body.firstElementChild as Element)).toEqual([]);

    await user.clear(box());
    expect(await screen.findByText("2 orders, all shown")).toBeTruthy();
    expect(router.state.location.search).toBe("");
  });

  it("can be linked to, says when there are none, and leads back to all", async () => {
    const { calls, user } = open("/orders?email=bina%40example.com");
    expect(await screen.findByText("No orders of bina@example.com")).toBeTruthy();
    expect(box().value).toBe("bina@example.com");
    expect(calls(ALL)).toHaveLength(0);
    await user.click(screen.getByRole("button", { name: "Show all orders" }));
    expect(await screen.findByText("2 orders, all shown")).toBeTruthy();
    expect(box().value).toBe("");
  });

  it("says at the box what the server finds wrong", async () => {
    open("/orders?email=erased%40customer.invalid");
    expect(await screen.findByText("stands for people who were erased")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });
});

it("shows by itself what has come in since", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  signedIn("analyst");
  const orders = [anOrder({ id: "o1", email: "asha@example.com" })];
  serve({ "GET /api/orders": () => all(...orders) });
  openPage(OrdersPage, "/orders", "/orders");
  await screen.findByText("asha@example.com");
  orders.unshift(anOrder({ id: "o2", email: "vikram@example.com" }));
  await act(() => vi.advanceTimersByTimeAsync(8_000));
  expect(await screen.findByText("vikram@example.com")).toBeTruthy();
  vi.useRealTimers();
});
