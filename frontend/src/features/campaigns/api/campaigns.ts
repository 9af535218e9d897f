import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestTagged } from "@/lib/api";
import type { Campaign, Message, Why } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const OVER = ["sent", "cancelled", "failed"];
export const campaignPath = (id: string) => `/api/campaigns/${encodeURIComponent(id)}`;

export type CampaignAction = "pause" | "resume" | "cancel";

/** From which states the server takes an action. */
const TAKEN: Record<CampaignAction, readonly string[]> = {
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
  return useCursorList<Campaign>(["campaigns"], "/api/campaigns", {
    refetchInterval: (campaigns) =>
      campaigns.some((campaign) => !isOver(campaign) && !isDraft(campaign)) ? 3_000 : false,
  });
}

const campaignQuery = (id: string) =>
  queryOptions({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => requestTagged<Campaign>(campaignPath(id), { signal }),
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
  return useCursorList<Message>(
    ["campaigns", campaign.id, "messages"],
    `${campaignPath(campaign.id)}/messages`,
    {
      refetchInterval: (messages) => {
        const pace = interval(campaign);
        return pace === false || messages.length > 100 ? false : pace * 2;
      },
    },
  );
}

/** Why somebody got it, or did not; nothing is asked about nobody. */
export function useWhy(id: string, email: string) {
  return useQuery({
    queryKey: ["campaigns", id, "why", email],
    queryFn: ({ signal }) => request<Why>(`${campaignPath(id)}/why`, { query: { email }, signal }),
    enabled: email !== "",
    staleTime: 0,
    retry: false,
  });
}

export function useCampaignAction(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (action: CampaignAction, idempotencyKey) =>
      request<unknown>(`${campaignPath(id)}/${action}`, { method: "POST", idempotencyKey }),
    { onSettled: () => queryClient.invalidateQueries({ queryKey: ["campaigns"] }) },
  );
}
