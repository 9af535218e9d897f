import { t } from "@lingui/core/macro";
import type { Channel } from "@/lib/contract";

export function channelName(channel: Channel): string {
  const names: Record<Channel, string> = { email: t`E-mail`, sms: "SMS", whatsapp: "WhatsApp" };
  return names[channel] ?? channel;
}
