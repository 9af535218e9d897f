/** Drafts, from the first save to the launch, and what can be known of a campaign before it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "@/lib/call";
import type { CampaignChange, CampaignDraft, Channel, Variant } from "@/lib/contract";
import { type SentDraft, useIntent } from "@/lib/intent";

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

/** What is typed is kept or launched, which are two things and have keys of their own. */
const draftOf = ({ name, forget }: SentDraft, as: "kept" | "launched"): SentDraft => ({
  name: `${name}/${as}`,
  forget,
});

/** Launches at once what was never kept. */
export function useLaunchCampaign(draft: SentDraft) {
  const { refresh } = useRefresh();
  return useIntent(
    (body: CampaignDraft, idempotencyKey) => call("POST /api/campaigns", { body, idempotencyKey }),
    { draft: draftOf(draft, "launched"), onSuccess: refresh },
  );
}

export function useKeepDraft(of?: SentDraft) {
  const { queryClient, refresh } = useRefresh();
  return useIntent(
    (draft: CampaignDraft, idempotencyKey) =>
      callTagged("POST /api/campaigns", { body: { ...draft, draft: true }, idempotencyKey }),
    {
      draft: of && draftOf(of, "kept"),
      onSuccess: (kept) => {
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
      callTagged("PATCH /api/campaigns/{id}", { path: { id }, body: change, ifMatch: etag }),
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
      call("POST /api/campaigns/{id}/launch", { path: { id }, ifMatch: etag, idempotencyKey }),
    { onSuccess: refresh },
  );
}

/** Deletes a draft. What was loaded of it is forgotten by whoever leaves its page: see `useForgetCampaign`. */
export function useDeleteDraft(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => call("DELETE /api/campaigns/{id}", { path: { id }, ifMatch: etag }),
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
    queryFn: ({ signal }) => call("POST /api/campaigns/preview", { body, idempotencyKey: null, signal }),
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
    queryFn: ({ signal }) => call("POST /api/campaigns/render", { body, idempotencyKey: null, signal }),
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
      call("GET /api/segments/{id}/members", {
        path: { id: segmentId },
        query: { limit: 5 },
        signal,
      }),
    select: ({ items }) => items,
    enabled: segmentId !== "",
    staleTime: 60_000,
    retry: false,
  });
}

/** Whose name or address begins like that. */
export function useFoundPeople(search: string) {
  return useQuery({
    queryKey: ["customers", "found", search],
    queryFn: ({ signal }) => call("GET /api/customers", { query: { search, limit: 6 }, signal }),
    select: ({ items }) => items,
    enabled: search !== "",
    placeholderData: keepPreviousData,
    retry: false,
  });
}
