import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { CustomerChange } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { type SentDraft, useIntent } from "@/lib/intent";
import { LIVE, liveList, liveOne } from "@/lib/live";
import { refreshSoon } from "@/lib/refresh-soon";

export function useCustomers(search: string, options: { enabled?: boolean } = {}) {
  return useCursorList(["customers"], "GET /api/customers", {
    query: { search: search || undefined },
    ...options,
  });
}

/** A customer with the tag that a change has to name. Asked for somebody merged away, it is the one that stays. */
export function useCustomer(id: string) {
  return useQuery({
    queryKey: ["customers", id],
    queryFn: ({ signal }) => callTagged("GET /api/customers/{id}", { path: { id }, signal }),
    refetchInterval: liveOne,
  });
}

export function useCreateCustomer(draft: SentDraft) {
  const queryClient = useQueryClient();
  return useIntent(
    (customer: CustomerChange & { email: string }, idempotencyKey) =>
      call("POST /api/customers", { body: customer, idempotencyKey }),
    { draft, onSuccess: () => refreshSoon(queryClient, ["customers"]) },
  );
}

/** The form over somebody is done with once they are saved, wherever one is by then. */
export function useUpdateCustomer(id: string, draft: Pick<SentDraft, "forget">) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: CustomerChange; etag: string | null }) =>
      callTagged("PATCH /api/customers/{id}", { path: { id }, body: change, ifMatch: etag }),
    onSuccess: (saved) => {
      draft.forget();
      queryClient.setQueryData(["customers", id], saved);
      return queryClient.invalidateQueries({ queryKey: ["customers"] });
    },
  });
}

/** Erases somebody. What was loaded of them is forgotten by whoever leaves their page: see `useForgetCustomer`. */
export function useEraseCustomer(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => call("DELETE /api/customers/{id}", { path: { id }, ifMatch: etag }),
  });
}

/** Drops all that is loaded of somebody, and lets lists be loaded again. */
export function useForgetCustomer() {
  const queryClient = useQueryClient();
  return (id: string) => {
    queryClient.removeQueries({ queryKey: ["customers", id] });
    for (const key of ["customers", "orders", "segments", "stats"]) {
      void queryClient.invalidateQueries({ queryKey: [key] });
    }
  };
}

/** Merges `from` into `into`, which stays. */
export function useMergeCustomers() {
  return useIntent(({ into, from }: { into: string; from: string }, idempotencyKey) =>
    callTagged("POST /api/customers/{id}/merge", { path: { id: into }, body: { from }, idempotencyKey }),
  );
}

export function useCustomerOrders(id: string) {
  return useCursorList(["customers", id, "orders"], "GET /api/customers/{id}/orders", {
    path: { id },
    refetchInterval: liveList,
  });
}

/** The segments of a customer; they come all at once. */
export function useCustomerSegments(id: string) {
  return useQuery({
    queryKey: ["customers", id, "segments"],
    queryFn: ({ signal }) => call("GET /api/customers/{id}/segments", { path: { id }, signal }),
    refetchInterval: LIVE,
  });
}

/** Why somebody belongs to a segment; nothing is asked about an empty id. */
export function useWhySegment(segmentId: string, email: string) {
  return useQuery({
    queryKey: ["segments", segmentId, "explanation", email],
    queryFn: ({ signal }) =>
      call("GET /api/segments/{id}/explain", { path: { id: segmentId }, query: { email }, signal }),
    enabled: segmentId !== "",
  });
}

export function useCustomerMoves(id: string) {
  return useCursorList(["customers", id, "moves"], "GET /api/customers/{id}/segments/history", {
    path: { id },
  });
}
