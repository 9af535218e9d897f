import { describe, expect, it } from "vitest";
import { emptyOrder, faultsOf, type ItemRow, lineTotal, newItem, orderOf, sumOf } from "./order-values";

const item = (part: Partial<ItemRow> = {}): ItemRow => ({
  ...newItem(),
  sku: "TEA-1",
  name: "Tea",
  quantity: "3",
  unitPrice: "0.10",
  ...part,
});
const order = (...items: ItemRow[]) => ({ ...emptyOrder(), email: " asha@example.com ", items });

describe("an order in the form", () => {
  it("comes to the exact sum of its lines", () => {
    expect(lineTotal(item(), "INR")).toBe(30n);
    const lines = [item(), item({ quantity: "1", unitPrice: "0.20" })];
    expect(sumOf(lines, "INR")).toEqual({ minor: 50n, whole: true });
    expect(lineTotal(item({ quantity: "1000000", unitPrice: "1000000000000" }), "INR")).toBe(10n ** 20n);
  });

  it("says when the sum lacks a line", () => {
    expect(sumOf([item(), item({ unitPrice: "" })], "INR")).toEqual({ minor: 30n, whole: false });
  });

  it("names every fault by the server's path", () => {
    const values = { ...emptyOrder(), total: "x" };
    const found = Object.keys(faultsOf({ ...values, items: [item(), newItem()] }, "INR"));
    expect(found).toEqual(["email", "total", "items.1.sku", "items.1.name", "items.1.unitPrice"]);
    for (const quantity of ["", "0", "1.5", "1000001", "-1"]) {
      expect(faultsOf(order(item({ quantity })), "INR")["items.0.quantity"]).toBeTruthy();
    }
    expect(faultsOf(order(item()), "INR")).toEqual({});
  });

  it("leaves out what was not filled in", () => {
    expect(orderOf(order(item()), "INR")).toEqual({
      email: "asha@example.com",
      items: [{ sku: "TEA-1", name: "Tea", quantity: 3, unitPrice: 0.1 }],
    });
    const full = { ...order(item()), orderId: " A-7 ", total: "1,499.50", placedAt: "2026-11-20T10:00" };
    expect(orderOf(full, "INR")).toMatchObject({ orderId: "A-7", total: 1499.5 });
    expect(orderOf(full, "INR").placedAt).toMatch(/^2026-11-\d\dT\d\d:\d\d:00\.000Z$/);
  });
});
