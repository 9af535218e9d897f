/**
 * The wire shapes under the names that the web app has for them. They are generated from the API's document (see
 * `generated/`); what is written out here is the web app's own.
 */
import type * as wire from "./generated/types.gen";

export type * from "./contract/campaigns";

/** What goes by the document's names. */
export type {
  Actor,
  AiDay,
  AiUsage,
  AiUser,
  ApiKey,
  ApiKeyRequest,
  Attachment,
  AttachmentRequest,
  AttachmentTicket,
  AttributeValue,
  AuditEntry,
  ContentType,
  CostLine,
  Costs,
  CostUnit,
  Customer,
  DailyFigures,
  DaySize,
  DeadLetter,
  Delivery,
  DeliveryOutcome,
  DeliveryWithEvent,
  EventType,
  ExplainedGroup,
  ExplainedRule,
  ImportKind,
  ImportRequest,
  ImportTicket,
  ListChange,
  ListChanged,
  Order,
  OrderRequest,
  OrderStatus,
  Overlap,
  Role,
  Rule,
  RuleGroup,
  Scope,
  Segment,
  SegmentKind,
  Settings,
  TagChange,
  WantedEventType,
  Webhook,
  WebhookRequest,
  WebhookWithSecret,
} from "./generated/types.gen";

/** A page of a list. */
export type Page<T> = { items: T[]; nextCursor: string | null };

/** What changes of what campaigns begin with; `null` takes it out. */
export type SettingsChange = wire.SettingsChangeRequest;

/** What the page has to know before anybody is signed in: a file beside the app, not of the API. */
export type AppConfig = { googleClientId: string; localIdentity: boolean };

/** A user as administration sees them; who is invited has not come yet. */
export type Colleague = wire.User;
export type Invitation = wire.InvitationRequest;
export type UserChange = wire.UserChangeRequest;
/** How a queue stands. */
export type QueueState = wire.Queue;

/** Who is signed in. */
export type User = wire.Me;
/** An access token, its end (RFC 3339), and whose it is. */
export type Grant = wire.SignedIn;

export type Stats = wire.Statistics;

/** What changes of a customer; `null` clears. Attributes change by key. */
export type CustomerChange = wire.CustomerChangeRequest;
export type TimelineEntry = wire.Happening;
export type OrderItem = wire.OrderLine;

export type ImportJob = wire.Import;
/** Where a file is put, with the headers that the signature of the address covers. */
export type UploadTarget = wire.Upload;

/** A new segment; only a list says its kind. */
export type SegmentDraft = wire.SegmentRequest;
export type SegmentChange = wire.SegmentChangeRequest;
export type SegmentPreview = wire.Preview;
/** What changes of every member; an attribute that is `null` is cleared. */
export type MembersEdit = wire.EditRequest;
export type FileExport = wire.Export;
export type Membership = wire.MemberOf;
export type MembershipMove = wire.Move;

/** What changes of a webhook; `null` stands for all types, and clears a description. */
export type WebhookChange = wire.WebhookChangeRequest;
