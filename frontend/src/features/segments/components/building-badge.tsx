import { t } from "@lingui/core/macro";
import { Badge } from "@/components/ui/badge";
import type { Segment } from "@/lib/contract";

/** How far the members of a segment have been found; nothing once they are. */
export function BuildingBadge({ segment }: { segment: Segment }) {
  if (segment.state !== "building") return null;
  const percent = Math.floor((segment.progress ?? 0) * 100);
  return <Badge tone="busy">{t`building ${percent}%`}</Badge>;
}
