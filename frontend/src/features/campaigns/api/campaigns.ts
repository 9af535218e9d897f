import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/api";
import type { Campaign, CampaignDraft, CampaignFunnel, Message } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const OVER = ["sent", "cancelled", "failed"];
const path = (id: string) => `/api/campaigns/${encodeURIComponent(id)}`;

export type CampaignAction = "pause" | "resume" | "cancel";

export const isOver = (campaign: Campaign) => OVER.includes(campaign.status);

/** Receipts still come in for a while after the last message has gone. */
const interval = (campaign: Campaign) => (isOver(campaign) ? 10_000 : 1_500);

export function useCampaigns() {
  return useCursorList<Campaign>(["campaigns"], "/api/campaigns", {
    refetchInterval: (campaigns) => (campaigns.some((campaign) => !isOver(campaign)) ? 3_000 : false),
  });
}

export function useCampaign(id: string) {
  return useQuery({
    queryKey: ["campaigns", id],
    queryFn: ({ signal }) => request<Campaign>(path(id), { signal }),
    refetchInterval: (query) => (query.state.data ? interval(query.state.data) : false),
  });
}

/** The log. Its first pages stay fresh while the campaign is under way; long scrolls are left in peace. */
export function useMessages(campaign: Campaign) {
  return useCursorList<Message>(["campaigns", campaign.id, "messages"], `${path(campaign.id)}/messages`, {
    refetchInterval: (messages) => (messages.length > 100 ? false : interval(campaign) * 2),
  });
}

export function usePreviewCampaign() {
  return useMutation({
    mutationFn: (draft: CampaignDraft) =>
      request<CampaignFunnel>("/api/campaigns/preview", {
        method: "POST",
        body: draft,
        idempotencyKey: null,
      }),
  });
}

export function useLaunchCampaign() {
  const queryClient = useQueryClient();
  return useIntent(
    (draft: CampaignDraft, idempotencyKey) =>
      request<{ id: string; status: string }>("/api/campaigns", {
        method: "POST",
        body: draft,
        idempotencyKey,
      }),
    {
      onSuccess: () => {
        void queryClient.invalidateQueries({ queryKey: ["campaigns"] });
        void queryClient.invalidateQueries({ queryKey: ["stats"] });
      },
    },
  );
}

export function useCampaignAction(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (action: CampaignAction, idempotencyKey) =>
      request<unknown>(`${path(id)}/${action}`, { method: "POST", idempotencyKey }),
    { onSettled: () => queryClient.invalidateQueries({ queryKey: ["campaigns"] }) },
  );
}
