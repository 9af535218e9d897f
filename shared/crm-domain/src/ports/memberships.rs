//! Who belongs to which edition, how many, and when time alone may change it.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::civil::Date;

use crate::ids::{CustomerId, SegmentId};
use crate::membership::{EditionId, Minute, Move, Settled, Standing};
use crate::sizes::Count;
use crate::time::Time;

use super::{Page, ReadSegments, Stored};

pub trait ReadMemberships: Send + Sync + 'static {
    /// Where these customers stand, for those who were ever settled; in no particular order.
    fn standings(&self, customers: &[CustomerId]) -> impl Future<Output = Stored<Vec<Standing>>> + Send;
    /// How many belong to each of these editions, and the days of it that are not folded away.
    fn counts(&self, editions: &[EditionId]) -> impl Future<Output = Stored<Vec<Count>>> + Send;
    /// What was folded away of a segment's editions: the days from the month of `from` on, and, of editions that are swept
    /// away, all members.
    fn folded(&self, segment: SegmentId, from: Date) -> impl Future<Output = Stored<Folded>> + Send;
    /// Who belongs to an edition, in a fixed order, each with the time since when.
    fn members(
        &self,
        edition: EditionId,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<(CustomerId, Time)>>> + Send;
    /// The enters and leaves of a customer, newest first: those of one evaluation together, under the position `time#id`.
    fn moves(
        &self,
        customer: CustomerId,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<(String, Vec<Move>)>>> + Send;
}

pub trait KeepMemberships: ReadMemberships + ReadSegments {
    /// Writes what was settled, all or nothing. [`super::StoreError::Conflict`] when a standing has moved meanwhile, or a customer
    /// on whom one rests.
    fn write_settled(&self, settled: &[Settled]) -> impl Future<Output = Stored<()>> + Send;
    /// Customers whose flip falls into a minute.
    fn due(&self, minute: Minute) -> impl Future<Output = Stored<Vec<CustomerId>>> + Send;
    /// The first minute into which anybody's flip falls; reads all of them, so for a clock without a memory only.
    fn earliest_due(&self) -> impl Future<Output = Stored<Option<Minute>>> + Send;
    /// Takes customers off a minute at which nothing awaits them any more.
    fn forget_due(&self, minute: Minute, customers: &[CustomerId]) -> impl Future<Output = Stored<()>> + Send;
    /// The last minute of which every flip has been made.
    fn drained(&self) -> impl Future<Output = Stored<Option<Minute>>> + Send;
    /// Notes that; an earlier minute than the noted one changes nothing.
    fn note_drained(&self, minute: Minute) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes what is kept of an edition that nobody asks for any more; true when all of it is gone.
    fn sweep(&self, edition: EditionId) -> impl Future<Output = Stored<bool>> + Send;
    /// Moves the days before `before` from the counter of an edition to the history of its segment, or all of the counter
    /// with its members. Each part is in one of both places at any time; [`super::StoreError::Conflict`] when it was counted to
    /// meanwhile.
    fn fold(&self, segment: SegmentId, edition: EditionId, before: Option<Date>) -> impl Future<Output = Stored<()>> + Send;
    /// Deletes the history of a segment that is gone.
    fn forget_sizes(&self, segment: SegmentId) -> impl Future<Output = Stored<()>> + Send;
}

/// What was folded away of the counters of a segment's editions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// Grows whenever anything is folded: who reads counters and history after each other sees by it that both belong together.
    pub times: u64,
    pub counts: BTreeMap<EditionId, Count>,
}
