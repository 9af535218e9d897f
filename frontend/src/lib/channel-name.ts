import type { Channel } from "@/lib/contract";

const NAMES: Record<Channel, string> = { email: "E-mail", sms: "SMS", whatsapp: "WhatsApp" };

export function channelName(channel: Channel): string {
  return NAMES[channel] ?? channel;
}
