/** What the dashboard shows of other parts: asked for every few seconds, and not while the tab is hidden. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Campaign, Page, Segment } from "@/lib/contract";

const PACE = { refetchInterval: 3_000, refetchIntervalInBackground: false };

export const recentCampaignsQuery = queryOptions({
  queryKey: ["campaigns", "recent"],
  queryFn: ({ signal }) => request<Page<Campaign>>("/api/campaigns", { query: { limit: 5 }, signal }),
  ...PACE,
});

/** As many as the server gives at once, the newest. */
export const segmentSizesQuery = queryOptions({
  queryKey: ["segments", "sizes"],
  queryFn: ({ signal }) => request<Page<Segment>>("/api/segments", { query: { limit: 100 }, signal }),
  ...PACE,
});
