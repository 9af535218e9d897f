//! What the domain needs of the outside world, named by what it can do. Adapters implement these; tests do so in memory.

mod ai;
mod alarms;
mod campaigns;
mod dead_letters;
mod files;
mod memberships;
mod reports;
mod sending;
mod settings;
mod suppressions;
mod webhooks;

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;

use uuid::Uuid;

use crate::access::{ApiKey, Session, User, UserId};
use crate::activity::Activity;
use crate::audit::{AuditEntry, AuditFilter};
use crate::campaign::Campaign;
use crate::customer::{Channel, Customer};
use crate::email::Email;
use crate::erasure::Erased;
use crate::event::Event;
use crate::ids::{CustomerId, ImportId, KeyId, OrderId, SegmentId};
use crate::import::Import;
use crate::ledger::{DayDelta, Ledger};
use crate::membership::{Build, PartOfBuild};
use crate::message::{Message, Receipt};
use crate::order::Order;
use crate::replay::{Claim, RequestKey};
use crate::rules::Reads;
use crate::segment::{Segment, Segments, SegmentsChange};
use crate::time::Time;

pub use crate::sending::{Letter, Sending};
pub use ai::{KeepAiState, KeepNames, KeepWaiting};
pub use alarms::{Alarm, KeepAlarms};
pub use campaigns::{KeepCampaigns, KeepLog, ReadMessages};
pub use dead_letters::{CountDeadLetters, Found, Held, Postpone, ReadDeadLetters};
pub use files::{FileError, KeepAttachedFiles, KeepAttachments, KeepExportFiles, KeepExports, KeepUploads, SignedUrl, Slice};
pub use memberships::{Folded, KeepMemberships, ReadMemberships};
pub use reports::{KeepReports, MeterUsage, ReadCounts};
pub use sending::{KeepHands, KeepTurns, ReadContacts};
pub use settings::KeepSettings;
pub use suppressions::{AddressSecrets, KeepSuppressions, ReadSuppressions};
pub use webhooks::{CallWebhooks, KeepDeliveries, KeepHealth, KeepWebhooks, PublishEvents, WebhookCall};

/// Why storage did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the record meanwhile.
    #[error("the record was changed meanwhile")]
    Conflict,
    /// Too many requests; worth another try later.
    #[error("storage is throttling")]
    Throttled,
    /// What is stored cannot be understood.
    #[error("a stored record cannot be read: {0}")]
    Corrupt(String),
    /// What was to be written can never be stored, an item beyond the largest size for one.
    #[error("storage does not take what was to be written")]
    Rejected(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("storage is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Whether storage did not answer, or had too much to do: no fault of what was asked.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable(_))
    }

    /// Whether the same would come of every other try.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Corrupt(_) | Self::Rejected(_))
    }
}

/// Why a queue did not take messages.
#[derive(Debug, thiserror::Error)]
#[error("the queue is unavailable")]
pub struct QueueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why work that needs both was not done.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// A record with its version, the source of its `ETag`.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    pub version: u64,
    pub record: T,
}

/// A stretch of a list, and where the next one starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Position after the last item; `None` at the end. Opaque to all but the adapter that made it.
    pub next: Option<String>,
}

type Stored<T> = Result<T, StoreError>;

pub trait ReadCustomers: Send + Sync + 'static {
    /// The customer who is known by an identity: also the one into whom it was merged.
    fn customer(&self, id: CustomerId) -> impl Future<Output = Stored<Option<Versioned<Customer>>>> + Send;
    /// All identities of the person who is known by this one, that of the customer first; this one alone for a stranger.
    fn identities(&self, id: CustomerId) -> impl Future<Output = Stored<Vec<CustomerId>>> + Send;
    /// Those of `ids` under which there is a customer, in no particular order. As in the lists below, their histories are left out: sums are not.
    fn customers(&self, ids: &[CustomerId]) -> impl Future<Output = Stored<Vec<Versioned<Customer>>>> + Send;
    /// The same, with their histories.
    fn customers_with_history(&self, ids: &[CustomerId]) -> impl Future<Output = Stored<Vec<Versioned<Customer>>>> + Send;
    /// All customers, newest first by creation.
    fn recent_customers(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Customer>>> + Send;
    /// Customers of whom every word of `query` begins a word of the name or the address.
    fn search_customers(
        &self,
        query: &str,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<Customer>>> + Send;
}

/// One of the parts into which a scan of all customers is split, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPart {
    pub part: u32,
    pub of: u32,
    /// Where to go on; `None` at the start.
    pub after: Option<CustomerId>,
    /// Most customers of one page; without it, as many as storage gives at once.
    pub most: Option<usize>,
}

