import { plural, t } from "@lingui/core/macro";
import { Badge, type Tone } from "@/components/ui/badge";
import type { Webhook } from "@/lib/contract";
import { formatDateTime, formatRelative } from "@/lib/format";

type Standing = "sending" | "failing" | "resting" | "manual" | "givenUp" | "gone";

function standingOf({ state, disabledReason, restsUntil, failingSince }: Webhook): Standing {
  if (state === "disabled") {
    if (disabledReason === "gone") return "gone";
    return disabledReason === "failing" ? "givenUp" : "manual";
  }
  if (restsUntil !== undefined && Date.parse(restsUntil) > Date.now()) return "resting";
  return failingSince === undefined ? "sending" : "failing";
}

const TONES: Record<Standing, Tone> = {
  sending: "good",
  failing: "warn",
  resting: "warn",
  manual: "neutral",
  givenUp: "bad",
  gone: "bad",
};

/** How a webhook stands, in a word. */
export function WebhookBadge({ webhook }: { webhook: Webhook }) {
  const standing = standingOf(webhook);
  const words: Record<Standing, string> = {
    sending: t`sending`,
    failing: t`failing`,
    resting: t`resting`,
    manual: t`disabled`,
    givenUp: t`disabled`,
    gone: t`disabled`,
  };
  return <Badge tone={TONES[standing]}>{words[standing]}</Badge>;
}

/** The same in a few words; nothing where all is well. */
export function shortState(webhook: Webhook): string | undefined {
  const { failingSince, restsUntil, disabledAt } = webhook;
  const [since, until] = [formatDateTime(failingSince), formatDateTime(restsUntil)];
  const when = formatRelative(disabledAt);
  switch (standingOf(webhook)) {
    case "sending":
      return undefined;
    case "failing":
      return t`since ${since}`;
    case "resting":
      return t`until ${until}`;
    case "manual":
      return t`by hand, ${when}`;
    case "givenUp":
      return t`failed for a day, ${when}`;
    case "gone":
      return t`receiver is gone, ${when}`;
  }
}

/** The same in whole sentences: since when, why, and what follows from it. */
export function stateInWords(webhook: Webhook): string {
  const { failures, failingSince, restsUntil, disabledAt } = webhook;
  const [since, until] = [formatDateTime(failingSince), formatDateTime(restsUntil)];
  const when = formatDateTime(disabledAt);
  const attempts = plural(failures, {
    one: "# attempt has failed since then.",
    other: "# attempts in a row have failed since then.",
  });
  switch (standingOf(webhook)) {
    case "sending":
      return t`Events are sent as they happen. What is not taken is tried again for 24 hours.`;
    case "failing":
      return t`Nothing could be delivered since ${since}. ${attempts} After a whole day of that it is disabled.`;
    case "resting":
      return t`Nothing could be delivered since ${since}. ${attempts} It is left alone until ${until}, and disabled after a whole day of that.`;
    case "manual":
      return t`Somebody disabled it on ${when}. Nothing is sent; what happens meanwhile is not sent later either.`;
    case "givenUp":
      return t`It was disabled on ${when}, since nothing could be delivered for a whole day. Mend the receiver, then enable it; failed deliveries can be resent below.`;
    case "gone":
      return t`It was disabled on ${when}, since the receiver answered 410: it is gone for good. Enable it only if that was a mistake.`;
  }
}
