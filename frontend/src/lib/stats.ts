/** The figures of the whole shop; also where the deployment's currency comes from. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { request } from "./api";
import type { Stats } from "./contract";

export const statsQuery = queryOptions({
  queryKey: ["stats"],
  queryFn: ({ signal }) => request<Stats>("/api/stats", { signal }),
});

/** The currency of all amounts without one of their own; INR until the server has said. */
export function useCurrency(): string {
  const { data } = useQuery({ ...statsQuery, staleTime: 60_000, select: (stats) => stats.currency });
  return data ?? "INR";
}
