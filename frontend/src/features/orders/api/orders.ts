import type { Order } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";

export function useOrders() {
  return useCursorList<Order>(["orders"], "/api/orders");
}
