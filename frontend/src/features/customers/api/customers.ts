import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Customer, Order } from "@/lib/contract";
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
