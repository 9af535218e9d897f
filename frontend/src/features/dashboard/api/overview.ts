/** What the dashboard shows of other parts: asked for every few seconds, and not while the tab is hidden. */
import { queryOptions } from "@tanstack/react-query";
import { call } from "@/lib/call";

const PACE = { refetchInterval: 1_500, refetchIntervalInBackground: false };

export const recentCampaignsQuery = queryOptions({
  queryKey: ["campaigns", "recent"],
  queryFn: ({ signal }) => call("GET /api/campaigns", { query: { limit: 5 }, signal }),
  ...PACE,
});

/** As many as the server gives at once, the newest. */
export const segmentSizesQuery = queryOptions({
  queryKey: ["segments", "sizes"],
  queryFn: ({ signal }) => call("GET /api/segments", { query: { limit: 100 }, signal }),
  ...PACE,
});
