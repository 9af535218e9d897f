import { useCursorList } from "@/lib/cursor-list";

export function useOrders() {
  return useCursorList(["orders"], "GET /api/orders");
}
