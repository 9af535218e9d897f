import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestTagged } from "@/lib/api";
import type { Customer, CustomerChange, Membership, MembershipMove, Order, Page } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";
import { refreshSoon } from "@/lib/refresh-soon";

export const customerPath = (id: string) => `/api/customers/${encodeURIComponent(id)}`;

export function useCustomers(search: string, options: { enabled?: boolean } = {}) {
  return useCursorList<Customer>(["customers"], "/api/customers", {
    query: { search: search || undefined },
    ...options,
  });
}

/** A customer with the tag that a change has to name. Asked for somebody merged away, it is the one that stays. */
export function useCustomer(id: string) {
  return useQuery({
    queryKey: ["customers", id],
    queryFn: ({ signal }) => requestTagged<Customer>(customerPath(id), { signal }),
  });
}

export function useCreateCustomer() {
  const queryClient = useQueryClient();
  return useIntent(
    (customer: CustomerChange & { email: string }, idempotencyKey) =>
      request<{ id: string; status: string }>("/api/customers", {
        method: "POST",
        body: customer,
        idempotencyKey,
      }),
    { onSuccess: () => refreshSoon(queryClient, "customers") },
  );
}

export function useUpdateCustomer(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: CustomerChange; etag: string | null }) =>
      requestTagged<Customer>(customerPath(id), { method: "PATCH", body: change, ifMatch: etag }),
    onSuccess: (saved) => {
      queryClient.setQueryData(["customers", id], saved);
      return queryClient.invalidateQueries({ queryKey: ["customers"] });
    },
  });
}

/** Erases somebody. What was loaded of them is forgotten by whoever leaves their page: see `useForgetCustomer`. */
export function useEraseCustomer(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => request<void>(customerPath(id), { method: "DELETE", ifMatch: etag }),
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
    requestTagged<Customer>(`${customerPath(into)}/merge`, {
      method: "POST",
      body: { from },
      idempotencyKey,
    }),
  );
}

export function useCustomerOrders(id: string) {
  return useCursorList<Order>(["customers", id, "orders"], `${customerPath(id)}/orders`);
}

/** The segments of a customer; they come all at once. */
export function useCustomerSegments(id: string) {
  return useQuery({
    queryKey: ["customers", id, "segments"],
    queryFn: ({ signal }) => request<Page<Membership>>(`${customerPath(id)}/segments`, { signal }),
  });
}

export function useCustomerMoves(id: string) {
  return useCursorList<MembershipMove>(["customers", id, "moves"], `${customerPath(id)}/segments/history`);
}
