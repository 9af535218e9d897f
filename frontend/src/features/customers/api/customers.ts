import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Customer, Membership, MembershipMove, Order, Page } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";

export function useCustomers(search: string) {
  return useCursorList<Customer>(["customers"], "/api/customers", { query: { search: search || undefined } });
}

export function useCustomer(id: string) {
  return useQuery({
    queryKey: ["customers", id],
    queryFn: ({ signal }) => request<Customer>(`/api/customers/${encodeURIComponent(id)}`, { signal }),
  });
}

export function useCustomerOrders(id: string) {
  return useCursorList<Order>(["customers", id, "orders"], `/api/customers/${encodeURIComponent(id)}/orders`);
}

/** The segments of a customer; they come all at once. */
export function useCustomerSegments(id: string) {
  return useQuery({
    queryKey: ["customers", id, "segments"],
    queryFn: ({ signal }) =>
      request<Page<Membership>>(`/api/customers/${encodeURIComponent(id)}/segments`, { signal }),
  });
}

export function useCustomerMoves(id: string) {
  return useCursorList<MembershipMove>(
    ["customers", id, "moves"],
    `/api/customers/${encodeURIComponent(id)}/segments/history`,
  );
}
