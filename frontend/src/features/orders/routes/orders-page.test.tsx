import { act, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { session } from "@/lib/session";
import { anOrder } from "@/testing/made";
import { all, openPage, serve } from "@/testing/open";
import { signedIn } from "@/testing/signed-in";
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
