//! Segments and memberships in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crm_domain::audit::AuditEntry;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::json::Json;
use crm_domain::membership::{Build, EditionId, Minute, Move, PartOfBuild, Settled, Standing};
use crm_domain::ports::{Folded, KeepMemberships, KeepSegments, Page, ReadMemberships, ReadSegments, StoreError, Versioned};
use crm_domain::segment::{Segment, SegmentDraft, Segments, SegmentsChange};
use crm_domain::sizes::Count;
use crm_domain::time::Time;
use jiff::civil::Date;

use crate::Memory;
use crate::memory::paged;
use crate::settings;

/// What is stored of segments and of who belongs to them.
#[derive(Default)]
pub(crate) struct Registry {
    revision: u64,
    pub(crate) segments: BTreeMap<SegmentId, Versioned<Segment>>,
    build: Option<Versioned<Build>>,
    standings: BTreeMap<CustomerId, Standing>,
    members: BTreeMap<EditionId, BTreeMap<CustomerId, Time>>,
    counts: BTreeMap<EditionId, Count>,
    folded: BTreeMap<SegmentId, Folded>,
    moves: BTreeMap<CustomerId, Vec<Vec<Move>>>,
    timers: BTreeMap<Minute, BTreeSet<CustomerId>>,
    drained: Option<Minute>,
    /// Writes of memberships to fail before any succeeds.
    conflicts: u32,
    /// Whether storage takes no memberships.
    is_down: bool,
    /// Writes of memberships that succeed although the answer is lost, one after these others.
    lost_answer_after: Option<u32>,
}

impl Memory {
    /// Lets the next `count` writes of memberships fail as if somebody else had been faster.
    pub fn fail_memberships(&self, count: u32) {
        self.registry().conflicts = count;
    }

    /// Lets storage take no memberships, or take them again.
    pub fn set_memberships_down(&self, is_down: bool) {
        self.registry().is_down = is_down;
    }

    /// Lets the answer to one write of memberships be lost, after `others` have succeeded.
    pub fn lose_an_answer_after(&self, others: u32) {
        self.registry().lost_answer_after = Some(others);
    }

    /// Keeps a segment of rules as if it had been built; returns its edition.
    pub fn keep_segment(&self, id: &str, name: &str, rules: &serde_json::Value) -> EditionId {
        let json = Json::parse(serde_json::json!({"name": name, "rules": rules}).to_string().as_bytes()).unwrap();
        let currency = &settings().currency;
        let draft = SegmentDraft::parse(&json, currency).unwrap();
        let mut registry = self.registry();
        let all = registry.segments.values().cloned().collect();
        let segments = Segments { revision: registry.revision, all };
        let change = segments.create(draft, SegmentId::parse(id).unwrap(), currency, Time::now()).unwrap();
        let mut record = change.puts[0].record.clone();
        let edition = record.edition.id;
        record.shown = Some(record.edition.clone());
        registry.revision = change.becomes;
        registry.segments.insert(record.id, Versioned { version: 1, record });
        edition
    }

    /// Lets every segment look as if its meaning had never been built.
    pub fn unbuild_segments(&self) {
        for held in self.registry().segments.values_mut() {
            held.record.shown = None;
        }
    }

    /// Who belongs to an edition.
    pub fn members_of(&self, edition: EditionId) -> BTreeSet<CustomerId> {
        self.registry().members.get(&edition).map(|members| members.keys().copied().collect()).unwrap_or_default()
    }

    /// The size that is stored of an edition.
    pub fn size_of(&self, edition: EditionId) -> i64 {
        self.registry().counts.get(&edition).map_or(0, |count| count.members)
    }

    /// All enters and leaves of a customer, in the order of writing.
    pub fn moves_of(&self, customer: CustomerId) -> Vec<Move> {
        self.registry().moves.get(&customer).cloned().unwrap_or_default().concat()
    }

    /// All segments.
    pub fn stored_segments(&self) -> Vec<Segment> {
        self.registry().segments.values().map(|held| held.record.clone()).collect()
    }
}

impl Registry {
    pub(crate) fn forget_moves(&mut self, customer: CustomerId, before: Time) -> u64 {
        let moves = self.moves.entry(customer).or_default();
        let all = moves.len();
        moves.retain(|together| together.last().is_some_and(|last| last.at >= before));
        (all - moves.len()) as u64
    }
}

