import { useQuery } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Campaign } from "@/lib/contract";
import { isOver } from "./campaigns";

type Counts = {
  audience: number;
  queued: number;
  sent: number;
  delivered: number;
  opened: number;
  clicked: number;
  bounced: number;
  failed: number;
  skipped: number;
  converted: number;
};

export type VariantReport = {
  /** Its place in the campaign, from 0. */
  variant: number;
  counts: Counts;
  orders: number;
  revenue: number;
  revenuePerRecipient?: number;
};

/** What happened in one or 24 hours; `converted` are recipients by their first order that counts. */
export type Stretch = {
  from: string;
  hours: number;
  sent: number;
  delivered: number;
  opened: number;
  clicked: number;
  converted: number;
};

type Group = {
  people: number;
  converted: number;
  conversionRate?: number;
  revenuePerPerson?: number;
};

/** With its interval at 95 %; `relative` to what those held out did. */
export type Difference = { value: number; low: number; high: number; relative?: number };

export type Lift = { sent: Group; heldOut: Group; conversion?: Difference; revenuePerPerson?: Difference };

export type Cost = {
  total: {
    writeUnits: number;
    readUnits: number;
    queueRequests: number;
    invocations: number;
    gbSeconds: number;
    price: number;
  };
  pricePerMillion?: number;
  currency: string;
  region: string;
  pricesAsOf: string;
};

export type CampaignReport = {
  /** When it was counted; until then only `counts` are known. */
  asOf?: string;
  recounting: boolean;
  counts: Counts;
  /** Without a gap, up to the last stretch in which anything happened. */
  series: Stretch[];
  variants: VariantReport[];
  failures: { top: { reason: string; count: number }[]; others: number };
  attribution: { days: number; converted: number; orders: number; revenue: number; currency: string };
  lift?: Lift;
  cost?: Cost;
};

/** Asking makes the server count anew where its report is old: soon afterwards the new one is there. */
export function useReport(campaign: Campaign) {
  return useQuery({
    queryKey: ["campaigns", campaign.id, "report"],
    queryFn: ({ signal }) =>
      request<CampaignReport>(`/api/campaigns/${encodeURIComponent(campaign.id)}/report`, { signal }),
    refetchInterval: ({ state: { data, error } }) => {
      if (error) return false;
      if (data?.recounting) return 2_000;
      return isOver(campaign) && data?.asOf ? false : 15_000;
    },
    refetchIntervalInBackground: false,
  });
}
