//! Figures over the orders of a stretch, and when the passing of time changes what is made of them.
//!
//! The orders of a stretch are one run of the history, which is sorted by time. As time goes on, orders enter the run
//! at its end and leave it at its beginning; [`Run::next_change`] names the next such instant.

use crate::history::Purchase;
use crate::time::Time;

use super::Verdict;
use super::window::Window;

/// What the counting orders of a stretch come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    /// In minor units.
    pub(super) total: i128,
}

/// The orders that lie in a stretch: `purchases[first..end]`.
struct Run<'a> {
    purchases: &'a [Purchase],
    window: Window,
    first: usize,
    end: usize,
    now: Time,
}

/// The orders of a stretch, whether they count or not.
pub(super) fn of_stretch(purchases: &[Purchase], window: Window, now: Time) -> &[Purchase] {
    let run = Run::at(purchases, window, now);
    purchases.get(run.first..run.end).unwrap_or_default()
}

/// The tally over those orders of a stretch that count and that `wanted` picks.
pub(super) fn tally(purchases: &[Purchase], window: Window, now: Time, wanted: impl Fn(&Purchase) -> bool) -> Tally {
    let mut tally = Tally::default();
    for purchase in of_stretch(purchases, window, now).iter().filter(|purchase| purchase.counts && wanted(purchase)) {
        tally.add(purchase);
    }
    tally
}

/// What `passes` says of the tally now, and the very instant at which it will say otherwise.
pub(super) fn verdict(
    purchases: &[Purchase],
    window: Window,
    now: Time,
    wanted: impl Fn(&Purchase) -> bool,
    passes: impl Fn(&Tally) -> bool,
) -> Verdict {
    let wanted = |purchase: &&Purchase| purchase.counts && wanted(purchase);
    let mut run = Run::at(purchases, window, now);
    let mut tally = Tally::default();
    run.held().filter(wanted).for_each(|purchase| tally.add(purchase));
    let holds = passes(&tally);
    // Each step moves on to an instant at which an order enters or leaves, of which there are finitely many.
    while let Some(change) = run.next_change() {
        let next = Run::at(purchases, window, change);
        slice(purchases, run.end, next.end).filter(wanted).for_each(|purchase| tally.add(purchase));
        slice(purchases, next.first, run.first).filter(wanted).for_each(|purchase| tally.add(purchase));
        slice(purchases, run.first, next.first).filter(wanted).for_each(|purchase| tally.take(purchase));
        run = next;
        if passes(&tally) != holds {
            return Verdict { holds, flips_at: Some(change) };
        }
    }
    Verdict { holds, flips_at: None }
}

impl<'a> Run<'a> {
    fn at(purchases: &'a [Purchase], window: Window, now: Time) -> Self {
        let (from, until) = window.bounds(now);
        let first = purchases.partition_point(|purchase| purchase.at < from);
        let end = purchases.partition_point(|purchase| purchase.at <= until);
        Self { purchases, window, first, end, now }
    }

    fn held(&self) -> impl Iterator<Item = &'a Purchase> + use<'a> {
        slice(self.purchases, self.first, self.end)
    }

    /// The first instant after now at which the run is another. Only three orders can be the next to move: the coming
    /// one enters, the oldest in the run leaves, the one before it returns (see [`super::span`]).
    fn next_change(&self) -> Option<Time> {
        let before = self.first.checked_sub(1);
        [before, Some(self.first), Some(self.end)]
            .into_iter()
            .flatten()
            .filter_map(|index| self.purchases.get(index))
            .filter_map(|purchase| self.window.next_change(purchase.at, self.now))
            .min()
    }
}

impl Tally {
    fn add(&mut self, purchase: &Purchase) {
        self.count += 1;
        self.total += i128::from(purchase.total.minor());
    }

    fn take(&mut self, purchase: &Purchase) {
        self.count -= 1;
        self.total -= i128::from(purchase.total.minor());
    }
}

/// `purchases[from..to]`, empty when the ends are swapped.
fn slice(purchases: &[Purchase], from: usize, to: usize) -> impl Iterator<Item = &Purchase> {
    purchases.get(from..to).unwrap_or_default().iter()
}
