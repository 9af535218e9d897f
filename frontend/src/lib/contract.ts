/**
 * The wire shapes that the web app reads and writes. Written by hand until the client is generated from the API’s
 * description; nothing outside spells out a wire shape.
 */
import type { Channel } from "./contract/campaigns";

export type * from "./contract/campaigns";

export type Page<T> = { items: T[]; nextCursor: string | null };

export type Role = "owner" | "admin" | "marketer" | "analyst";

export type User = { id: string; email: string; name?: string; picture?: string; role: Role };

/** An access token, its end (RFC 3339), and whose it is. */
export type Grant = { token: string; expiresAt: string; user: User };

/** What the page has to know before anybody is signed in. */
export type AppConfig = { googleClientId: string; localIdentity: boolean };

export type DailyFigures = { date: string; orders: number; revenue: number; customers: number };

export type Stats = {
  customers: number;
  orders: number;
  revenue: number;
  segments: number;
  campaigns: number;
  messages: number;
  currency: string;
  daily: DailyFigures[];
};

export type AttributeValue = string | number | boolean;

export type Customer = {
  id: string;
  email: string;
  /** Addresses of customers that were merged into this one. */
  otherEmails?: string[];
  name?: string;
  phone?: string;
  city?: string;
  country?: string;
  tags: string[];
  attributes: Record<string, AttributeValue>;
  visits: number;
  totalSpend: number;
  orderCount: number;
  averageOrderValue?: number | null;
  firstOrderAt?: string;
  lastOrderAt?: string;
  lastActiveAt?: string;
  createdAt: string;
  updatedAt: string;
  emailConsent: boolean;
  smsConsent: boolean;
  whatsappConsent: boolean;
  timeZone?: string;
};

/** What of a customer can be changed by hand. */
type Editable = Pick<
  Customer,
  | "name"
  | "phone"
  | "city"
  | "country"
  | "timeZone"
  | "tags"
  | "visits"
  | "lastActiveAt"
  | "createdAt"
  | "emailConsent"
  | "smsConsent"
  | "whatsappConsent"
>;

/** What changes of a customer; `null` clears. Attributes change by key. */
export type CustomerChange = { [Field in keyof Editable]?: Editable[Field] | null } & {
  attributes?: Record<string, AttributeValue | null>;
};

/** Somebody as the audit log names them. */
export type Actor = { id: string; name?: string };

export type TimelineEntry =
  | { kind: "order"; at: string; order: Order }
  | { kind: "activity"; at: string; activity: { id: string; type: string } }
  | {
      kind: "message";
      at: string;
      message: {
        campaignId: string;
        campaignName: string;
        channel: Channel;
        status: string;
        subject?: string;
      };
    }
  | { kind: "segment"; at: string; move: Omit<MembershipMove, "at"> };

export type Attachment = {
  id: string;
  name: string;
  contentType: string;
  size: number;
  uploadedBy: Actor;
  createdAt: string;
  /** Waiting until the content has arrived. */
  state: "waiting" | "stored";
  mayDownload: boolean;
};

export type AttachmentRequest = Pick<Attachment, "name" | "contentType" | "size">;
export type AttachmentTicket = Omit<Attachment, "mayDownload"> & {
  upload: UploadTarget & { expiresAt: string };
};
export type AttachmentLink = Attachment & { url: string; expiresAt: string };

export type OrderStatus = "placed" | "fulfilled" | "cancelled" | "refunded";

export type OrderItem = { sku: string; name: string; quantity: number; unitPrice: number };

export type Order = {
  id: string;
  orderId?: string;
  email: string;
  customerId?: string;
  items?: OrderItem[];
  quantity?: number;
  total: number;
  currency: string;
  placedAt: string;
  status: OrderStatus;
  /** Whether a version that says something else was ever received. */
  conflict?: boolean;
};

export type ImportKind = "customers" | "orders" | "activities";
export type ImportStatus = "waiting" | "reading" | "applying" | "done" | "failed";

export type ImportRequest = { kind: ImportKind; mapping?: Record<string, string> };

/** Where a file is put, with the headers that the signature of the address covers. */
export type UploadTarget = { method: string; url: string; headers: Record<string, string> };

export type ImportTicket = { id: string; status: ImportStatus; upload: UploadTarget };

export type ImportJob = {
  id: string;
  kind: ImportKind;
  status: ImportStatus;
  bytesRead: number;
  bytesTotal: number;
  rows: number;
  accepted: number;
  rejected: number;
  /** Queued so far, and those of them that are not applied yet. */
  parts?: number;
  pendingParts: number;
  /** Columns of the file that stand for no field of ours. */
  ignoredColumns?: string[];
  error?: string;
  createdAt: string;
};

/** One condition. `within` narrows a condition about orders to a stretch of time. */
export type Rule = { field: string; operator: string; value?: unknown; within?: string };
export type RuleGroup = { combinator: "and" | "or"; not?: boolean; rules: (Rule | RuleGroup)[] };

export type SegmentKind = "rules" | "list";

export type Segment = {
  id: string;
  name: string;
  description?: string;
  kind: SegmentKind;
  /** A list has none. */
  rules?: RuleGroup;
  /** Members that are kept: of the former rules while new ones are built, unknown while the first are. */
  count?: number;
  state: "building" | "live";
  /** From 0 to 1, while building. */
  progress?: number;
  createdAt?: string;
  updatedAt?: string;
};

/** A new segment, or what is changed of one; only a new list says its kind. */
export type SegmentDraft = {
  name: string;
  description?: string | null;
  kind?: "list";
  rules?: RuleGroup;
};

/** People by e-mail address or customer id. */
export type ListChange = { add?: string[]; remove?: string[] };

/** `rejected` names places in the request: `add[3]`, or `people[3]` of a file. */
export type ListChanged = { queued: number; rejected: { field: string; reason: string }[] };

/** What changes of every member; an attribute that is `null` is cleared. */
export type MembersEdit = {
  tagsAdded?: string[];
  tagsRemoved?: string[];
  attributes?: Record<string, AttributeValue | null>;
};

export type FileExport = {
  id: string;
  segmentId?: string;
  campaignId?: string;
  status: "queued" | "running" | "done" | "failed";
  /** Written so far. */
  rows: number;
  createdAt: string;
  finishedAt?: string;
  error?: string;
  /** Only once it is done. */
  url?: string;
  urlExpiresAt?: string;
};

export type Overlap = { count: number; other: number; both: number };

/** A condition with what it makes of one customer. `flipsAt` is when time alone will change it. */
export type ExplainedRule = Rule & { holds: boolean; seen?: unknown; flipsAt?: string };
/** `segment` is set where these are the rules of a segment that a condition names. */
export type ExplainedGroup = {
  combinator: "and" | "or";
  not: boolean;
  segment?: string;
  holds: boolean;
  rules: (ExplainedRule | ExplainedGroup)[];
};

export type Membership = { id: string; name: string; since: string };

export type MembershipMove = {
  segmentId: string;
  name: string;
  event: "entered" | "left";
  at: string;
  cause: "data" | "time" | "rules";
};

export type SegmentPreview = {
  count: number;
  total: number;
  sample: Partial<Customer>[];
  tookMs: number;
};
