//! Applying many events with few transactions.
//!
//! Events that touch a common customer form a group; groups are independent. In each round every group takes its next
//! few events, and whole groups share transactions as large as DynamoDB allows. A transaction that fails because a record
//! moved is tried again group by group, from freshly read records.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::error::chain;
use crm_domain::event::Event;
use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::ledger::{Ledger, Outcome, Touched};
use crm_domain::ports::{ApplyEvents, StoreError};
use crm_domain::world;
use futures_util::{StreamExt, stream};
use jiff::civil::Date;

/// Events looked at together: bounds memory.
const SLICE: usize = 2_000;
/// Most events of one group in one round; fewer where these do not fit into one transaction.
const STEP: usize = 20;
/// Actions of a transaction; DynamoDB takes 100.
const MAX_ACTIONS: usize = 96;
/// Bytes of a transaction; DynamoDB takes 4 MB.
const MAX_BYTES: usize = 3_000_000;
/// Transactions under way at once.
const CONCURRENCY: usize = 4;
/// Attempts of a group on its own.
const ATTEMPTS: u32 = 8;

/// Time after which nothing new is begun: the function has 120 s, and who is cut off gives nothing back, so that all of the
/// batch would be out of sight for as long as its messages are hidden.
pub const TIME: Duration = Duration::from_secs(80);

/// Why events were not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unapplied {
    pub cause: String,
    /// Whether another try may succeed.
    pub may_succeed: bool,
}

impl Unapplied {
    fn late() -> Self {
        Self { cause: "there was no time left for it".to_owned(), may_succeed: true }
    }
}

impl From<StoreError> for Unapplied {
    fn from(error: StoreError) -> Self {
        Self { may_succeed: !error.is_final(), cause: chain(&error) }
    }
}

/// Applies `events` until the `deadline`; for each, in order, what became of it, or why it was not applied.
pub async fn apply<S: ApplyEvents>(store: &S, events: &[&Event], deadline: Instant) -> Vec<Result<Outcome, Unapplied>> {
    let mut outcomes = Vec::with_capacity(events.len());
    for slice in events.chunks(SLICE) {
        outcomes.extend(apply_slice(store, slice, deadline).await);
    }
    outcomes
}

/// Events that may touch the same records, in order of arrival, and their records.
struct Group<'a> {
    ledger: Ledger,
    /// Index in the slice, and the event.
    events: Vec<(usize, &'a Event)>,
    done: usize,
    failed: Option<Unapplied>,
}

impl<'a> Group<'a> {
    fn next_step(&self) -> &[(usize, &'a Event)] {
        let rest = self.events.get(self.done..).unwrap_or_default();
        if self.failed.is_some() { &[] } else { rest.get(..STEP).unwrap_or(rest) }
    }

    /// So many more of its events are applied, and their ledger is written.
    fn advance(&mut self, mut ledger: Ledger, more: usize) {
        self.done += more;
        // Nobody reads the ledger of a group that is through.
        if self.done < self.events.len() {
            ledger.settle();
            self.ledger = ledger;
        }
    }

    /// The ledger with as much of the next step applied as one transaction takes, what that is, and the outcomes.
    fn stepped(&self) -> (Ledger, Size, Vec<Outcome>) {
        let mut step = self.next_step();
        loop {
            let mut ledger = self.ledger.clone();
            let outcomes = step.iter().map(|(_, event)| ledger.apply(event)).collect();
            let size = Size::of(&ledger);
            // One event always fits: an order, two customers, at worst a few chapters and months.
            if step.len() <= 1 || size.fits() {
                return (ledger, size, outcomes);
            }
            step = step.get(..step.len() / 2).unwrap_or_default();
        }
    }
}

/// What a transaction takes.
#[derive(Default)]
struct Size {
    records: usize,
    bytes: usize,
    /// Their figures are one action each, whichever ledgers change them.
    months: BTreeSet<(i16, i8)>,
}

impl Size {
    fn of(ledger: &Ledger) -> Self {
        let (records, bytes) = ledger.weight();
        let months = ledger.day_deltas().into_keys().map(|date: Date| (date.year(), date.month())).collect();
        Self { records, bytes, months }
    }

    fn plus(&self, other: &Self) -> Self {
        let months = self.months.union(&other.months).copied().collect();
        Self { records: self.records + other.records, bytes: self.bytes + other.bytes, months }
    }

