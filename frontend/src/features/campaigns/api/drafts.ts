/** Drafts, from the first save to the launch, and what can be known of a campaign before it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestTagged, type Tagged } from "@/lib/api";
import type {
  Campaign,
  CampaignChange,
  CampaignDraft,
  CampaignFunnel,
  Channel,
  Customer,
  Page,
  Rendered,
  Variant,
} from "@/lib/contract";
import { useIntent } from "@/lib/intent";
import { campaignPath } from "./campaigns";

type Launched = { id: string; status: string };

/** Lists and figures that a draft, or a launch, is part of. */
function useRefresh() {
  const queryClient = useQueryClient();
  return {
    queryClient,
    refresh() {
      void queryClient.invalidateQueries({ queryKey: ["campaigns"] });
      void queryClient.invalidateQueries({ queryKey: ["stats"] });
    },
  };
}

/** Launches at once what was never kept. */
export function useLaunchCampaign() {
  const { refresh } = useRefresh();
  return useIntent(
    (body: CampaignDraft, idempotencyKey) =>
      request<Launched>("/api/campaigns", { method: "POST", body, idempotencyKey }),
    { onSuccess: refresh },
  );
}

export function useKeepDraft() {
  const { queryClient, refresh } = useRefresh();
  return useIntent(
    (draft: CampaignDraft, idempotencyKey) =>
      requestTagged<Campaign>("/api/campaigns", {
        method: "POST",
        body: { ...draft, draft: true },
        idempotencyKey,
      }),
    {
      onSuccess: (kept: Tagged<Campaign>) => {
        queryClient.setQueryData(["campaigns", kept.data.id], kept);
        refresh();
      },
    },
  );
}

export function useChangeDraft(id: string) {
  const { queryClient, refresh } = useRefresh();
  return useMutation({
    mutationFn: ({ change, etag }: { change: CampaignChange; etag: string | null }) =>
      requestTagged<Campaign>(campaignPath(id), { method: "PATCH", body: change, ifMatch: etag }),
    onSuccess: (changed) => {
      queryClient.setQueryData(["campaigns", id], changed);
      refresh();
    },
  });
}

/** Launches the draft as it is under `etag`; once, however often it is asked for. */
export function useLaunchDraft(id: string) {
  const { refresh } = useRefresh();
  return useIntent(
    (etag: string | null, idempotencyKey) =>
      request<Launched>(`${campaignPath(id)}/launch`, { method: "POST", ifMatch: etag, idempotencyKey }),
    { onSuccess: refresh },
  );
}

/** Deletes a draft. What was loaded of it is forgotten by whoever leaves its page: see `useForgetCampaign`. */
export function useDeleteDraft(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => request<void>(campaignPath(id), { method: "DELETE", ifMatch: etag }),
  });
}

export function useForgetCampaign() {
  const { queryClient, refresh } = useRefresh();
  return (id: string) => {
    queryClient.removeQueries({ queryKey: ["campaigns", id] });
    refresh();
  };
}

/** How many a launch would write to, and where the others drop out. The server also checks what it is asked about. */
export function useFunnel(draft: CampaignDraft, draftId: string | undefined, enabled: boolean) {
  const body = { ...draft, ...(draftId && { draftId }) };
  return useQuery({
    queryKey: ["funnel", body],
    queryFn: ({ signal }) =>
      request<CampaignFunnel>("/api/campaigns/preview", {
        method: "POST",
        body,
        idempotencyKey: null,
        signal,
      }),
    enabled,
    staleTime: 0,
    // Customers change by themselves: who comes back to the review wants today's count, not a flash of the former one.
    gcTime: 0,
  });
}

/** The messages as somebody would get them. While texts are being typed, the former ones stay. */
export function useRendered(email: string, channel: Channel, variants: Variant[], enabled: boolean) {
  const body = { email, channel, variants };
  return useQuery({
    queryKey: ["rendered", body],
    queryFn: ({ signal }) =>
      request<{ messages: Rendered[] }>("/api/campaigns/render", {
        method: "POST",
        body,
        idempotencyKey: null,
        signal,
      }),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** A few people of a segment, to try messages on. */
export function useSomeMembers(segmentId: string) {
  return useQuery({
    queryKey: ["segments", segmentId, "some members"],
    queryFn: ({ signal }) =>
      request<Page<Customer>>(`/api/segments/${encodeURIComponent(segmentId)}/members`, {
        query: { limit: 5 },
        signal,
      }),
    select: ({ items }) => items,
    enabled: segmentId !== "",
    staleTime: 60_000,
    retry: false,
  });
}