impl ReadSegments for Memory {
    async fn segments_revision(&self) -> Result<u64, StoreError> {
        Ok(self.registry().revision)
    }

    async fn all_segments(&self) -> Result<Arc<Segments>, StoreError> {
        let registry = self.registry();
        Ok(Arc::new(Segments { revision: registry.revision, all: registry.segments.values().cloned().collect() }))
    }
}

impl KeepSegments for Memory {
    async fn segment(&self, id: SegmentId) -> Result<Option<Versioned<Segment>>, StoreError> {
        Ok(self.registry().segments.get(&id).cloned())
    }

    async fn segments(&self, after: Option<String>, limit: usize) -> Result<Page<Segment>, StoreError> {
        Ok(paged(self.stored_segments(), |segment| segment.id.to_string(), after.as_deref(), limit))
    }

    async fn change_segments(&self, change: &SegmentsChange, audit: Option<&AuditEntry>) -> Result<(), StoreError> {
        let mut registry = self.registry();
        let version = |registry: &Registry, id: SegmentId| registry.segments.get(&id).map_or(0, |held| held.version);
        let moved = registry.revision != change.revision
            || change.puts.iter().any(|held| version(&registry, held.record.id) != held.version)
            || change.deleted.is_some_and(|(id, stored)| version(&registry, id) != stored);
        if moved {
            return Err(StoreError::Conflict);
        }
        registry.revision = change.becomes;
        for Versioned { version, record } in &change.puts {
            registry.segments.insert(record.id, Versioned { version: version + 1, record: record.clone() });
        }
        if let Some((id, _)) = change.deleted {
            registry.segments.remove(&id);
        }
        drop(registry);
        if let Some(audit) = audit {
            self.tell(audit);
        }
        Ok(())
    }

    async fn build(&self) -> Result<Option<Versioned<Build>>, StoreError> {
        Ok(self.registry().build.clone())
    }

    async fn put_build(&self, version: u64, build: &Build) -> Result<(), StoreError> {
        let mut registry = self.registry();
        if registry.build.as_ref().map_or(0, |held| held.version) != version {
            return Err(StoreError::Conflict);
        }
        registry.build = Some(Versioned { version: version + 1, record: build.clone() });
        Ok(())
    }

    async fn note_build(&self, part: &PartOfBuild, done: bool, now: Time) -> Result<Option<Versioned<Build>>, StoreError> {
        let mut registry = self.registry();
        let Some(held) = registry.build.as_mut().filter(|held| held.record.is_of(part)) else { return Ok(None) };
        held.version += 1;
        held.record.touched_at = now;
        held.record.scanned.insert(part.part, part.scanned);
        if done {
            held.record.done.insert(part.part, true);
        }
        Ok(Some(held.clone()))
    }
}

impl ReadMemberships for Memory {
    async fn standings(&self, customers: &[CustomerId]) -> Result<Vec<Standing>, StoreError> {
        let registry = self.registry();
        Ok(customers.iter().filter_map(|id| registry.standings.get(id)).cloned().collect())
    }

    async fn counts(&self, editions: &[EditionId]) -> Result<Vec<Count>, StoreError> {
        let registry = self.registry();
        Ok(editions.iter().map(|edition| registry.counts.get(edition).cloned().unwrap_or_default()).collect())
    }

    async fn folded(&self, segment: SegmentId, from: Date) -> Result<Folded, StoreError> {
        let mut folded = self.registry().folded.get(&segment).cloned().unwrap_or_default();
        for count in folded.counts.values_mut() {
            count.days.retain(|day, _| *day >= from.first_of_month());
        }
        Ok(folded)
    }

