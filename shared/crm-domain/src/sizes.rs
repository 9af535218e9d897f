//! How large segments have been, day by day (UTC).
//!
//! Whoever writes enters and leaves adds them to the counter of the edition in the same write: its [`Count`] has the members
//! of now and the flow of each day. A size of the past is the size of now without what came later, so days without a change
//! need nothing, and neither order nor repetition of writes matters.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::membership::{Cause, EditionId, Move, Settled};
use crate::time::Time;

/// Days, today among them, of which sizes are read with the counters themselves; older ones are folded away into the
/// segment's history.
pub const RECENT_DAYS: i64 = 15;
/// Days of which one answer tells.
pub const MAX_DAYS: i32 = 400;
/// Days that one write adds to: the expression of an update is limited to 4 KB. Who slept longer has the days before
/// counted to the first of these.
const DAYS_AT_ONCE: usize = 60;
/// Editions that may be counted beside those that change in size, so that a transaction holds them.
const EDITIONS_AT_ONCE: usize = 88;

/// Who came and went in one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// By their own change, or as time passed.
    pub entered: i64,
    pub left: i64,
    /// Who came without those who went, because rules were changed or everybody was settled anew.
    pub rebuilt: i64,
}

/// The counter of an edition: any part of it may be kept anywhere, together they are the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    pub members: i64,
    pub days: BTreeMap<Date, Flow>,
}

/// An edition that readers have seen, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    pub edition: EditionId,
    pub at: Time,
}

/// The size of a segment at the end of a day, or by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySize {
    pub day: Date,
    pub size: u64,
    /// The size of the day before + entered - left + rebuilt is the size of this one.
    pub flow: Flow,
    /// Whether other rules were shown from this day on.
    pub rules_changed: bool,
}

impl Flow {
    const fn add(&mut self, other: &Self) {
        self.entered += other.entered;
        self.left += other.left;
        self.rebuilt += other.rebuilt;
    }

    const fn net(&self) -> i64 {
        self.entered - self.left + self.rebuilt
    }

    const fn note(&mut self, one: &Move) {
        match (one.cause, one.entered) {
            (Cause::Rules, true) => self.rebuilt += 1,
            (Cause::Rules, false) => self.rebuilt -= 1,
            (Cause::Data | Cause::Time, true) => self.entered += 1,
            (Cause::Data | Cause::Time, false) => self.left += 1,
        }
    }
}

impl Count {
    /// Joins another part to it.
    pub fn add(&mut self, other: &Self) {
        self.members += other.members;
        for (day, flow) in &other.days {
            self.days.entry(*day).or_default().add(flow);
        }
    }

    /// With no more days than one write may add to.
    #[must_use]
    pub fn within_a_write(mut self) -> Self {
        while self.days.len() > DAYS_AT_ONCE {
            let Some((_, oldest)) = self.days.pop_first() else { break };
            if let Some(mut next) = self.days.first_entry() {
                next.get_mut().add(&oldest);
            }
        }
        self
    }

    fn note(&mut self, one: &Move) {
        self.members += if one.entered { 1 } else { -1 };
        self.days.entry(one.at.date()).or_default().note(one);
    }

    fn at_the_end_of(&self, day: Date) -> i64 {
        let later: i64 = self.days.range(day..).filter(|(other, _)| **other > day).map(|(_, flow)| flow.net()).sum();
        self.members - later
    }
}

impl Settled {
    /// What is added to the counter of each edition.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<EditionId, Count> {
        let mut counts: BTreeMap<EditionId, Count> = BTreeMap::new();
        for one in &self.moves {
            counts.entry(one.edition).or_default().note(one);
        }
        let rows = |edition: &EditionId| self.before.member_of.get(edition) != self.after.member_of.get(edition);
        // Who came and went in between changes no size of now. There may be more of these than a transaction has room for,
        // when somebody slept long; then the days in between are told without them.
        let mut room = EDITIONS_AT_ONCE.saturating_sub(2 * counts.keys().filter(|edition| rows(edition)).count());
        counts.retain(|edition, count| {
            let kept = rows(edition) || (count.members == 0 && room > 0);
            room = if kept && !rows(edition) { room - 1 } else { room };
            kept
        });
        counts
    }
}

/// The sizes of the days from `from` to `to`; those before the segment was first shown are left out. `shown` ascends.
#[must_use]
pub fn by_day(shown: &[Shown], counts: &BTreeMap<EditionId, Count>, from: Date, to: Date) -> Vec<DaySize> {
    let seen_on = |day: Date| shown.iter().rev().find(|shown| shown.at.date() <= day).map(|shown| shown.edition);
    let size = |edition: EditionId, day| counts.get(&edition).map_or(0, |count| count.at_the_end_of(day)).max(0);
    let mut before = from.yesterday().ok().map(|day| (seen_on(day), day));
    let mut last = before.and_then(|(edition, day)| Some(size(edition?, day))).unwrap_or_default();
    let mut days = Vec::new();
    let mut next = Some(from);
    while let Some(day) = next.filter(|day| *day <= to) {
        next = day.tomorrow().ok();
        let Some(edition) = seen_on(day) else { continue };
        let now = size(edition, day);
        let noted = counts.get(&edition).and_then(|count| count.days.get(&day)).copied().unwrap_or_default();
        // What is neither an enter nor a leave came with the rules.
        let flow = Flow { rebuilt: now - last - noted.entered + noted.left, ..noted };
        let old = before.and_then(|(edition, _)| edition);
        days.push(DaySize { day, size: now.unsigned_abs(), flow, rules_changed: old.is_some_and(|old| old != edition) });
        before = Some((Some(edition), day));
        last = now;
    }
    days
}

/// The editions that readers have seen; of a segment that was there before this was noted, the current one, since the first
/// day that its counter knows.
#[must_use]
pub fn seen(noted: &[Shown], current: Option<EditionId>, counts: &BTreeMap<EditionId, Count>, now: Time) -> Vec<Shown> {
    if !noted.is_empty() {
        return noted.to_vec();
    }
    let since = |edition| counts.get(&edition).and_then(|count: &Count| count.days.keys().next()).copied();
    let first = |edition| Shown { edition, at: since(edition).map_or(now, Time::start_of) };
    current.map(first).into_iter().collect()
}