pub trait ScanCustomers: Send + Sync + 'static {
    /// One page of a part: customers with at least the attributes that `reads` names, and where to go on.
    fn scan(&self, part: &ScanPart, reads: &Reads) -> impl Future<Output = Stored<(Vec<Customer>, Option<CustomerId>)>> + Send;
    /// As [`ScanCustomers::scan`], with everything that was written before the call, and with versions.
    fn scan_consistently(
        &self,
        part: &ScanPart,
        reads: &Reads,
    ) -> impl Future<Output = Stored<(Vec<Versioned<Customer>>, Option<CustomerId>)>> + Send;
}

pub trait ReadOrders: Send + Sync + 'static {
    /// An order that has a standing version.
    fn order(&self, id: OrderId) -> impl Future<Output = Stored<Option<Versioned<Order>>>> + Send;
    /// All orders, newest first by `placedAt`, then id.
    fn recent_orders(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Order>>> + Send;
    /// The orders of one customer, who may have several identities, newest first.
    fn orders_of(
        &self,
        identities: &[CustomerId],
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<Order>>> + Send;
}

pub trait ApplyEvents: Send + Sync + 'static {
    /// Reads every record that `events` name.
    fn load(&self, events: &[&Event]) -> impl Future<Output = Stored<Ledger>> + Send;
    /// Writes what the ledgers changed, all or nothing. [`StoreError::Conflict`] when a record moved meanwhile.
    fn commit(&self, ledgers: &[&Ledger]) -> impl Future<Output = Stored<()>> + Send;
    /// Applies receipts to the log, in any order and any number of times, and recounts what they touched. Returns those
    /// whose message does not exist.
    fn apply_receipts(&self, receipts: &[Receipt]) -> impl Future<Output = Stored<Vec<Receipt>>> + Send;
    /// Notes that part `part` of an import has been applied.
    fn import_part_applied(&self, import: ImportId, part: u64) -> impl Future<Output = Stored<()>> + Send;
}

/// Changes of customers that are made at once, each as a whole.
pub trait EditCustomers: Send + Sync + 'static {
    /// What stands under these identities, under those into which they were merged, and under those merged into these.
    fn hold(&self, ids: &[CustomerId]) -> impl Future<Output = Stored<Ledger>> + Send;
    /// Writes what the ledger changed with the audit entry and the note of an erasure, all or nothing.
    /// [`StoreError::Conflict`] when a record moved meanwhile.
    fn edit(
        &self,
        ledger: &Ledger,
        audit: Option<&AuditEntry>,
        erased: Option<&Erased>,
    ) -> impl Future<Output = Stored<()>> + Send;
}

/// What is kept of customers outside their own record. Both are small for one person: they are read whole.
pub trait ReadTraces: Send + Sync + 'static {
    /// All activities of these identities, in no particular order.
    fn activities_of(&self, identities: &[CustomerId]) -> impl Future<Output = Stored<Vec<Activity>>> + Send;
    /// All entries of these identities in the logs of all campaigns, in no particular order.
    fn messages_to(&self, identities: &[CustomerId]) -> impl Future<Output = Stored<Vec<(Campaign, Message)>>> + Send;
}

/// The list of erasures, which must outlive every backup.
pub trait KeepErasures: Send + Sync + 'static {
    /// Notes that the erasure of a customer at `at` has been finished; one that was never noted stays so.
    fn note_finished(&self, id: CustomerId, at: Time, finished_at: Time) -> impl Future<Output = Stored<()>> + Send;
    /// Newest first.
    fn erasures(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Erased>>> + Send;
}

