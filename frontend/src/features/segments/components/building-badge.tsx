import { Badge } from "@/components/ui/badge";
import type { Segment } from "@/lib/contract";

/** How far the members of a segment have been found; nothing once they are. */
export function BuildingBadge({ segment }: { segment: Segment }) {
  if (segment.state !== "building") return null;
  return <Badge tone="busy">{`building ${Math.floor((segment.progress ?? 0) * 100)}%`}</Badge>;
}