    async fn members(
        &self,
        edition: EditionId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<(CustomerId, Time)>, StoreError> {
        let registry = self.registry();
        let members = registry.members.get(&edition).cloned().unwrap_or_default();
        Ok(paged(members.into_iter().collect(), |(id, _)| id.to_string(), after.as_deref(), limit))
    }

    async fn moves(
        &self,
        customer: CustomerId,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<(String, Vec<Move>)>, StoreError> {
        let moves = self.registry().moves.get(&customer).cloned().unwrap_or_default();
        let place = |(index, moves): (usize, Vec<Move>)| Some((format!("{}#{index:010}", moves.last()?.at.sortable()), moves));
        let placed: Vec<(String, Vec<Move>)> = moves.into_iter().enumerate().filter_map(place).collect();
        Ok(paged(placed, |(place, _)| place.clone(), after.as_deref(), limit))
    }
}

impl KeepMemberships for Memory {
    async fn write_settled(&self, settled: &[Settled]) -> Result<(), StoreError> {
        let moved = |one: &Settled| self.version_of(one.after.customer) != one.customer_version;
        let customers_moved = settled.iter().any(moved);
        let mut registry = self.registry();
        if registry.is_down {
            return Err(StoreError::Throttled);
        }
        if registry.conflicts > 0 {
            registry.conflicts -= 1;
            return Err(StoreError::Conflict);
        }
        let version = |registry: &Registry, id| registry.standings.get(&id).map_or(0, |standing| standing.version);
        if customers_moved || settled.iter().any(|one| version(&registry, one.after.customer) != one.before.version) {
            return Err(StoreError::Conflict);
        }
        let counted: BTreeSet<EditionId> = settled.iter().flat_map(Settled::counts).map(|(edition, _)| edition).collect();
        let actions = settled.iter().map(Settled::weight).sum::<usize>() + counted.len();
        assert!(actions <= 100, "DynamoDB takes at most 100 actions in a transaction, not {actions}");
        for one in settled {
            let customer = one.after.customer;
            for (edition, since) in one.joins() {
                registry.members.entry(edition).or_default().insert(customer, since);
            }
            for edition in one.leaves() {
                registry.members.entry(edition).or_default().remove(&customer);
            }
            for (edition, more) in one.counts() {
                registry.counts.entry(edition).or_default().add(&more.within_a_write());
            }
            if let Some(at) = one.before.wakes_at {
                registry.timers.entry(Minute::of(at)).or_default().remove(&customer);
            }
            if let Some(at) = one.after.wakes_at {
                registry.timers.entry(Minute::of(at)).or_default().insert(customer);
            }
            if !one.moves.is_empty() {
                registry.moves.entry(customer).or_default().push(one.moves.clone());
            }
            registry.standings.insert(customer, Standing { version: one.before.version + 1, ..one.after.clone() });
        }
        match registry.lost_answer_after {
            Some(0) => {
                registry.lost_answer_after = None;
                Err(StoreError::Throttled)
            }
            others => {
                registry.lost_answer_after = others.map(|others| others - 1);
                Ok(())
            }
        }
    }

    async fn due(&self, minute: Minute) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.registry().timers.get(&minute).map(|due| due.iter().copied().collect()).unwrap_or_default())
    }

    async fn earliest_due(&self) -> Result<Option<Minute>, StoreError> {
        let registry = self.registry();
        Ok(registry.timers.iter().find(|(_, due)| !due.is_empty()).map(|(minute, _)| *minute))
    }

    async fn forget_due(&self, minute: Minute, customers: &[CustomerId]) -> Result<(), StoreError> {
        let mut registry = self.registry();
        let due = registry.timers.entry(minute).or_default();
        due.retain(|id| !customers.contains(id));
        Ok(())
    }

    async fn drained(&self) -> Result<Option<Minute>, StoreError> {
        Ok(self.registry().drained)
    }

    async fn note_drained(&self, minute: Minute) -> Result<(), StoreError> {
        let mut registry = self.registry();
        registry.drained = registry.drained.max(Some(minute));
        Ok(())
    }

    async fn sweep(&self, edition: EditionId) -> Result<bool, StoreError> {
        let mut registry = self.registry();
        registry.counts.remove(&edition);
        Ok(registry.members.remove(&edition).is_none())
    }

    async fn fold(&self, segment: SegmentId, edition: EditionId, before: Option<Date>) -> Result<(), StoreError> {
        let mut registry = self.registry();
        let Some(mut count) = registry.counts.remove(&edition) else { return Ok(()) };
        let mut over = Count::default();
        match before {
            Some(day) => {
                let kept = count.days.split_off(&day);
                over.days = std::mem::replace(&mut count.days, kept);
                registry.counts.insert(edition, count);
            }
            None => over = count,
        }
        let folded = registry.folded.entry(segment).or_default();
        folded.times += 1;
        folded.counts.entry(edition).or_default().add(&over);
        Ok(())
    }

    async fn forget_sizes(&self, segment: SegmentId) -> Result<(), StoreError> {
        self.registry().folded.remove(&segment);
        Ok(())
    }
}
