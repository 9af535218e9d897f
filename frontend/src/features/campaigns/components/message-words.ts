/** What the log says of a message, in the words of the field. */
import { t } from "@lingui/core/macro";
import type { Message } from "@/lib/contract";

export type Status = Message["status"];
export type SkipReason = NonNullable<Message["skippedReason"]>;

/** In the order in which a message can come to them. */
export const STATUSES: readonly Status[] = [
  "queued",
  "sent",
  "delivered",
  "opened",
  "clicked",
  "converted",
  "bounced",
  "complained",
  "unsubscribed",
  "failed",
  "skipped",
  "unknown",
];

/** Why somebody was not written to. */
export function skippedInWords(reason: SkipReason): string {
  const words: Record<SkipReason, string> = {
    unreachable: t`unreachable`,
    no_consent: t`no consent`,
    suppressed: t`suppressed`,
    capped: t`capped`,
    held_out: t`held out`,
    gone: t`gone`,
    cancelled: t`cancelled`,
  };
  return words[reason] ?? reason;
}

/** Why a message did not go out, or did not arrive; of a provider it is the provider's own text. */
export function reasonInWords({
  failedReason,
  skippedReason,
}: Pick<Message, "failedReason" | "skippedReason">) {
  return failedReason ?? (skippedReason && skippedInWords(skippedReason));
}
