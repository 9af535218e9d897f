/** What a profile says of a message of a campaign. */
import { t } from "@lingui/core/macro";
import { type LucideIcon, Mail, MessageCircle, MessageSquare } from "lucide-react";
import type { Channel, TimelineEntry } from "@/lib/contract";

export type MessageEntry = Extract<TimelineEntry, { kind: "message" }>;
type SkipReason = NonNullable<MessageEntry["message"]["skippedReason"]>;

export function channelOf(channel: Channel): { icon: LucideIcon; name: string } {
  const channels: Record<Channel, { icon: LucideIcon; name: string }> = {
    email: { icon: Mail, name: t`E-mail` },
    sms: { icon: MessageSquare, name: "SMS" },
    whatsapp: { icon: MessageCircle, name: t`WhatsApp message` },
  };
  return channels[channel] ?? { icon: Mail, name: t`Message` };
}

/** Why a campaign did not write to them. */
export function skippedInWords(reason: SkipReason): string {
  const words: Record<SkipReason, string> = {
    unreachable: t`Not written to: there was no address for it.`,
    no_consent: t`Not written to: there was no consent for it.`,
    suppressed: t`Not written to: the address was on the suppression list.`,
    capped: t`Not written to: they had had as many messages as anybody may get.`,
    held_out: t`Not written to: held out, for comparison.`,
    gone: t`Not written to: they were deleted or merged before it went out.`,
    cancelled: t`Not written to: the campaign was cancelled before it went out.`,
  };
  return words[reason] ?? reason;
}
