import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestTagged } from "@/lib/api";
import type {
  Customer,
  ExplainedGroup,
  ListChange,
  ListChanged,
  MembersEdit,
  Overlap,
  RuleGroup,
  Segment,
  SegmentDraft,
  SegmentPreview,
} from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { useIntent } from "@/lib/intent";
import { isPassing, Problem } from "@/lib/problem";
import { buildingInterval } from "@/lib/segments";

const path = (id: string) => `/api/segments/${encodeURIComponent(id)}`;

/** A segment with the tag that a change of it has to name. */
export function useSegment(id: string) {
  return useQuery({
    queryKey: ["segments", id],
    queryFn: ({ signal }) => requestTagged<Segment>(path(id), { signal }),
    refetchInterval: ({ state }) => (state.data ? buildingInterval(state.data.data) : false),
  });
}

export function useMembers(id: string) {
  return useCursorList<Customer>(["segments", id, "members"], `${path(id)}/members`);
}

/**
 * How many people rules describe. The rules are the key: as soon as they change, the request for the former ones is
 * cancelled, and no answer is ever taken for that of other rules.
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
    staleTime: 10_000,
    gcTime: 60_000,
  });
}

/** How many two segments share. While one of them is being built, it is asked again as the server says. */
export function useOverlap(id: string, other: string) {
  return useQuery({
    queryKey: ["segments", id, "overlap", other],
    queryFn: ({ signal }) => request<Overlap>(`${path(id)}/overlap`, { query: { with: other }, signal }),
    enabled: other !== "",
    retry: (failures, error) => failures < 2 && isPassing(error) && !isBuilding(error),
    refetchInterval: ({ state: { error } }) => (isBuilding(error) ? (error.retryAfter ?? 5) * 1_000 : false),
  });
}

export function isBuilding(error: unknown): error is Problem {
  return error instanceof Problem && error.code === "segment_building";
}

/** Why somebody belongs, or does not, by the rules as they are written. */
export function useExplanation(id: string, email: string) {
  return useQuery({
    queryKey: ["segments", id, "explanation", email],
    queryFn: ({ signal }) => request<ExplainedGroup>(`${path(id)}/explain`, { query: { email }, signal }),
    enabled: email !== "",
  });
}

/** A change of a list: people by name, or the text of a CSV file. */
export type PeopleChange = ListChange | { action: "add" | "remove"; csv: string };

/** Milliseconds after which a change that was queued is looked for. */
const LOOKS = [500, 2_000, 5_000, 10_000, 30_000];

export function useChangePeople(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (change: PeopleChange, idempotencyKey) =>
      "csv" in change
        ? request<ListChanged>(`${path(id)}/members/file`, {
            method: "POST",
            query: { action: change.action },
            body: change.csv,
            contentType: "text/csv",
            idempotencyKey,
          })
        : request<ListChanged>(`${path(id)}/members`, { method: "POST", body: change, idempotencyKey }),
    {
      onSuccess: () => {
        for (const wait of LOOKS) {
          setTimeout(() => void queryClient.invalidateQueries({ queryKey: ["segments", id] }), wait);
        }
      },
    },
  );
}

/** Changes tags and attributes of all members, which the queue applies. */
export function useEditMembers(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (edit: MembersEdit, idempotencyKey) =>
      request<{ id: string; status: string }>(`${path(id)}/edit`, {
        method: "POST",
        body: edit,
        idempotencyKey,
      }),
    {
      onSuccess: () => {
        for (const wait of LOOKS) {
          setTimeout(() => {
            for (const key of ["segments", "customers"]) {
              void queryClient.invalidateQueries({ queryKey: [key] });
            }
          }, wait);
        }
      },
    },
  );
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
