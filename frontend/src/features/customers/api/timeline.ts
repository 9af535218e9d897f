import type { TimelineEntry } from "@/lib/contract";
import { useCursorList } from "@/lib/cursor-list";
import { customerPath } from "./customers";

/** What happened with somebody, newest first. */
export function useTimeline(id: string) {
  return useCursorList<TimelineEntry>(["customers", id, "timeline"], `${customerPath(id)}/timeline`, {
    pageSize: 20,
  });
}
