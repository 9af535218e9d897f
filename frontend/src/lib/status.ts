/** What becomes of things, in the field's own words. */
import { t } from "@lingui/core/macro";

/** Any status of the API; one that this version does not know stays as it is. */
export function statusInWords(status: string): string {
  const words: Record<string, string> = {
    placed: t`placed`,
    fulfilled: t`fulfilled`,
    cancelled: t`cancelled`,
    refunded: t`refunded`,
    waiting: t`waiting`,
    reading: t`reading`,
    applying: t`applying`,
    done: t`done`,
    failed: t`failed`,
    draft: t`draft`,
    scheduled: t`scheduled`,
    queued: t`queued`,
    preparing: t`preparing`,
    sending: t`sending`,
    paused: t`paused`,
    sent: t`sent`,
    delivered: t`delivered`,
    opened: t`opened`,
    clicked: t`clicked`,
    converted: t`converted`,
    bounced: t`bounced`,
    complained: t`complained`,
    unsubscribed: t`unsubscribed`,
    skipped: t`skipped`,
    unknown: t`unknown`,
    dropped: t`dropped`,
    active: t`active`,
    invited: t`invited`,
    disabled: t`disabled`,
    revoked: t`revoked`,
    expired: t`expired`,
    building: t`building`,
    live: t`live`,
  };
  return words[status] ?? status;
}
