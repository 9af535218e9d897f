/** For tests: whole answers of the API, of which a test says what matters to it. */
import type { Campaign, Customer, Order, Segment } from "@/lib/contract";

const THEN = "2026-01-05T00:00:00Z";

export const aSegment = (of: Partial<Segment>): Segment => ({
  id: "s1",
  name: "Big spenders",
  kind: "rules",
  state: "live",
  createdAt: THEN,
  updatedAt: THEN,
  ...of,
});

export const aCustomer = (of: Partial<Customer>): Customer => ({
  id: "c1",
  email: "asha@example.com",
  otherEmails: [],
  tags: [],
  attributes: {},
  visits: 0,
  totalSpend: 0,
  orderCount: 0,
  createdAt: THEN,
  updatedAt: THEN,
  emailConsent: true,
  smsConsent: true,
  whatsappConsent: true,
  ...of,
});

export const anOrder = (of: Partial<Order>): Order => ({
  id: "o1",
  email: "asha@example.com",
  items: [],
  total: 1499,
  currency: "INR",
  placedAt: "2026-11-20T10:00:00Z",
  status: "placed",
  conflict: false,
  ...of,
});

export const aCampaign = (of: Partial<Campaign>): Campaign => ({
  id: "c1",
  name: "Diwali",
  segmentId: "s1",
  channel: "email",
  variants: [
    { subject: "A", body: "first" },
    { subject: "B", body: "second" },
  ],
  status: "sending",
  createdAt: THEN,
  planned: true,
  attributionDays: 7,
  audience: 0,
  queued: 0,
  sent: 0,
  delivered: 0,
  opened: 0,
  clicked: 0,
  bounced: 0,
  complained: 0,
  unsubscribed: 0,
  failed: 0,
  skipped: 0,
  unknown: 0,
  ...of,
});
