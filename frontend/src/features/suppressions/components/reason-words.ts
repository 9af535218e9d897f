import { t } from "@lingui/core/macro";
import type { SuppressionReason } from "@/lib/contract";

/** Why an address is not written to, in words. */
export const reasons = (): Record<SuppressionReason, { label: string; means: string }> => ({
  hard_bounce: { label: t`Hard bounce`, means: t`There is no such address` },
  complaint: { label: t`Complaint`, means: t`Called a message spam` },
  soft_bounces: { label: t`Soft bounces`, means: t`Three messages did not arrive` },
  unsubscribed: { label: t`Unsubscribed`, means: t`Wants no more messages` },
  manual: { label: t`Added by hand`, means: t`Somebody put it here` },
  imported: { label: t`Imported`, means: t`Came with a file` },
});
