//! Figures over the orders of a stretch, and when the passing of time changes what is made of them.
//!
//! The orders of a stretch are one run of the history, which is sorted by time. As time goes on, orders enter the run
//! at its end and leave it at its beginning. A [`Course`] is the row of runs that come of it; all conditions about the
//! same stretch follow the same course.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::history::Purchase;
use crate::time::Time;

use super::Verdict;
use super::window::Window;

/// What is kept per stretch, or per name looked for, may be about so many orders in all, at some hundred bytes each. What
/// is beyond is found anew each time.
pub(super) const MAX_KEPT: usize = 100_000;

/// What the counting orders of a stretch come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// In minor units.
    pub(super) total: i128,
}

/// The orders that lie in a stretch: `purchases[first..end]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    first: usize,
    end: usize,
    /// Over those that count.
    pub(super) tally: Tally,
    /// An instant at which it is so; in a course, the first one.
    at: Time,
}

/// The runs of one stretch, one after another, found as far as somebody asked.
struct Course {
    window: Window,
    first: Run,
    later: Vec<Run>,
    /// Whether no more will come.
    ended: bool,
}

/// The courses of one customer's orders.
pub(super) struct Courses<'a> {
    purchases: &'a [Purchase],
    kept: BTreeMap<Window, Course>,
}

impl Tally {
    fn add(&mut self, purchase: &Purchase) {
        if purchase.counts {
            self.count += 1;
            self.total += i128::from(purchase.total.minor());
        }
    }

    fn take(&mut self, purchase: &Purchase) {
        if purchase.counts {
            self.count -= 1;
            self.total -= i128::from(purchase.total.minor());
        }
    }
}

impl Run {
    /// The run of a stretch as it lies at `now`. It is walked from its end, which for most stretches is the last order: a scan
    /// then reads nothing of the years before them.
    pub(super) fn at(purchases: &[Purchase], window: Window, now: Time) -> Self {
        let until = window.end(now);
        let end = match purchases.last() {
            Some(last) if last.at > until => purchases.partition_point(|purchase| purchase.at <= until),
            _ => purchases.len(),
        };
        let mut run = Self { first: end, end, tally: Tally::default(), at: now };
        for purchase in
            purchases.get(..end).unwrap_or_default().iter().rev().take_while(|purchase| window.reaches(purchase.at, now))
        {
            run.tally.add(purchase);
            run.first -= 1;
        }
        run
    }

    /// Its orders, whether they count or not.
    pub(super) fn of(self, purchases: &[Purchase]) -> &[Purchase] {
        purchases.get(self.first..self.end).unwrap_or_default()
    }

    /// Whether one of the orders at these places of the history, ascending, lies in it.
    pub(super) fn has_one(&self, places: &[usize]) -> bool {
        let candidate = places.partition_point(|place| *place < self.first);
        places.get(candidate).is_some_and(|place| *place < self.end)
    }

    /// The run that comes after it, at the first instant at which it is another. Only three orders can be the next to
    /// move: the coming one enters, the oldest in the run leaves, the one before it returns (see [`super::span`]).
    fn next(self, purchases: &[Purchase], window: Window) -> Option<Self> {
        let Window::Back(span) = window else { return None };
        let at = |place: usize| purchases.get(place).map(|purchase| purchase.at.micros());
        let now = self.at.micros();
        // A span is never empty, so its stretch reaches what lies at its very end.
        let enters = at(self.end);
        let leaves = at(self.first).filter(|_| self.first < self.end).map(|at| span.leaves(at, now));
        let returns = self.first.checked_sub(1).and_then(at).and_then(|at| span.returns(at, now));
        let change = [enters, leaves, returns].into_iter().flatten().min()?;
        Some(self.moved(purchases, window, Time::from_micros(change)))
    }

    /// The run of the same stretch at a later `now`.
    fn moved(mut self, purchases: &[Purchase], window: Window, now: Time) -> Self {
        let until = window.end(now);
        while let Some(entering) = purchases.get(self.end).filter(|purchase| purchase.at <= until) {
            self.tally.add(entering);
            self.end += 1;
        }
        while let Some(leaving) = purchases.get(self.first).filter(|purchase| !window.reaches(purchase.at, now)) {
            self.tally.take(leaving);
            self.first += 1;
        }
        while let Some(before) = self.first.checked_sub(1)
            && let Some(returning) = purchases.get(before).filter(|purchase| window.reaches(purchase.at, now))
        {
            self.tally.add(returning);
            self.first = before;
        }
        Self { at: now, ..self }
    }
}

impl Course {
    fn new(purchases: &[Purchase], window: Window, now: Time) -> Self {
        Self { window, first: Run::at(purchases, window, now), later: Vec::new(), ended: false }
    }

    /// A run by its place among the later ones.
    fn later(&mut self, purchases: &[Purchase], place: usize) -> Option<Run> {
        if let Some(known) = self.later.get(place) {
            return Some(*known);
        }
        if self.ended {
            return None;
        }
        let next = self.later.last().unwrap_or(&self.first).next(purchases, self.window);
        self.ended = next.is_none();
        self.later.extend(next);
        next
    }

    fn verdict(&mut self, purchases: &[Purchase], now: Time, passes: impl Fn(&Run) -> bool) -> Verdict {
        let mut place = self.later.partition_point(|run| run.at <= now);
        let mut run = place.checked_sub(1).and_then(|last| self.later.get(last)).copied().unwrap_or(self.first);
        let mut next = self.later(purchases, place);
        while let Some(begun) = next.filter(|next| next.at <= now) {
            run = begun;
            place += 1;
            next = self.later(purchases, place);
        }
        let holds = passes(&run);
        // Each step moves on to an instant at which an order enters or leaves, of which there are finitely many.
        while let Some(run) = next {
            if passes(&run) != holds {
                return Verdict { holds, flips_at: Some(run.at) };
            }
            place += 1;
            next = self.later(purchases, place);
        }
        Verdict { holds, flips_at: None }
    }
}

impl<'a> Courses<'a> {
    pub(super) fn new(purchases: &'a [Purchase]) -> Self {
        Self { purchases, kept: BTreeMap::new() }
    }

    /// What `passes` says of the run of a stretch at `now`, and the very instant at which it will say otherwise.
    pub(super) fn verdict(&mut self, window: Window, now: Time, passes: impl Fn(&Run) -> bool) -> Verdict {
        let full = (self.kept.len() + 1) * self.purchases.len() > MAX_KEPT;
        match self.kept.entry(window) {
            Entry::Occupied(kept) if kept.get().first.at <= now => kept.into_mut().verdict(self.purchases, now, passes),
            Entry::Vacant(place) if !full => {
                place.insert(Course::new(self.purchases, window, now)).verdict(self.purchases, now, passes)
            }
            // A course leads forward only, so it cannot tell of what lies before its first run.
            _ => Course::new(self.purchases, window, now).verdict(self.purchases, now, passes),
        }
    }
}