    fn fits(&self) -> bool {
        self.records + self.months.len() <= MAX_ACTIONS && self.bytes <= MAX_BYTES
    }
}

async fn apply_slice<S: ApplyEvents>(store: &S, events: &[&Event], deadline: Instant) -> Vec<Result<Outcome, Unapplied>> {
    if Instant::now() >= deadline {
        return vec![Err(Unapplied::late()); events.len()];
    }
    let mut results: Vec<Option<Result<Outcome, Unapplied>>> = vec![None; events.len()];
    let ledger = match store.load(events).await {
        Ok(ledger) => ledger,
        Err(error) => {
            tracing::warn!(cause = %chain(&error), "records were not read");
            return vec![Err(error.into()); events.len()];
        }
    };
    let mut groups = grouped(&ledger, events);
    drop(ledger);
    while groups.iter().any(|group| !group.next_step().is_empty()) {
        let active: Vec<&mut Group<'_>> = groups.iter_mut().filter(|group| !group.next_step().is_empty()).collect();
        let transactions = packed(active);
        let finished: Vec<Vec<(usize, Outcome)>> = stream::iter(transactions)
            .map(|transaction| commit(store, transaction, deadline))
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        for (index, outcome) in finished.into_iter().flatten() {
            if let Some(result) = results.get_mut(index) {
                *result = Some(Ok(outcome));
            }
        }
    }
    for group in groups {
        let Some(why) = group.failed else { continue };
        for (index, _) in group.events.iter().skip(group.done) {
            if let Some(result) = results.get_mut(*index) {
                *result = Some(Err(why.clone()));
            }
        }
    }
    let missed = || Err(Unapplied { cause: "it was not looked at".to_owned(), may_succeed: true });
    results.into_iter().map(|result| result.unwrap_or_else(missed)).collect()
}

/// One group's part of a transaction.
struct Share<'g, 'a> {
    group: &'g mut Group<'a>,
    ledger: Ledger,
    outcomes: Vec<Outcome>,
}

/// Packs the next steps of groups into transactions.
fn packed<'g, 'a>(groups: Vec<&'g mut Group<'a>>) -> Vec<Vec<Share<'g, 'a>>> {
    let mut transactions: Vec<Vec<Share<'g, 'a>>> = Vec::new();
    let mut filled = Size::default();
    for group in groups {
        let (ledger, size, outcomes) = group.stepped();
        let together = filled.plus(&size);
        let share = Share { group, ledger, outcomes };
        match transactions.last_mut() {
            Some(transaction) if together.fits() => {
                transaction.push(share);
                filled = together;
            }
            _ => {
                transactions.push(vec![share]);
                filled = size;
            }
        }
    }
    transactions
}

/// Commits a transaction; if that fails, its groups one by one. Returns the outcomes of what was applied.
async fn commit<S: ApplyEvents>(store: &S, shares: Vec<Share<'_, '_>>, deadline: Instant) -> Vec<(usize, Outcome)> {
    if Instant::now() >= deadline {
        for Share { group, .. } in shares {
            group.failed = Some(Unapplied::late());
        }
        return Vec::new();
    }
    let ledgers: Vec<&Ledger> = shares.iter().map(|share| &share.ledger).collect();
    let together = store.commit(&ledgers).await;
    let mut applied = Vec::new();
    for share in shares {
        let Share { group, ledger, outcomes } = share;
        let written = if together.is_ok() { Ok((ledger, outcomes)) } else { commit_alone(store, group, deadline).await };
        match written {
            Ok((ledger, outcomes)) => {
                let done = outcomes.len();
                applied.extend(group.next_step().iter().map(|(index, _)| *index).zip(outcomes));
                group.advance(ledger, done);
            }
            // Later events of the group must not overtake.
            Err(why) => group.failed = Some(why),
        }
    }
    applied
}

async fn commit_alone<S: ApplyEvents>(
    store: &S,
    group: &mut Group<'_>,
    deadline: Instant,
) -> Result<(Ledger, Vec<Outcome>), Unapplied> {
    let events: Vec<&Event> = group.events.iter().map(|(_, event)| *event).collect();
    for attempt in 0..ATTEMPTS {
        if Instant::now() >= deadline {
            return Err(Unapplied::late());
        }
        let outcome = async {
            group.ledger = store.load(&events).await?;
            let (ledger, _, outcomes) = group.stepped();
            store.commit(&[&ledger]).await?;
            Ok::<_, StoreError>((ledger, outcomes))
        };
        match outcome.await {
            Ok(written) => return Ok(written),
            Err(StoreError::Conflict | StoreError::Throttled) => {
                let ceiling = 20_u64 << attempt;
                tokio::time::sleep(Duration::from_millis(world::up_to(ceiling))).await;
            }
            Err(error) => {
                tracing::warn!(cause = %chain(&error), "a group was not applied");
                return Err(error.into());
            }
        }
    }
    tracing::warn!(attempts = ATTEMPTS, "a group met others too often");
    Err(Unapplied {
        cause: "its records were changed by others each time, or storage was throttling".to_owned(),
        may_succeed: true,
    })
}

/// Splits events into groups that share no customer and no order.
fn grouped<'a>(ledger: &Ledger, events: &[&'a Event]) -> Vec<Group<'a>> {
    let touched: Vec<Touched> = events.iter().map(|event| ledger.touched_by(event)).collect();
    // Union-find over event indices, joined through the records that they touch.
    let mut parent: Vec<usize> = (0..events.len()).collect();
    let mut by_customer: BTreeMap<CustomerId, usize> = BTreeMap::new();
    let mut by_order: BTreeMap<OrderId, usize> = BTreeMap::new();
    for (index, Touched { customers, order, .. }) in touched.iter().enumerate() {
        let customers = customers.iter().map(|id| *by_customer.entry(*id).or_insert(index));
        for other in customers.chain(order.map(|id| *by_order.entry(id).or_insert(index))) {
            let (a, b) = (root(&mut parent, index), root(&mut parent, other));
            // The smaller root wins, so groups keep the order of arrival.
            if let Some(link) = parent.get_mut(a.max(b)) {
                *link = a.min(b);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<(usize, &'a Event)>> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        groups.entry(root(&mut parent, index)).or_default().push((index, event));
    }
    groups
        .into_values()
        .map(|events| {
            let ledger = ledger.part(events.iter().filter_map(|(index, _)| touched.get(*index)));
            Group { ledger, events, done: 0, failed: None }
        })
        .collect()
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while let Some(&up) = parent.get(index) {
        if up == index {
            break;
        }
        let above = parent.get(up).copied().unwrap_or(up);
        if let Some(link) = parent.get_mut(index) {
            *link = above;
        }
        index = above;
    }
    index
}
