//! Answering compiled rules for one customer at one instant, with the next instant at which time alone may matter.

use std::cmp::Ordering;

use crate::time::Time;

use super::condition::{AttributeTest, BoughtTest, Condition, Group, Node, TagTest, Test, WhenTest};
use super::field::{Combinator, Measure};
use super::purchases::{Run, Tally};
use super::subject::{Attribute, Subject};
use super::window::Window;
use super::{Context, Verdict};

/// How often [`refined`] looks further ahead; beyond that a flip may be announced at which nothing changes.
const MAX_LOOKS: usize = 64;

/// The verdict of a tree with so many moving conditions, its flip checked: where several conditions move, the earliest
/// change of one of them often leaves the tree's answer as it is, and who waits for the flip would wake for nothing.
pub(super) fn refined(timed: usize, context: &Context, mut verdict_at: impl FnMut(&Context) -> Verdict) -> Verdict {
    let mut verdict = verdict_at(context);
    // The flip of a single condition is exact.
    if timed < 2 {
        return verdict;
    }
    for _ in 0..MAX_LOOKS {
        let Some(now) = verdict.flips_at else { break };
        let then = verdict_at(&Context { now, ..*context });
        if then.holds != verdict.holds {
            break;
        }
        verdict.flips_at = then.flips_at;
    }
    verdict
}

/// What the verdicts of its children make of a group. One child decides an `and` by being false, an `or` by being true.
/// While any child decides, the answer stands, so it may change once the last deciding one may; if none does, as soon as
/// the first child may. Children after one that decides for good are not asked.
pub(super) fn combined(combinator: Combinator, negated: bool, children: impl Iterator<Item = Verdict>) -> Verdict {
    let deciding = combinator == Combinator::Or;
    let mut decided_until: Option<Time> = None;
    let mut first_change: Option<Time> = None;
    for Verdict { holds, flips_at } in children {
        if holds == deciding {
            let Some(flip) = flips_at else {
                return Verdict { holds: deciding != negated, flips_at: None };
            };
            decided_until = decided_until.max(Some(flip));
        } else if let Some(flip) = flips_at {
            first_change = Some(first_change.map_or(flip, |first| first.min(flip)));
        }
    }
    let holds = if decided_until.is_some() { deciding } else { !deciding };
    Verdict { holds: holds != negated, flips_at: decided_until.or(first_change) }
}

impl Group {
    pub(super) fn holds(&self, subject: &Subject<'_>, context: &Context) -> bool {
        let mut rules = self.rules();
        let holds = match self.combinator {
            Combinator::And => rules.all(|node| node.holds(subject, context)),
            Combinator::Or => rules.any(|node| node.holds(subject, context)),
        };
        holds != self.negated()
    }

    pub(super) fn verdict(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        combined(self.combinator, self.negated(), self.rules().map(|node| node.verdict(subject, context)))
    }
}

impl Node {
    fn holds(&self, subject: &Subject<'_>, context: &Context) -> bool {
        match self {
            Self::Group(group) => group.holds(subject, context),
            Self::Condition(condition) => condition.test.holds(subject, context) != condition.negated,
        }
    }

    fn verdict(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        match self {
            Self::Group(group) => group.verdict(subject, context),
            Self::Condition(condition) => condition.verdict(subject, context),
        }
    }
}

impl Condition {
    pub(super) fn verdict(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        let verdict = self.test.verdict(subject, context);
        Verdict { holds: verdict.holds != self.negated, ..verdict }
    }
}

impl Test {
    /// As [`Test::holds`], with the next instant at which time alone changes the answer.
    pub(super) fn verdict(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        if self.timed() {
            self.timed_verdict(subject, context)
        } else {
            Verdict { holds: self.holds(subject, context), flips_at: None }
        }
    }

