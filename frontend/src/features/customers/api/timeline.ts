import { useCursorList } from "@/lib/cursor-list";
import { liveList } from "@/lib/live";

/** What happened with somebody, newest first. */
export function useTimeline(id: string) {
  return useCursorList(["customers", id, "timeline"], "GET /api/customers/{id}/timeline", {
    path: { id },
    pageSize: 20,
    refetchInterval: liveList,
  });
}