/// Taking out of the tables what was said or done of somebody before a moment. Each may be repeated, and takes out what has come
/// since. [`StoreError::Conflict`] when a record moved meanwhile: some may be left.
pub trait ForgetTraces: Send + Sync + 'static {
    /// Makes orders nobody's; what they were worth stays.
    fn forget_orders(&self, identity: CustomerId, before: Time) -> impl Future<Output = Stored<u64>> + Send;
    fn forget_activities(&self, identity: CustomerId, before: Time) -> impl Future<Output = Stored<u64>> + Send;
    /// The chapters of a history that no customer has any more.
    fn forget_chapters(&self, identity: CustomerId) -> impl Future<Output = Stored<u64>> + Send;
    /// Takes address and text out of log entries from before a moment; that something was sent, and what became of it, stays.
    fn forget_messages(&self, identity: CustomerId, before: Time) -> impl Future<Output = Stored<u64>> + Send;
    /// The enters and leaves before a moment.
    fn forget_moves(&self, identity: CustomerId, before: Time) -> impl Future<Output = Stored<u64>> + Send;
    /// Words that lead to these identities, and to no customer any more. Reads all rows there are.
    fn forget_words(&self, identities: &[CustomerId]) -> impl Future<Output = Stored<u64>> + Send;
}

/// The queues by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    Customers,
    Orders,
    Activities,
    Receipts,
    Delivery,
    Imports,
    Segments,
    Erasures,
    Questions,
    Webhooks,
}

impl QueueName {
    pub const ALL: [Self; 10] = [
        Self::Customers,
        Self::Orders,
        Self::Activities,
        Self::Receipts,
        Self::Delivery,
        Self::Imports,
        Self::Segments,
        Self::Erasures,
        Self::Questions,
        Self::Webhooks,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Activities => "activities",
            Self::Receipts => "receipts",
            Self::Delivery => "delivery",
            Self::Imports => "imports",
            Self::Segments => "segments",
            Self::Erasures => "erasures",
            Self::Questions => "questions",
            Self::Webhooks => "webhooks",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str() == text)
    }
}

/// A message to be put on a queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outgoing {
    pub body: String,
    /// Seconds during which nobody sees it, at most 900.
    pub delay: u32,
    /// Text attributes.
    pub attributes: Vec<(&'static str, String)>,
    /// Whom it is for, where several share a queue: SQS then lets nobody's many messages hold up others' few (fair queues).
    pub group: Option<String>,
}

impl Outgoing {
    /// Greatest message that SQS takes, in bytes.
    pub const GREATEST: usize = 1_048_576;

    /// Its size as SQS counts it: the body and, of each attribute, name, type and value.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.body.len() + self.attributes.iter().map(|(name, value)| Self::attribute_bytes(name, value)).sum::<usize>()
    }

    /// What an attribute adds to that.
    #[must_use]
    pub const fn attribute_bytes(name: &str, value: &str) -> usize {
        name.len() + "String".len() + value.len()
    }
}

impl From<String> for Outgoing {
    /// A message of this body alone, seen at once.
    fn from(body: String) -> Self {
        Self { body, ..Self::default() }
    }
}

pub trait Enqueue: Send + Sync + 'static {
    /// Puts all messages on the queue; on an error some may be there already.
    fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> impl Future<Output = Result<(), QueueError>> + Send;
    /// Sets a hopeless message aside in the dead-letter queue, with its reason.
    fn bury(&self, queue: QueueName, message: Outgoing) -> impl Future<Output = Result<(), QueueError>> + Send;
}

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueState {
    pub name: QueueName,
    pub waiting: u64,
    pub in_flight: u64,
    pub delayed: u64,
    pub dead: u64,
}

pub trait WatchQueues: Send + Sync + 'static {
    fn states(&self) -> impl Future<Output = Result<Vec<QueueState>, QueueError>> + Send;
    /// Moves dead letters back to their queue; returns how many were there.
    fn redrive(&self, queue: QueueName) -> impl Future<Output = Result<u64, QueueError>> + Send;
}