    /// Whether the positive question is answered with yes; a missing value never does.
    pub(super) fn holds(&self, subject: &Subject<'_>, context: &Context) -> bool {
        let customer = subject.customer;
        let now = context.now;
        match self {
            Self::Text(field, test) => subject.passes(*field, test),
            Self::Attribute(key, test) => subject.attribute(key).is_some_and(|value| test.passes(value)),
            Self::Orders(measure, test, window) => measure.passes(test, &tally(subject, *window, now)),
            Self::Visits(test) => test.passes(|bound| i128::from(customer.visits()).cmp(&i128::from(*bound))),
            Self::When(moment, test) => subject.moment(*moment).is_some_and(|at| match test {
                WhenTest::Range(range) => range.holds(at),
                WhenTest::Window(window) => window.holds(at, now),
                WhenTest::Present => true,
            }),
            Self::Tags(TagTest::AnyOf(needles)) => subject.has_tag(needles),
            Self::Tags(TagTest::Present) => !customer.tags.is_empty(),
            Self::Purchased(test, None) => subject.orders().bought.ask(test, |orders| !orders.is_empty()),
            Self::Purchased(test, Some(window)) => {
                let run = Run::at(customer.history.purchases(), *window, now);
                subject.orders().bought.ask(test, |orders| run.has_one(orders))
            }
            Self::Listed(segments) => customer.lists.iter().any(|list| segments.contains(list)),
            Self::Consent(channel, wanted) => customer.consents_to(*channel, context.consent_defaults) == *wanted,
        }
    }

    /// As [`Test::verdict`], for one that is [`Test::timed`].
    fn timed_verdict(&self, subject: &Subject<'_>, context: &Context) -> Verdict {
        let now = context.now;
        match self {
            Self::When(moment, WhenTest::Window(window)) => match subject.moment(*moment) {
                Some(at) => Verdict { holds: window.holds(at, now), flips_at: window.next_change(at, now) },
                None => Verdict { holds: false, flips_at: None },
            },
            Self::Orders(measure, test, Some(window)) => {
                subject.orders().courses.borrow_mut().verdict(*window, now, |run| measure.passes(test, &run.tally))
            }
            Self::Purchased(test, Some(window)) => {
                let orders = subject.orders();
                orders.bought.ask(test, |wanted| match wanted {
                    [] => Verdict { holds: false, flips_at: None },
                    _ => orders.courses.borrow_mut().verdict(*window, now, |run| run.has_one(wanted)),
                })
            }
            _ => Verdict { holds: self.holds(subject, context), flips_at: None },
        }
    }
}

/// What the orders of a stretch, or all of them, come to.
pub(super) fn tally(subject: &Subject<'_>, window: Option<Window>, now: Time) -> Tally {
    let customer = subject.customer;
    match window {
        Some(window) => Run::at(customer.history.purchases(), window, now).tally,
        None => Tally { count: customer.sums.order_count, total: i128::from(customer.sums.total_spend.minor()) },
    }
}

impl Measure {
    fn passes(self, test: &super::compare::NumberTest<i64>, tally: &Tally) -> bool {
        match self {
            Self::TotalSpend => test.passes(|bound| tally.total.cmp(&i128::from(*bound))),
            Self::OrderCount => test.passes(|bound| i128::from(tally.count).cmp(&i128::from(*bound))),
            // total / count against the bound, without dividing. An average over none is missing.
            Self::AverageOrderValue => {
                tally.count > 0 && test.passes(|bound| tally.total.cmp(&(i128::from(*bound) * i128::from(tally.count))))
            }
        }
    }
}

impl AttributeTest {
    fn passes(&self, value: &Attribute<'_>) -> bool {
        match (self, value) {
            (Self::Present, _) => true,
            (Self::Text(test), Attribute::Text(folded)) => test.passes(folded),
            (Self::Number(test), Attribute::Number(number)) => {
                // Stored numbers are finite, as JSON has no others.
                test.passes(|bound| number.partial_cmp(bound).unwrap_or(Ordering::Less))
            }
            (Self::Flag(wanted), Attribute::Flag(flag)) => wanted == flag,
            _ => false,
        }
    }
}

impl BoughtTest {
    /// Whether an article with these lower-cased texts is meant.
    pub(super) fn picks(&self, sku: &str, name: &str) -> bool {
        match self {
            Self::Sku(needles) => needles.include(sku),
            Self::NameWith(needles) => needles.stand_in(name),
        }
    }
}
