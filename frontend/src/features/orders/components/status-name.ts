import { select } from "@lingui/core/macro";
import type { OrderStatus } from "@/lib/contract";

/** A status inside of a sentence. */
export function statusName(status: OrderStatus): string {
  return select(status, {
    placed: "placed",
    fulfilled: "fulfilled",
    cancelled: "cancelled",
    refunded: "refunded",
    other: "another status",
  });
}