pub trait ScrubQueues: Send + Sync + 'static {
    /// Takes out of a queue's dead letters whatever was said of `emails` up to `until`; returns how many letters that were. An
    /// error when not all could be looked at.
    fn scrub(&self, queue: QueueName, emails: &[Email], until: Time) -> impl Future<Output = Result<u64, QueueError>> + Send;
}

pub trait ReadSegments: Send + Sync + 'static {
    /// The revision of all segments, as of now.
    fn segments_revision(&self) -> impl Future<Output = Stored<u64>> + Send;
    /// All segments as they stand at one revision.
    fn all_segments(&self) -> impl Future<Output = Stored<Arc<Segments>>> + Send;
}

pub trait KeepSegments: ReadSegments {
    fn segment(&self, id: SegmentId) -> impl Future<Output = Stored<Option<Versioned<Segment>>>> + Send;
    /// Newest first.
    fn segments(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Segment>>> + Send;
    /// Makes a change as a whole; [`StoreError::Conflict`] when something that it rests on has moved. `audit` tells of it
    /// when a user asked for it.
    fn change_segments(&self, change: &SegmentsChange, audit: Option<&AuditEntry>) -> impl Future<Output = Stored<()>> + Send;
    /// How the building of new meanings goes.
    fn build(&self) -> impl Future<Output = Stored<Option<Versioned<Build>>>> + Send;
    /// Replaces the build of version `version` (0: none).
    fn put_build(&self, version: u64, build: &Build) -> impl Future<Output = Stored<()>> + Send;
    /// Notes how far one part of a build has come; returns the build as it then is, or `None` when there is another by now.
    fn note_build(
        &self,
        part: &PartOfBuild,
        done: bool,
        now: Time,
    ) -> impl Future<Output = Stored<Option<Versioned<Build>>>> + Send;
}

/// The figures of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFigures {
    pub date: jiff::civil::Date,
    pub figures: DayDelta,
}

/// The figures of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    pub segments: u64,
    pub campaigns: u64,
    pub messages: u64,
    /// Ascending; days without anything are left out.
    pub days: Vec<DayFigures>,
}

pub trait CheckHealth: Send + Sync + 'static {
    /// Whether storage answers.
    fn is_reachable(&self) -> impl Future<Output = bool> + Send;
}

pub trait ReadFigures: Send + Sync + 'static {
    fn figures(&self) -> impl Future<Output = Stored<Figures>> + Send;
    /// About how many customers there are: those of the daily figures, without the rest of these.
    fn customer_count(&self) -> impl Future<Output = Stored<u64>> + Send;
}

pub trait SendLetters: Send + Sync + 'static {
    /// Whether the provider of a channel recognises a letter that it has been handed before, and then sends nothing twice.
    fn recognises(&self, channel: Channel) -> bool;
    /// Hands letters over; one answer per letter, in order. An error says nothing about any of them.
    fn send(&self, channel: Channel, letters: &[Letter]) -> impl Future<Output = Result<Vec<Sending>, QueueError>> + Send;
}

pub trait KeepImports: Send + Sync + 'static {
    /// Stores a new import; one with this id that is there already stays as it is.
    fn create_import(&self, import: &Import, audit: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    fn import(&self, id: ImportId) -> impl Future<Output = Stored<Option<Versioned<Import>>>> + Send;
    fn imports(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<Import>>> + Send;
    /// Replaces the import of version `version`, and adds `begun` to the pending parts. Of these, what the import itself
    /// says is not looked at: the write worker takes parts out at any moment, without a new version.
    fn update_import(&self, version: u64, import: &Import, begun: Range<u64>) -> impl Future<Output = Stored<()>> + Send;
}

pub trait ReadAccess: Send + Sync + 'static {
    fn user(&self, id: &UserId) -> impl Future<Output = Stored<Option<Versioned<User>>>> + Send;
    fn api_key(&self, id: KeyId) -> impl Future<Output = Stored<Option<Versioned<ApiKey>>>> + Send;
    /// Notes that a key was used; the note may come late and may be lost.
    fn note_key_use(&self, id: KeyId, at: Time) -> impl Future<Output = Stored<()>> + Send;
}

/// On whose right a change rests: a user, and the version of them that must still be there when it is made.
pub type Right = (UserId, u64);

