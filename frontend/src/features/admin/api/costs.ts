import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "@/lib/call";

/** What a month costs, by its name: `2026-11`. */
export function useCosts(month: string) {
  return useQuery({
    queryKey: ["costs", month],
    queryFn: ({ signal }) => call("GET /api/costs", { query: { month }, signal }),
    placeholderData: keepPreviousData,
  });
}
