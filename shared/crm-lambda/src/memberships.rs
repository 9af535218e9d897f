//! Keeping memberships: reads where customers stand, settles them, and writes what changed, in as few transactions as
//! their size allows.
//!
//! Whoever has a reason to look at customers (the stream, the clock, a build) goes through [`Keeper::settle`]. It may be
//! called any number of times, by any number of callers at once: a write rests on the standing and the customer as they
//! were read, and who loses a race reads again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crm_domain::customer::{ConsentDefaults, Customer};
use crm_domain::did;
use crm_domain::ids::CustomerId;
use crm_domain::membership::{Catalogue, Cause, EditionId, Settled, Standing, Task};
use crm_domain::ports::{Enqueue, KeepMemberships, Outgoing, QueueError, QueueName, ReadCustomers, StoreError, Versioned};
use crm_domain::time::Time;
use crm_domain::world;
use futures_util::{StreamExt, stream};

use crm_domain::error::chain;

/// Actions of a transaction; DynamoDB takes 100.
const MAX_ACTIONS: usize = 96;
/// Transactions under way at once.
const CONCURRENCY: usize = 8;
/// Rounds until whoever could not be written is given back.
const ROUNDS: u32 = 8;
/// Customers whom one message hands on.
const HANDED_ON: usize = 100;

/// The storage that memberships need.
pub trait Store: KeepMemberships + ReadCustomers {}
impl<S: KeepMemberships + ReadCustomers> Store for S {}

/// Settles customers.
pub struct Keeper<S> {
    pub store: Arc<S>,
    pub consent_defaults: ConsentDefaults,
    catalogue: Mutex<Arc<Catalogue>>,
}

/// What settling some customers came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Evaluations of a customer against all segments.
    pub evaluated: usize,
    /// Enters and leaves written.
    pub moves: usize,
    /// Those who could not be read or written.
    pub failed: Vec<CustomerId>,
    /// Whether some of them were not written in the end since storage was out of order.
    pub is_outage: bool,
}

/// Who has to be looked at again after a round of writing.
#[derive(Default)]
struct Written {
    /// More of theirs is to be written than fits into one transaction.
    unfinished: Vec<CustomerId>,
    /// Somebody else was faster, or storage did not answer.
    failed: Vec<CustomerId>,
}

/// Customers as they were read, and those who cannot be.
type Read = (Vec<Found>, Vec<CustomerId>);

/// A customer as somebody has read them; `None` when they are gone.
type Found = (CustomerId, Option<Versioned<Customer>>);

impl<S: Store> Keeper<S> {
    pub fn new(store: Arc<S>, consent_defaults: ConsentDefaults) -> Self {
        Self { store, consent_defaults, catalogue: Mutex::default() }
    }

    /// Settles customers as they are now.
    ///
    /// # Errors
    /// The segments could not be read; single customers are named in the outcome instead.
    pub async fn settle(&self, customers: &[CustomerId], cause: Cause, now: Time) -> Result<Outcome, StoreError> {
        let ids: BTreeSet<CustomerId> = customers.iter().copied().collect();
        let (found, unread) = self.read(ids).await?;
        let mut outcome = self.settle_found(found, self.catalogue().await?, cause, now).await?;
        outcome.failed.extend(unread);
        Ok(outcome)
    }

    /// Settles customers of whom what the rules of `catalogue` look at has just been read.
    ///
    /// # Errors
    /// As [`Keeper::settle`].
    pub async fn settle_read(
        &self,
        customers: Vec<Versioned<Customer>>,
        catalogue: Arc<Catalogue>,
        cause: Cause,
        now: Time,
    ) -> Result<Outcome, StoreError> {
        let found = customers.into_iter().map(|customer| (customer.record.id, Some(customer))).collect();
        self.settle_found(found, catalogue, cause, now).await
    }

