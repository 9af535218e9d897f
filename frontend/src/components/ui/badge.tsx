import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { statusInWords } from "@/lib/status";

export type Tone = "neutral" | "good" | "busy" | "warn" | "bad";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-muted",
  good: "bg-accent-soft text-accent",
  busy: "bg-info-soft text-info",
  warn: "bg-warn-soft text-warn",
  bad: "bg-danger-soft text-danger",
};

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cn(
        "inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap",
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

const STATUS_TONES: Record<string, Tone> = {
  placed: "busy",
  fulfilled: "good",
  cancelled: "neutral",
  refunded: "warn",
  waiting: "neutral",
  reading: "busy",
  applying: "busy",
  done: "good",
  failed: "bad",
  draft: "neutral",
  scheduled: "neutral",
  queued: "neutral",
  preparing: "busy",
  sending: "busy",
  paused: "warn",
  sent: "good",
  delivered: "good",
  opened: "good",
  clicked: "good",
  converted: "good",
  bounced: "warn",
  complained: "bad",
  unsubscribed: "warn",
  skipped: "neutral",
  unknown: "warn",
  dropped: "neutral",
  active: "good",
  invited: "busy",
  disabled: "neutral",
  revoked: "neutral",
  expired: "warn",
};

/** Any status of the API, in the field's own word. */
export function StatusBadge({ status }: { status: string }) {
  return <Badge tone={STATUS_TONES[status] ?? "neutral"}>{statusInWords(status)}</Badge>;
}
