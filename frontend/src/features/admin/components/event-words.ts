import { plural, t } from "@lingui/core/macro";
import type { WantedEventType, Webhook } from "@/lib/contract";

export type EventGroup = { key: string; name: string; events: { type: WantedEventType; says: string }[] };

/** What webhooks can be sent, each with what has happened then. */
export const eventGroups = (): EventGroup[] => [
  {
    key: "customers",
    name: t`Customers`,
    events: [
      {
        type: "crm.customer.created.v1",
        says: t`Somebody is known for the first time. It brings their name and addresses.`,
      },
      { type: "crm.customer.erased.v1", says: t`Somebody was erased: the receiver is to forget them too.` },
    ],
  },
  {
    key: "orders",
    name: t`Orders`,
    events: [
      {
        type: "crm.order.applied.v1",
        says: t`An order came in and counts. It brings its customer's address.`,
      },
      { type: "crm.order.status-changed.v1", says: t`An order was fulfilled, cancelled or refunded.` },
    ],
  },
  {
    key: "segments",
    name: t`Segments`,
    events: [
      { type: "crm.segment.entered.v1", says: t`A customer belongs to a segment now.` },
      { type: "crm.segment.left.v1", says: t`A customer does not belong to a segment any more.` },
      {
        type: "crm.segment.rebuilt.v1",
        says: t`A segment has new rules, and all its members are those of the new rules.`,
      },
    ],
  },
  {
    key: "campaigns",
    name: t`Campaigns`,
    events: [{ type: "crm.campaign.finished.v1", says: t`A campaign was sent to its end, or cancelled.` }],
  },
  {
    key: "messages",
    name: t`Messages`,
    events: [
      { type: "crm.message.sent.v1", says: t`A message of a campaign was handed to its provider.` },
      { type: "crm.message.delivered.v1", says: t`A message arrived.` },
      { type: "crm.message.opened.v1", says: t`A message was opened.` },
      { type: "crm.message.clicked.v1", says: t`A link in a message was followed.` },
      {
        type: "crm.message.converted.v1",
        says: t`The recipient placed an order that counts for the campaign.`,
      },
      { type: "crm.message.bounced.v1", says: t`A message came back.` },
      { type: "crm.message.complained.v1", says: t`The recipient reported a message as spam.` },
      { type: "crm.message.unsubscribed.v1", says: t`The recipient wants no more messages.` },
      { type: "crm.message.failed.v1", says: t`A message could not be sent.` },
    ],
  },
];

/** What a webhook is sent, in a few words. */
export function sentInWords({ types }: Webhook): string {
  if (types === undefined) return t`All events`;
  const count = types.length;
  return count === 1
    ? (types[0] ?? "")
    : plural(count, { one: "# type of events", other: "# types of events" });
}
