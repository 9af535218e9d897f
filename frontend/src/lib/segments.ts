/** Segments as other things need them: to choose from, by their names, and a new one of an audience that was proposed. */
import { t } from "@lingui/core/macro";
import { queryOptions, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, callTagged } from "./call";
import type { Segment, SegmentDraft } from "./contract";
import { useCursorList } from "./cursor-list";
import { type SentDraft, useIntent } from "./intent";

/** The segments, newest first; asked for again while one of them is being built. */
export function useSegments(enabled = true) {
  return useCursorList(["segments"], "GET /api/segments", {
    enabled,
    refetchInterval: (segments) => buildingInterval(...segments),
  });
}

/** Milliseconds until the next look at segments: there is something to see only while one is being built. */
export function buildingInterval(...segments: Segment[]): number | false {
  return segments.some((segment) => segment.state === "building") ? 2_000 : false;
}

/** Keeps an audience as a segment. */
export function useCreateSegment(of?: SentDraft) {
  const queryClient = useQueryClient();
  return useIntent(
    (draft: SegmentDraft, idempotencyKey) => call("POST /api/segments", { body: draft, idempotencyKey }),
    { draft: of, onSuccess: () => queryClient.invalidateQueries({ queryKey: ["segments"] }) },
  );
}

/** A segment with the tag that a change of it has to name. */
export function segmentQuery(id: string) {
  return queryOptions({
    queryKey: ["segments", id],
    queryFn: ({ signal }) => callTagged("GET /api/segments/{id}", { path: { id }, signal }),
  });
}

/** The name of one segment; nothing is asked about an empty id. */
export function useSegmentName(id: string) {
  return useQuery({ ...nameQuery(id), enabled: id !== "" });
}

/** Names by id. Those that the first page of segments does not hold are asked for one by one. */
export function useSegmentNames(ids: readonly string[]): (id: string) => string {
  const listed = useSegments(ids.length > 0);
  const known = new Map(listed.items.map(({ id, name }) => [id, name]));
  const others = listed.isPending ? [] : ids.filter((id) => !known.has(id));
  const found = useQueries({ queries: others.map(nameQuery) });
  return (id) => {
    const query = found[others.indexOf(id)];
    return known.get(id) ?? query?.data ?? (query?.isError ? t`an unknown segment` : "…");
  };
}

function nameQuery(id: string) {
  return queryOptions({
    queryKey: ["segments", id, "name"],
    queryFn: ({ signal }) => call("GET /api/segments/{id}", { path: { id }, signal }),
    select: ({ name }) => name,
    staleTime: 60_000,
    retry: false,
  });
}
