import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { Order, OrderRequest, OrderStatus } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { type SentDraft, useIntent } from "@/lib/intent";
import { liveList } from "@/lib/live";
import { refreshSoon } from "@/lib/refresh-soon";

/** Under which address the orders of erased customers are kept. */
export const ERASED = "erased@customer.invalid";

/** All orders, or those of one address. */
export function useOrders(email: string) {
  const all = useCursorList(["orders"], "GET /api/orders", {
    enabled: email === "",
    refetchInterval: liveList,
  });
  const theirs = useCursorList(["orders", "of", email], "GET /api/orders/by-email/{email}", {
    path: { email },
    refetchInterval: liveList,
    enabled: email !== "",
  });
  return email === "" ? all : theirs;
}

/** Milliseconds until the next look at a change on its way, which mostly takes less than a second. */
const paceOf = (since: number) => (Date.now() - since < 30_000 ? 1_000 : 10_000);

/** An order with the tag that a change has to name. It is asked for again while a change is on its way, `since` when. */
export function useOrder(id: string, changing: (order: Order) => number | false) {
  return useQuery({
    queryKey: ["orders", id],
    queryFn: ({ signal }) => callTagged("GET /api/orders/{id}", { path: { id }, signal }),
    refetchInterval: ({ state: { data } }) => {
      const since = data !== undefined && changing(data.data);
      return since === false ? false : paceOf(since);
    },
  });
}

export function usePlaceOrder(draft: SentDraft) {
  const queryClient = useQueryClient();
  return useIntent(
    (order: OrderRequest, idempotencyKey) => call("POST /api/orders", { body: order, idempotencyKey }),
    // Whoever ordered is changed, or created, by it.
    { draft, onSuccess: () => refreshSoon(queryClient, ["orders"], ["customers"], ["stats"]) },
  );
}

/** Asks for another status. It goes through the queue: see `useOrder`. */
export function useChangeOrderStatus(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ status, etag }: { status: OrderStatus; etag: string | null }) =>
      call("PATCH /api/orders/{id}", { path: { id }, body: { status }, ifMatch: etag }),
    onSuccess: () => refreshSoon(queryClient, ["orders"], ["customers"], ["stats"]),
  });
}

/** Who ordered, for their name. */
export function useCustomerOf({ customerId: id = "" }: Order) {
  return useQuery({
    queryKey: ["customers", "of", id],
    queryFn: ({ signal }) => call("GET /api/customers/{id}", { path: { id }, signal }),
    enabled: id !== "",
    staleTime: 60_000,
    retry: false,
  });
}
