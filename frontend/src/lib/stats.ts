/** The figures of the whole shop; also where the deployment's currency comes from. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "./call";

export const statsQuery = queryOptions({
  queryKey: ["stats"],
  queryFn: ({ signal }) => call("GET /api/stats", { signal }),
});

/** The currency of all amounts without one of their own; INR until the server has said. */
export function useCurrency(): string {
  const { data } = useQuery({ ...statsQuery, staleTime: 60_000, select: (stats) => stats.currency });
  return data ?? "INR";
}
