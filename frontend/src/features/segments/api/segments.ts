import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestTagged } from "@/lib/api";
import type { Customer, RuleGroup, Segment, SegmentDraft, SegmentPreview } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";

const path = (id: string) => `/api/segments/${encodeURIComponent(id)}`;

export function useSegments() {
  return useCursorList<Segment>(["segments"], "/api/segments");
}

/** A segment with the tag that a change of it has to name. */
export function useSegment(id: string) {
  return useQuery({
    queryKey: ["segments", id],
    queryFn: ({ signal }) => requestTagged<Segment>(path(id), { signal }),
  });
}

export function useMembers(id: string) {
  return useCursorList<Customer>(["segments", id, "members"], `${path(id)}/members`);
}

/**
 * How many people rules describe. The rules are the key: as soon as they change, the request for the former ones is
 * cancelled, and the last answer stays until the next has come.
 */
export function usePreview(rules: RuleGroup | null) {
  return useQuery({
    queryKey: ["segments", "preview", rules],
    queryFn: ({ signal }) =>
      request<SegmentPreview>("/api/segments/preview", {
        method: "POST",
        body: { rules },
        idempotencyKey: null,
        signal,
      }),
    enabled: rules !== null,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    gcTime: 60_000,
  });
}

export function useCreateSegment() {
  const queryClient = useQueryClient();
  return useIntent(
    (draft: SegmentDraft, idempotencyKey) =>
      request<Segment>("/api/segments", { method: "POST", body: draft, idempotencyKey }),
    { onSuccess: () => queryClient.invalidateQueries({ queryKey: ["segments"] }) },
  );
}

export function useUpdateSegment(id: string, etag: string | null) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (draft: SegmentDraft) =>
      request<Segment>(path(id), { method: "PATCH", body: draft, ifMatch: etag }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["segments"] }),
  });
}

export function useDeleteSegment(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (etag: string | null) => request<void>(path(id), { method: "DELETE", ifMatch: etag }),
    onSuccess: () => {
      queryClient.removeQueries({ queryKey: ["segments", id] });
      return queryClient.invalidateQueries({ queryKey: ["segments"], exact: false });
    },
  });
}
