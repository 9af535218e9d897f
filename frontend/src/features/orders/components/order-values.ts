/** An order as the form holds it, what is wrong with it, what it comes to, and what goes to the server. */

import { t } from "@lingui/core/macro";
import { isAddress } from "@/lib/address";
import type { OrderRequest } from "@/lib/contract";
import { formatNumber } from "@/lib/format";
import { moment } from "@/lib/local-time";
import { readAmount, wireAmount } from "@/lib/money";

export type ItemRow = { id: string; sku: string; name: string; quantity: string; unitPrice: string };

export type OrderValues = {
  email: string;
  orderId: string;
  /** As a control of date and time has it. */
  placedAt: string;
  /** What was paid, where that is not the sum. */
  total: string;
  items: ItemRow[];
};

/** Fields that have one control, as the page calls them. */
export type FieldName = Exclude<keyof OrderValues, "items">;
export const fieldNames = (): Record<FieldName, string> => ({
  email: t`Customer e-mail`,
  orderId: t`Order number`,
  placedAt: t`Placed`,
  total: t`Paid`,
});

/** Most items of an order, and most of one item. */
export const MOST_ITEMS = 200;
const MOST_OF_ONE = 1_000_000;

export function newItem(): ItemRow {
  return { id: crypto.randomUUID(), sku: "", name: "", quantity: "1", unitPrice: "" };
}

export function emptyOrder(): OrderValues {
  return { email: "", orderId: "", placedAt: "", total: "", items: [newItem()] };
}

/** What the form itself can tell to be wrong, by the path that the server would name. */
export function faultsOf(values: OrderValues, currency: string): Record<string, string> {
  const faults: Record<string, string> = {};
  if (values.email.trim() === "") faults.email = t`Write the address first.`;
  else if (!isAddress(values.email)) faults.email = t`Write a whole address, such as asha@example.com.`;
  if (values.placedAt !== "" && moment(values.placedAt) === null) faults.placedAt = t`Write a date and time.`;
  if (values.total.trim() !== "") {
    const paid = readAmount(values.total, currency);
    if ("fault" in paid) faults.total = paid.fault;
  }
  const most = formatNumber(MOST_OF_ONE);
  values.items.forEach((item, index) => {
    const at = `items.${index}`;
    if (item.sku.trim() === "") faults[`${at}.sku`] = t`Write a SKU.`;
    if (item.name.trim() === "") faults[`${at}.name`] = t`Write a name.`;
    if (quantityOf(item) === null) faults[`${at}.quantity`] = t`Write a whole number from 1 to ${most}.`;
    const price = readAmount(item.unitPrice, currency);
    if ("fault" in price) faults[`${at}.unitPrice`] = price.fault;
  });
  return faults;
}

/** What one line comes to, in minor units; `null` as long as it cannot be told. */
export function lineTotal(item: ItemRow, currency: string): bigint | null {
  const quantity = quantityOf(item);
  const price = readAmount(item.unitPrice, currency);
  return quantity === null || "fault" in price ? null : price.minor * BigInt(quantity);
}

/** What the lines come to that can be told, and whether that is all of them. */
export function sumOf(items: readonly ItemRow[], currency: string): { minor: bigint; whole: boolean } {
  const totals = items.map((item) => lineTotal(item, currency));
  const minor = totals.reduce<bigint>((sum, total) => sum + (total ?? 0n), 0n);
  return { minor, whole: !totals.includes(null) };
}

/** The request of values without faults. */
export function orderOf(values: OrderValues, currency: string): OrderRequest {
  const amount = (typed: string) => {
    const read = readAmount(typed, currency);
    return "minor" in read ? wireAmount(read.minor, currency) : 0;
  };
  const placedAt = values.placedAt && moment(values.placedAt);
  return {
    email: values.email.trim(),
    ...(values.orderId.trim() && { orderId: values.orderId.trim() }),
    items: values.items.map((item) => ({
      sku: item.sku.trim(),
      name: item.name.trim(),
      quantity: quantityOf(item) ?? 1,
      unitPrice: amount(item.unitPrice),
    })),
    ...(values.total.trim() && { total: amount(values.total) }),
    ...(placedAt && { placedAt }),
  };
}

function quantityOf({ quantity }: ItemRow): number | null {
  const typed = quantity.trim();
  const count = /^\d{1,7}$/.test(typed) ? Number(typed) : 0;
  return count >= 1 && count <= MOST_OF_ONE ? count : null;
}
