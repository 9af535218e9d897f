//! Who belongs to which segment: kept for every customer as their data change and as time passes.
//!
//! A [`Standing`] is what is stored of one customer: where they belong, since when, and when time alone may change that.
//! [`Catalogue::settle`] compares it with what the rules say now and gives what has to be written. It depends on nothing
//! but its arguments, so doing it twice, late, or in another place comes to the same.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::{ConsentDefaults, Customer};
use crate::edit::Edit;
use crate::export::ExportCall;
use crate::ids::{CustomerId, SegmentId};
use crate::rules::{Context, Reads, Set};
use crate::segment::Segment;
use crate::time::{DAY, MINUTE, Time};

/// Names one meaning of one segment: the revision of the catalogue with which it came. Later ones are greater.
pub type EditionId = u64;

/// Changes of membership that are written together; further ones follow in another write.
const MAX_MOVES: usize = 44;
/// Flips of one customer that are made one by one before the rest is skipped over: a customer asleep for years.
const MAX_FLIPS: usize = 500;

/// What brought a change about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    /// The customer changed.
    #[default]
    Data,
    /// Nothing but time passed.
    Time,
    /// The segment was made or changed.
    Rules,
}

/// Where a customer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub customer: CustomerId,
    /// Of the stored record; 0 when there is none.
    pub version: u64,
    /// The catalogue's revision when it was last settled.
    pub revision: u64,
    /// The editions to which the customer belongs, and since when.
    pub member_of: BTreeMap<EditionId, Time>,
    /// When time alone may change that.
    pub wakes_at: Option<Time>,
}

/// One entering or leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub segment: SegmentId,
    pub edition: EditionId,
    pub entered: bool,
    pub at: Time,
    pub cause: Cause,
}

/// What is to be written of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The version of the customer on which it rests.
    pub customer_version: u64,
    pub before: Standing,
    pub after: Standing,
    /// In the order in which they happened.
    pub moves: Vec<Move>,
    /// Whether more is left to be done after this has been written.
    pub unfinished: bool,
}

/// All meanings of segments that are kept up to date, compiled.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub revision: u64,
    /// By edition, as standings have theirs: the two are compared side by side.
    live: Vec<Live>,
    /// Their rules, in the same order.
    rules: Set,
    reads: Reads,
}

#[derive(Debug, Clone)]
struct Live {
    segment: SegmentId,
    edition: EditionId,
}

impl Standing {
    /// Of somebody who was never looked at.
    #[must_use]
    pub const fn nowhere(customer: CustomerId) -> Self {
        Self { customer, version: 0, revision: 0, member_of: BTreeMap::new(), wakes_at: None }
    }
}

impl Settled {
    /// Editions that the customer joins, or has left and joined again.
    pub fn joins(&self) -> impl Iterator<Item = (EditionId, Time)> {
        self.after.member_of.iter().filter(|(id, since)| self.before.member_of.get(id) != Some(since)).map(|(id, at)| (*id, *at))
    }

    /// Editions that the customer leaves. One that nobody keeps any more is swept away as a whole.
    pub fn leaves(&self) -> impl Iterator<Item = EditionId> {
        let left: BTreeSet<EditionId> = self.moves.iter().filter(|one| !one.entered).map(|one| one.edition).collect();
        self.before.member_of.keys().copied().filter(move |id| !self.after.member_of.contains_key(id) && left.contains(id))
    }

    /// How many records are written of it, but for the counters of the editions.
    #[must_use]
    pub fn weight(&self) -> usize {
        // The standing, the check of the customer, two timers, the history.
        5 + self.joins().count() + self.leaves().count()
    }

    /// Whether there is anything to write.
    #[must_use]
    pub fn changes(&self) -> bool {
        let moved = || !self.moves.is_empty() && (self.joins().next().is_some() || self.leaves().next().is_some());
        self.before.wakes_at != self.after.wakes_at || moved()
    }
}

