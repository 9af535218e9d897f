import type { SuppressionReason } from "@/lib/contract";

/** Why an address is not written to, in words. */
export const REASONS: Record<SuppressionReason, { label: string; means: string }> = {
  hard_bounce: { label: "Hard bounce", means: "There is no such address" },
  complaint: { label: "Complaint", means: "Called a message spam" },
  soft_bounces: { label: "Soft bounces", means: "Three messages did not arrive" },
  unsubscribed: { label: "Unsubscribed", means: "Wants no more messages" },
  manual: { label: "Added by hand", means: "Somebody put it here" },
  imported: { label: "Imported", means: "Came with a file" },
};