/// A change of who may enter. All of its parts happen, or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccessChange {
    /// Users as they are to be, each with the version that it replaces (0: none).
    pub users: Vec<Versioned<User>>,
    /// Invitations that end.
    pub removed: Vec<(UserId, u64)>,
    /// Users on whose right the change rests.
    pub unchanged: Vec<Right>,
    /// A new or revoked key, with the version that it replaces.
    pub key: Option<Versioned<ApiKey>>,
    /// Whether the one place of the first owner is taken with it; a conflict when it is taken already.
    pub first_owner: bool,
    pub audit: Option<AuditEntry>,
}

pub trait KeepAccess: ReadAccess {
    /// By id.
    fn users(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<User>>> + Send;
    /// Newest first, each with its last use.
    fn api_keys(&self, after: Option<String>, limit: usize) -> impl Future<Output = Stored<Page<(ApiKey, Option<Time>)>>> + Send;
    /// Makes a change; [`StoreError::Conflict`] when something that it rests on has moved.
    fn change_access(&self, change: &AccessChange) -> impl Future<Output = Stored<()>> + Send;
}

pub trait KeepSessions: Send + Sync + 'static {
    fn session(&self, id: Uuid) -> impl Future<Output = Stored<Option<Session>>> + Send;
    fn begin_session(&self, session: &Session) -> impl Future<Output = Stored<()>> + Send;
    /// Moves a session on to its next generation; [`StoreError::Conflict`] when it is not at the one before any more.
    fn rotate_session(&self, session: &Session) -> impl Future<Output = Stored<()>> + Send;
    /// Ends a session; it may have ended already.
    fn end_session(&self, id: Uuid) -> impl Future<Output = Stored<()>> + Send;
}

pub trait KeepRequests: Send + Sync + 'static {
    /// Keeps the claim for [`crate::replay::KEPT`], unless one is there: then gives that one.
    fn claim(&self, key: &RequestKey, claim: &Claim) -> impl Future<Output = Stored<Option<Claim>>> + Send;
    /// Goes on in place of an attempt whose lease ended at `lease_was`; [`StoreError::Conflict`] when another one did first.
    fn take_over(&self, key: &RequestKey, claim: &Claim, lease_was: Time) -> impl Future<Output = Stored<()>> + Send;
    /// Stores the answer of a claim.
    fn answer(&self, key: &RequestKey, id: Uuid, answer: Vec<u8>) -> impl Future<Output = Stored<()>> + Send;
    /// Forgets a claim that has no answer.
    fn release(&self, key: &RequestKey, id: Uuid) -> impl Future<Output = Stored<()>> + Send;
    /// When a bucket of requests will be full again; `None` for a full one.
    fn bucket(&self, key: &RequestKey) -> impl Future<Output = Stored<Option<Time>>> + Send;
    /// Moves a bucket on; [`StoreError::Conflict`] when it has moved meanwhile.
    fn set_bucket(&self, key: &RequestKey, was: Option<Time>, full_at: Time) -> impl Future<Output = Stored<()>> + Send;
}

pub trait KeepAudit: Send + Sync + 'static {
    /// Tells of a change that is no write to a table. May be repeated.
    fn note(&self, entry: &AuditEntry) -> impl Future<Output = Stored<()>> + Send;
    /// Newest first.
    fn audit(
        &self,
        filter: &AuditFilter,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<AuditEntry>>> + Send;
}

/// The keys that sign tokens, cursors and links: the current one first, then the one before.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeys(pub Vec<String>);

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

pub trait ReadSecrets: Send + Sync + 'static {
    fn signing_keys(&self) -> impl Future<Output = Result<SigningKeys, StoreError>> + Send;
    /// The secrets from which the key of the suppression list may follow, the likeliest first.
    fn address_secrets(&self) -> impl Future<Output = Result<AddressSecrets, StoreError>> + Send {
        async { Ok(AddressSecrets(self.signing_keys().await?.0)) }
    }
    /// The key of the model's service; `None` where there is none, and plain words are understood without it.
    fn gemini_key(&self) -> impl Future<Output = Result<Option<String>, StoreError>> + Send {
        async { Ok(None) }
    }
}