    /// All segments as of now, compiled. They are read again only when their revision has moved.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn catalogue(&self) -> Result<Arc<Catalogue>, StoreError> {
        let revision = self.store.segments_revision().await?;
        let known = self.known();
        if known.revision == revision {
            return Ok(known);
        }
        let segments = self.store.all_segments().await?;
        let read = Arc::new(Catalogue::new(segments.revision, segments.all.iter().map(|held| &held.record)));
        *self.catalogue.lock().unwrap_or_else(PoisonError::into_inner) = read.clone();
        Ok(read)
    }

    fn known(&self) -> Arc<Catalogue> {
        self.catalogue.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn settle_found(
        &self,
        mut found: Vec<Found>,
        mut catalogue: Arc<Catalogue>,
        cause: Cause,
        now: Time,
    ) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        let mut failures = 0;
        let mut together = true;
        while failures < ROUNDS {
            let standings = self.standings(&found).await?;
            // Somebody has settled them by newer segments than ours.
            if standings.values().any(|standing| standing.revision > catalogue.revision) {
                catalogue = self.catalogue().await?;
                // Their rules may look at what was not read.
                let unread;
                (found, unread) = self.read(found.into_iter().map(|(id, _)| id).collect()).await?;
                outcome.failed.extend(unread);
            }
            outcome.evaluated += found.len();
            did!(customers.evaluated = found.len());
            let settled: Vec<Settled> = found
                .iter()
                .map(|(id, customer)| {
                    let nowhere = Standing::nowhere(*id);
                    let standing = standings.get(id).unwrap_or(&nowhere);
                    let customer = customer.as_ref().map(|found| (&found.record, found.version));
                    catalogue.settle(customer, standing, now, cause, self.consent_defaults)
                })
                .filter(Settled::changes)
                .collect();
            // Many share a transaction; once one has failed, everybody goes alone.
            let Written { unfinished, failed } = self.write(settled, together, &mut outcome).await;
            if !failed.is_empty() {
                let ceiling = 20_u64 << failures;
                tokio::time::sleep(Duration::from_millis(world::up_to(ceiling))).await;
                failures += 1;
                together = false;
            }
            let again: BTreeSet<CustomerId> = unfinished.into_iter().chain(failed).collect();
            if again.is_empty() {
                return Ok(outcome);
            }
            let unread;
            (found, unread) = self.read(again).await?;
            outcome.failed.extend(unread);
        }
        outcome.failed.extend(found.into_iter().map(|(id, _)| id));
        Ok(outcome)
    }

    /// Reads customers; where one of them cannot be read, each by themselves, so that nobody is held up by another.
    async fn read(&self, ids: BTreeSet<CustomerId>) -> Result<Read, StoreError> {
        let together: Vec<CustomerId> = ids.iter().copied().collect();
        match self.store.customers_with_history(&together).await {
            Ok(found) => return Ok((named(ids, found), Vec::new())),
            Err(StoreError::Corrupt(_) | StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for id in ids {
            match self.store.customers_with_history(&[id]).await {
                Ok(found) => read.extend(named([id].into(), found)),
                Err(error @ (StoreError::Corrupt(_) | StoreError::Conflict)) => {
                    tracing::error!(customer = %id, cause = %chain(&error), "a customer cannot be read");
                    unread.push(id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((read, unread))
    }

    async fn standings(&self, found: &[Found]) -> Result<BTreeMap<CustomerId, Standing>, StoreError> {
        let ids: Vec<CustomerId> = found.iter().map(|(id, _)| *id).collect();
        Ok(self.store.standings(&ids).await?.into_iter().map(|standing| (standing.customer, standing)).collect())
    }

    async fn write(&self, settled: Vec<Settled>, together: bool, outcome: &mut Outcome) -> Written {
        let transactions = if together { packed(settled) } else { settled.into_iter().map(|one| vec![one]).collect() };
        let writes = transactions.into_iter().map(|transaction| async {
            let written = self.store.write_settled(&transaction).await;
            (transaction, written)
        });
        let writes: Vec<_> = writes.collect();
        let done: Vec<_> = stream::iter(writes).buffer_unordered(CONCURRENCY).collect().await;
        let mut result = Written::default();
        let before = outcome.moves;
        outcome.is_outage = false;
        for (transaction, written) in done {
            if let Err(error) = &written
                && !matches!(error, StoreError::Conflict)
            {
                tracing::warn!(cause = %chain(error), "memberships were not written");
                outcome.is_outage |= error.is_outage();
            }
            for one in transaction {
                if written.is_err() {
                    result.failed.push(one.after.customer);
                    continue;
                }
                outcome.moves += one.moves.len();
                if one.unfinished {
                    result.unfinished.push(one.after.customer);
                }
            }
        }
        // Here and not at the end: what follows may fail, and these are written.
        did!(segments.moves = outcome.moves - before);
        result
    }
}

/// Each of `ids` with what was found of them.
fn named(ids: BTreeSet<CustomerId>, found: Vec<Versioned<Customer>>) -> Vec<Found> {
    let mut there: BTreeMap<CustomerId, Versioned<Customer>> = found.into_iter().map(|found| (found.record.id, found)).collect();
    ids.into_iter().map(|id| (id, there.remove(&id))).collect()
}

/// Hands customers who could not be settled to the segments queue, so that they hold up nobody.
///
/// # Errors
/// The queue did not take them.
pub async fn hand_on<Q: Enqueue>(queue: &Q, customers: &[CustomerId], cause: Cause) -> Result<(), QueueError> {
    let tasks = customers.chunks(HANDED_ON).map(|customers| Task::Settle { customers: customers.to_vec(), cause });
    let messages: Vec<Outgoing> = tasks.map(|task| Outgoing { body: task.body(), ..Outgoing::default() }).collect();
    if messages.is_empty() { Ok(()) } else { queue.enqueue(QueueName::Segments, messages).await }
}

/// Packs customers into transactions.
fn packed(settled: Vec<Settled>) -> Vec<Vec<Settled>> {
    let mut transactions: Vec<Vec<Settled>> = Vec::new();
    let (mut actions, mut sizes): (usize, BTreeSet<EditionId>) = (0, BTreeSet::new());
    for one in settled {
        let own: BTreeSet<EditionId> = one.counts().into_keys().collect();
        let all: BTreeSet<EditionId> = sizes.union(&own).copied().collect();
        let weight = one.weight();
        match transactions.last_mut() {
            Some(transaction) if actions + weight + all.len() <= MAX_ACTIONS => {
                transaction.push(one);
                (actions, sizes) = (actions + weight, all);
            }
            _ => {
                transactions.push(vec![one]);
                (actions, sizes) = (weight, own);
            }
        }
    }
    transactions
}
