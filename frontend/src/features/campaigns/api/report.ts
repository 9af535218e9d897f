import { useQuery } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { Campaign } from "@/lib/contract";
import { isPassing } from "@/lib/problem";
import { isOver } from "./campaigns";

/** Asking makes the server count anew where its report is old: soon afterwards the new one is there. */
export function useReport(campaign: Campaign) {
  const { id } = campaign;
  return useQuery({
    queryKey: ["campaigns", id, "report"],
    queryFn: ({ signal }) => call("GET /api/campaigns/{id}/report", { path: { id }, signal }),
    refetchInterval: ({ state: { data, error } }) => {
      if (error) return isPassing(error) ? 15_000 : false;
      if (data?.recounting) return 2_000;
      return isOver(campaign) && data?.asOf ? false : 15_000;
    },
    refetchIntervalInBackground: false,
  });
}
