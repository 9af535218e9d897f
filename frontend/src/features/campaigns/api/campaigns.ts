import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { Campaign } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";
import { liveList } from "@/lib/live";

const OVER: readonly Campaign["status"][] = ["sent", "cancelled", "failed"];

export type CampaignAction = "pause" | "resume" | "cancel";

/** From which states the server takes an action. */
const TAKEN: Record<CampaignAction, readonly Campaign["status"][]> = {
  pause: ["sending"],
  resume: ["paused", "failed"],
  cancel: ["scheduled", "sending", "paused", "failed"],
};

export const isTaken = (action: CampaignAction, { status }: Campaign) => TAKEN[action].includes(status);
export const isDraft = ({ status }: Campaign) => status === "draft";
export const isOver = ({ status }: Campaign) => OVER.includes(status);

/** Receipts still come in for a while after the last message has gone; to a draft nothing happens by itself. */
function interval(campaign: Campaign): number | false {
  if (isDraft(campaign)) return false;
  return isOver(campaign) ? 10_000 : 1_500;
}

export function useCampaigns() {
  return useCursorList(["campaigns"], "GET /api/campaigns", {
    refetchInterval: (campaigns) =>
      campaigns.some((campaign) => !isOver(campaign) && !isDraft(campaign)) ? 3_000 : liveList(campaigns),
  });
}

const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => callTagged("GET /api/campaigns/{id}", { path: { id }, signal }),
  });

/** A campaign with the tag that a change has to name. */
export function useCampaign(id: string) {
  return useQuery({
    ...campaignQuery(id),
    refetchInterval: ({ state: { data } }) => (data ? interval(data.data) : false),
  });
}

/** The log. Its first pages stay fresh while the campaign is under way; long scrolls are left in peace. */
export function useMessages(campaign: Campaign) {
  return useCursorList(["campaigns", campaign.id, "messages"], "GET /api/campaigns/{id}/messages", {
    path: { id: campaign.id },
    refetchInterval: (messages) => {
      const pace = interval(campaign);
      return pace === false || messages.length > 100 ? false : pace * 2;
    },
  });
}

/** Why somebody got it, or did not; nothing is asked about nobody. */
export function useWhy(id: string, email: string) {
  return useQuery({
    queryKey: ["campaigns", id, "why", email],
    queryFn: ({ signal }) => call("GET /api/campaigns/{id}/why", { path: { id }, query: { email }, signal }),
    enabled: email !== "",
    staleTime: 0,
    retry: false,
  });
}

export function useCampaignAction(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (action: CampaignAction, idempotencyKey) =>
      call(`POST /api/campaigns/{id}/${action}`, { path: { id }, idempotencyKey }),
    { onSettled: () => queryClient.invalidateQueries({ queryKey: ["campaigns"] }) },
  );
}
