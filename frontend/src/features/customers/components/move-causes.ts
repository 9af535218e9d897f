import { t } from "@lingui/core/macro";
import type { MembershipMove } from "@/lib/contract";

/** Why somebody entered a segment or left it. */
export const moveCauses = (): Record<MembershipMove["cause"], string> => ({
  data: t`because something about them changed`,
  time: t`because time passed`,
  rules: t`because the segment was made or changed`,
});
