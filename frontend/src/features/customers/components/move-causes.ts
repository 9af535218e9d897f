import type { MembershipMove } from "@/lib/contract";

/** Why somebody entered a segment or left it. */
export const MOVE_CAUSES: Record<MembershipMove["cause"], string> = {
  data: "because something about them changed",
  time: "because time passed",
  rules: "because the segment was made or changed",
};