impl Catalogue {
    /// The current meaning of every segment, and the one that readers still see while that is being built.
    #[must_use]
    pub fn new<'a>(revision: u64, segments: impl IntoIterator<Item = &'a Segment>) -> Self {
        let editions = segments.into_iter().flat_map(|segment| segment.editions().map(move |edition| (segment.id, edition)));
        let mut editions: Vec<_> = editions.collect();
        editions.sort_by_key(|(_, edition)| edition.id);
        let (mut live, mut rules, mut reads) = (Vec::new(), Vec::new(), Reads::default());
        for (segment, edition) in editions {
            live.push(Live { segment, edition: edition.id });
            rules.push(&edition.rules);
            reads = reads.and(&edition.rules.reads());
        }
        Self { revision, live, rules: Set::new(rules), reads }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The parts of a customer on which memberships rest.
    #[must_use]
    pub const fn reads(&self) -> &Reads {
        &self.reads
    }

    /// What has to be written so that `before` is in line with what the rules say of `customer` at `now`; `None` stands for
    /// a customer who is gone. Flips that are due are made each at its own instant.
    #[must_use]
    pub fn settle(
        &self,
        customer: Option<(&Customer, u64)>,
        before: &Standing,
        now: Time,
        cause: Cause,
        consent_defaults: ConsentDefaults,
    ) -> Settled {
        let mut after = Standing { revision: self.revision, ..before.clone() };
        let mut moves = Vec::new();
        let mut live = self.live.iter().map(|live| live.edition).peekable();
        after.member_of.retain(|edition, _| {
            while live.next_if(|before| before < edition).is_some() {}
            live.next_if_eq(edition).is_some()
        });
        match customer {
            None => {
                let gone = |live: &&Live| before.member_of.contains_key(&live.edition);
                moves.extend(self.live.iter().filter(gone).map(|live| live.moved(false, now, cause)));
                after.member_of.clear();
                after.wakes_at = None;
            }
            Some((customer, _)) => {
                for _ in 0..MAX_FLIPS {
                    let due = (cause == Cause::Time).then_some(after.wakes_at).flatten().filter(|at| *at < now);
                    let Some(at) = due else { break };
                    self.step(customer, &mut after, &mut moves, Context { now: at, consent_defaults }, cause);
                }
                self.step(customer, &mut after, &mut moves, Context { now, consent_defaults }, cause);
                // Where nothing else is written, a timer that still has to ring stays: it rings early, once, and is set anew then.
                // Moved with each order of somebody who buys each week, it would be written as often, and never ring.
                let later = |timer: &Time| after.wakes_at.is_none_or(|next| next > *timer);
                if moves.is_empty()
                    && let Some(early) = before.wakes_at.filter(|timer| *timer > now && later(timer))
                {
                    after.wakes_at = Some(early);
                }
            }
        }
        let customer_version = customer.map_or(0, |(_, version)| version);
        Settled { customer_version, before: before.clone(), after, moves, unfinished: false }.cut()
    }

    /// Brings a standing in line with the rules at one instant.
    fn step(&self, customer: &Customer, standing: &mut Standing, moves: &mut Vec<Move>, context: Context, cause: Cause) {
        let mut wakes_at = None;
        let mut member_of = standing.member_of.keys().copied().peekable();
        let belongs = self.live.iter().map(|live| {
            while member_of.next_if(|before| *before < live.edition).is_some() {}
            member_of.next_if_eq(&live.edition).is_some()
        });
        let belongs: Vec<bool> = belongs.collect();
        for ((live, belongs), verdict) in self.live.iter().zip(belongs).zip(self.rules.evaluate(customer, &context)) {
            if let Some(flip) = verdict.flips_at {
                wakes_at = Some(wakes_at.map_or(flip, |first: Time| first.min(flip)));
            }
            if verdict.holds != belongs {
                moves.push(live.moved(verdict.holds, context.now, cause));
                if verdict.holds {
                    standing.member_of.insert(live.edition, context.now);
                } else {
                    standing.member_of.remove(&live.edition);
                }
            }
        }
        standing.wakes_at = wakes_at;
    }
}

impl Live {
    const fn moved(&self, entered: bool, at: Time, cause: Cause) -> Move {
        Move { segment: self.segment, edition: self.edition, entered, at, cause }
    }
}

impl Settled {
    /// At most [`MAX_MOVES`] editions' worth of it; the timer stays where it is until the last of it is written, so that
    /// nothing is forgotten in between.
    fn cut(mut self) -> Self {
        if self.moves.len() <= MAX_MOVES {
            return self;
        }
        let editions: Vec<EditionId> = self.joins().map(|(id, _)| id).chain(self.leaves()).collect();
        let Some(later) = editions.get(MAX_MOVES..).filter(|later| !later.is_empty()) else { return self };
        for edition in later {
            match self.before.member_of.get(edition) {
                Some(since) => self.after.member_of.insert(*edition, *since),
                None => self.after.member_of.remove(edition),
            };
        }
        let later: BTreeSet<EditionId> = later.iter().copied().collect();
        self.moves.retain(|one| !later.contains(&one.edition));
        self.after.wakes_at = self.before.wakes_at;
        self.unfinished = true;
        self
    }
}

/// The making of new meanings: everybody is settled once more, in several parts at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// Every meaning up to this revision is complete when the build is.
    pub target: EditionId,
    /// Into how many parts the customers are split.
    pub parts: u32,
    /// How many customers there were when it began.
    pub customers: u64,
    /// Customers seen, by part.
    pub scanned: BTreeMap<u32, u64>,
    /// Parts that are complete.
    pub done: BTreeMap<u32, bool>,
    pub finished: bool,
    /// The version of what it was stored over. Any later one was read after it had begun.
    #[serde(default)]
    pub after: u64,
    pub started_at: Time,
    /// When anything was heard of it last.
    pub touched_at: Time,
}

