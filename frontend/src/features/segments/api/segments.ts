import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "@/lib/call";
import type { ListChange, MembersEdit, Segment, SegmentChange } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { type SentDraft, useIntent } from "@/lib/intent";
import { liveList, liveOne } from "@/lib/live";
import { isPassing, Problem } from "@/lib/problem";
import { refreshSoon } from "@/lib/refresh-soon";
import { buildingInterval, segmentQuery } from "@/lib/segments";

/** A segment as it changes. */
export function useSegment(id: string) {
  return useQuery({
    ...segmentQuery(id),
    refetchInterval: (query) =>
      (!query.state.error && query.state.data && buildingInterval(query.state.data.data)) || liveOne(query),
  });
}

/** The days of so long a time, today among them, with their sizes. */
export function useSizes({ id, count, state }: Segment, days: number) {
  return useQuery({
    // With another size, or other rules, the day of today is another.
    queryKey: ["segments", id, "sizes", days, count, state],
    queryFn: ({ signal }) =>
      call("GET /api/segments/{id}/sizes", { path: { id }, query: { from: daysAgo(days - 1) }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** A day of the server's calendar, which is that of UTC. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

export function useMembers(id: string) {
  return useCursorList(["segments", id, "members"], "GET /api/segments/{id}/members", {
    path: { id },
    refetchInterval: liveList,
  });
}

/** How many two segments share. While one of them is being built, it is asked again as the server says. */
export function useOverlap(id: string, other: string) {
  return useQuery({
    queryKey: ["segments", id, "overlap", other],
    queryFn: ({ signal }) =>
      call("GET /api/segments/{id}/overlap", { path: { id }, query: { with: other }, signal }),
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
    queryFn: ({ signal }) =>
      call("GET /api/segments/{id}/explain", { path: { id }, query: { email }, signal }),
    enabled: email !== "",
  });
}

/** A change of a list: people by name, or the text of a CSV file. */
export type PeopleChange = ListChange | { action: "add" | "remove"; csv: string };

export function useChangePeople(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (change: PeopleChange, idempotencyKey) =>
      "csv" in change
        ? call("POST /api/segments/{id}/members/file", {
            path: { id },
            query: { action: change.action },
            body: change.csv,
            contentType: "text/csv",
            idempotencyKey,
          })
        : call("POST /api/segments/{id}/members", { path: { id }, body: change, idempotencyKey }),
    { onSuccess: () => refreshSoon(queryClient, ["segments", id]) },
  );
}

/** Changes tags and attributes of all members, which the queue applies. */
export function useEditMembers(id: string) {
  const queryClient = useQueryClient();
  return useIntent(
    (edit: MembersEdit, idempotencyKey) =>
      call("POST /api/segments/{id}/edit", { path: { id }, body: edit, idempotencyKey }),
    { onSuccess: () => refreshSoon(queryClient, ["segments"], ["customers"]) },
  );
}

/** The form over a segment is done with once that is saved, wherever one is by then. */
export function useUpdateSegment(id: string, draft: Pick<SentDraft, "forget">) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change, etag }: { change: SegmentChange; etag: string | null }) =>
      call("PATCH /api/segments/{id}", { path: { id }, body: change, ifMatch: etag }),
    onSuccess: () => {
      draft.forget();
      return queryClient.invalidateQueries({ queryKey: ["segments"] });
    },
  });
}

export function useDeleteSegment(id: string) {
  return useMutation({
    mutationFn: (etag: string | null) => call("DELETE /api/segments/{id}", { path: { id }, ifMatch: etag }),
  });
}

/** Drops all that is loaded of one that is gone, and lets the others be loaded again. */
export function useForgetSegment() {
  const queryClient = useQueryClient();
  return (id: string) => {
    queryClient.removeQueries({ queryKey: ["segments", id] });
    void queryClient.invalidateQueries({ queryKey: ["segments"] });
  };
}
