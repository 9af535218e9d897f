import { queryOptions, useQuery } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { Campaign, Channel } from "@/lib/contract";
import { isOver, useCampaigns } from "./campaigns";

const reportQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id, "report"],
    queryFn: ({ signal }) => call("GET /api/campaigns/{id}/report", { path: { id }, signal }),
  });

/** Asking makes the server count anew where its report is old: soon afterwards the new one is there. */
export function useReport(campaign: Campaign) {
  return useQuery({
    ...reportQuery(campaign.id),
    refetchInterval: ({ state: { data, error } }) => {
      if (error) return false;
      if (data?.recounting) return 2_000;
      return isOver(campaign) && data?.asOf ? false : 15_000;
    },
    refetchIntervalInBackground: false,
  });
}

/** The newest campaign of those at hand that is over, on this channel if there is one, and what it has cost. */
export function useFormerCost(channel: Channel) {
  const campaigns = useCampaigns();
  const over = campaigns.items.filter((campaign) => isOver(campaign) && campaign.sent > 0);
  const former = over.find((campaign) => campaign.channel === channel) ?? over[0];
  const report = useQuery({
    ...reportQuery(former?.id ?? ""),
    enabled: former !== undefined,
    staleTime: 60_000,
  });
  return {
    former,
    cost: report.data?.cost,
    isPending: campaigns.isPending || (former !== undefined && report.isPending),
  };
}