impl Build {
    /// One that has not begun.
    #[must_use]
    pub const fn new(target: EditionId, parts: u32, customers: u64, after: u64, started_at: Time) -> Self {
        Self {
            target,
            parts,
            customers,
            scanned: BTreeMap::new(),
            done: BTreeMap::new(),
            finished: false,
            after,
            started_at,
            touched_at: started_at,
        }
    }

    /// Its parts that are not done yet, from their beginning.
    pub fn missing(&self) -> impl Iterator<Item = PartOfBuild> {
        (0..self.parts).filter(|part| !self.done.contains_key(part)).map(|part| PartOfBuild {
            target: self.target,
            began_at: Some(self.started_at),
            part,
            of: self.parts,
            after: None,
            scanned: 0,
        })
    }

    /// Whether it still wants this part.
    #[must_use]
    pub fn wants(&self, part: &PartOfBuild) -> bool {
        self.is_of(part) && !self.finished && !self.done.contains_key(&part.part)
    }

    /// Whether this is one of its parts.
    #[must_use]
    pub fn is_of(&self, part: &PartOfBuild) -> bool {
        self.target == part.target && part.began_at.is_none_or(|at| at == self.started_at)
    }

    /// Whether all of its parts are done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.done.len() as u32 >= self.parts
    }

    /// How much of it is done, from 0 to 1.
    #[must_use]
    pub fn progress(&self) -> f64 {
        let seen: u64 = self.scanned.values().sum();
        let by_parts = self.done.len() as f64 / f64::from(self.parts.max(1));
        let by_customers = seen as f64 / self.customers.max(1) as f64;
        // The count of customers is an estimate while they come and go: only the last part makes it whole.
        if by_parts >= 1.0 { 1.0 } else { by_parts.max(by_customers.min(0.99)) }
    }
}

/// The segments queue's messages: work on memberships that is not a customer's change.
///
/// Every task may be delivered twice, late, or again after a crash half-way: each looks at what is stored first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all_fields = "camelCase")]
pub enum Task {
    /// Build what is not built yet; with `everyone`, settle everybody though nothing is new, unless a build does so that began
    /// when version `after` of it, or a later one, was stored.
    #[serde(rename = "build.v1")]
    Build {
        #[serde(default)]
        everyone: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    /// Settle everybody in one part of the scan of all customers.
    #[serde(rename = "settle-part.v1")]
    SettlePart(PartOfBuild),
    /// Settle some customers whose change could not be dealt with at once.
    #[serde(rename = "settle.v1")]
    Settle {
        customers: Vec<CustomerId>,
        /// Why they are to be looked at.
        #[serde(default)]
        cause: Cause,
    },
    /// Delete what is kept of an edition that nobody asks for any more. How large it was stays with its segment, as long as
    /// that is there.
    #[serde(rename = "sweep.v1")]
    Sweep {
        edition: EditionId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        segment: Option<SegmentId>,
    },
    /// Fold days that are over from the counters of editions, those after `after`, into the history of their segments.
    #[serde(rename = "fold.v1")]
    Fold {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<EditionId>,
    },
    /// Edit the members of an edition.
    #[serde(rename = "edit.v1")]
    Edit(Edit),
    /// Go on with an export.
    #[serde(rename = "export.v1")]
    Export(ExportCall),
}

/// One part of a build, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartOfBuild {
    /// Names the build, together with the moment when it began: one may come after another for the sake of the customers alone.
    pub target: EditionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Time>,
    pub part: u32,
    pub of: u32,
    /// Where the scan goes on; absent at its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<CustomerId>,
    /// Customers seen so far.
    #[serde(default)]
    pub scanned: u64,
}

/// Seconds until what is kept of an old meaning is deleted: nobody who took it for the current one is at work any more.
pub const SWEEP_DELAY: u32 = 300;

impl Task {
    /// The body of the queue message for its first try.
    #[must_use]
    pub fn body(self) -> String {
        Step::first(self).body()
    }
}

/// One task on its queue.
pub type Step = crate::step::Step<Task>;

/// A minute, counted from the epoch. Flips are looked up by the first minute at whose beginning they have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minute(i64);

impl Minute {
    /// The minute of this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The first minute that begins no earlier than `at`.
    #[must_use]
    pub const fn of(at: Time) -> Self {
        Self((at.micros() - 1).div_euclid(MINUTE) + 1)
    }

    /// The minute that has begun last at `now`.
    #[must_use]
    pub const fn begun(now: Time) -> Self {
        Self(now.micros().div_euclid(MINUTE))
    }

    #[must_use]
    pub const fn plus(self, minutes: i64) -> Self {
        Self(self.0 + minutes)
    }

    /// Whether a day begins with it, in UTC.
    #[must_use]
    pub const fn begins_a_day(self) -> bool {
        self.0.rem_euclid(DAY / MINUTE) == 0
    }

    /// Its first instant.
    #[must_use]
    pub const fn start(self) -> Time {
        Time::from_micros(self.0 * MINUTE)
    }
}
