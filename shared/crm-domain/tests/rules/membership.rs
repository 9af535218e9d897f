//! Memberships over years of a simulated clock: after every minute they are what the slow evaluator says, and nobody is
//! looked at much more often than they move.

use std::collections::BTreeSet;

use crm_domain::customer::ConsentDefaults;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::membership::{Catalogue, Cause, EditionId, Minute, Standing};
use crm_domain::segment::{Definition, Edition, Segment};
use crm_domain::time::{MINUTE, Time};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use crate::people::{condition, context, customer, edges_of, group, moving, person, rules, spans_in, time};
use crate::slow::{Person, holds};

/// How long after it was placed each order becomes known, in hours; some arrive weeks late.
const DELAYS: &[i64] = &[0, 0, 0, 1, 30, 24 * 20, 24 * 45];

/// A person of whom the orders become known one after another.
struct Life {
    whole: Person,
    /// When each order becomes known, and when the last activity does.
    known: Vec<Timestamp>,
    seen: Timestamp,
}

impl Life {
    fn of(whole: Person, delays: &[usize]) -> Self {
        let delay = |index: usize| DELAYS[delays.get(index).copied().unwrap_or_default() % DELAYS.len()].hours();
        let known = whole.orders.iter().enumerate().map(|(index, order)| order.at.checked_add(delay(index)).unwrap()).collect();
        let seen = whole.seen.unwrap_or(whole.created);
        Self { whole, known, seen }
    }

    /// What is known at `now`.
    fn at(&self, now: Timestamp) -> Person {
        let mut person = self.whole.clone();
        let mut known = self.known.iter();
        person.orders.retain(|_| known.next().unwrap() <= &now);
        person.seen = person.seen.filter(|_| self.seen <= now);
        person
    }

    fn changes(&self) -> Vec<Timestamp> {
        self.known.iter().copied().chain([self.seen, self.whole.created]).collect()
    }
}

fn catalogue(wires: &[Value]) -> Catalogue {
    let segments: Vec<Segment> = wires
        .iter()
        .enumerate()
        .map(|(index, wire)| {
            let edition = Edition { id: index as EditionId + 1, rules: rules(wire) };
            let (created_at, updated_at) = (Time::from_micros(0), Time::from_micros(0));
            let definition = Definition::Rules(edition.rules.clone());
            Segment {
                id: SegmentId::generate(),
                name: "S".into(),
                description: None,
                definition,
                shown: Some(edition.clone()),
                shown_since: Vec::new(),
                edition,
                created_at,
                updated_at,
            }
        })
        .collect();
    Catalogue::new(1, &segments)
}

/// The minutes at whose beginning something may have changed, and those after them.
fn minutes_that_matter(wires: &[Value], life: &Life) -> BTreeSet<Minute> {
    let spans: Vec<_> = wires.iter().flat_map(spans_in).collect();
    let events = life.whole.events().into_iter().chain(life.changes());
    let instants = events.flat_map(|event| {
        let edges = spans.iter().flat_map(move |span| edges_of(event, *span));
        edges.collect::<Vec<_>>().into_iter().chain([event])
    });
    let minutes = instants.map(|at| Minute::of(time(at)));
    minutes.flat_map(|minute| [minute.plus(-1), minute, minute.plus(1)]).collect()
}

/// What the simulation came to.
#[derive(Default)]
struct Tally {
    evaluations: usize,
    flips: usize,
    checks: usize,
}

/// Lives a life minute by minute, as the stream and the clock do, skipping the minutes in which nothing can happen.
fn live(wires: &[Value], life: &Life, tally: &mut Tally) {
    let catalogue = catalogue(wires);
    let defaults: ConsentDefaults = context(Timestamp::UNIX_EPOCH).consent_defaults;
    let id: CustomerId = customer(&life.whole).id;
    let mut standing = Standing::nowhere(id);
    let mut changes = life.changes();
    changes.sort();
    changes.dedup();
    let mut changes = changes.into_iter().peekable();
    let mut checks = minutes_that_matter(wires, life);
    let end = checks.iter().next_back().copied().unwrap();
    let born = *changes.peek().unwrap();
    checks.retain(|minute| minute.start() > time(born));
    loop {
        let woken = standing.wakes_at.map(Minute::of).filter(|minute| *minute <= end);
        let checked = checks.first().copied();
        let Some(next) = [woken, checked].into_iter().flatten().min() else { break };
        // What changes before that minute is seen first.
        if let Some(change) = changes.next_if(|change| time(*change) <= next.start()) {
            let known = customer(&life.at(change));
            standing = settled(&catalogue, &known, &standing, time(change), Cause::Data, defaults, &mut Tally::default());
            agrees(wires, life, change, &standing);
            continue;
        }
        let now = timestamp(next.start());
        let known = customer(&life.at(now));
        if woken == Some(next) {
            standing = settled(&catalogue, &known, &standing, next.start(), Cause::Time, defaults, tally);
        }
        if checked == Some(next) {
            checks.remove(&next);
        }
        // Exact to the minute: whatever flips within it is due at the beginning of the next.
        if standing.wakes_at.is_none_or(|at| at > next.start()) {
            agrees(wires, life, now, &standing);
            tally.checks += 1;
        }
    }
}

fn settled(
    catalogue: &Catalogue,
    known: &crm_domain::customer::Customer,
    before: &Standing,
    now: Time,
    cause: Cause,
    defaults: ConsentDefaults,
    tally: &mut Tally,
) -> Standing {
    let settled = catalogue.settle(Some((known, 1)), before, now, cause, defaults);
    // Each flip is made at its own instant, in the minute that ends with `now` if the clock ran each minute.
    for one in &settled.moves {
        assert!(one.at <= now && (cause == Cause::Data || one.at.micros() > now.micros() - MINUTE), "{one:?} at {now}");
    }
    let moved: BTreeSet<Time> = settled.moves.iter().map(|one| one.at).collect();
    tally.evaluations += 1;
    tally.flips += moved.len();
    // Doing it again changes nothing.
    let again = catalogue.settle(Some((known, 1)), &settled.after, now, cause, defaults);
    assert!(!again.changes(), "{again:?}");
    assert!(settled.after.wakes_at.is_none_or(|at| at > now));
    Standing { version: before.version + 1, ..settled.after }
}

fn agrees(wires: &[Value], life: &Life, now: Timestamp, standing: &Standing) {
    let person = life.at(now);
    for (index, wire) in wires.iter().enumerate() {
        let belongs = standing.member_of.contains_key(&(index as EditionId + 1));
        assert_eq!(belongs, holds(wire, &person, now), "at {now}: {wire} of {person:?}, {standing:?}");
    }
}

fn timestamp(at: Time) -> Timestamp {
    Timestamp::from_microsecond(at.micros()).unwrap()
}

#[test]
fn after_every_minute_of_years_memberships_are_what_the_slow_evaluator_says() {
    let cases = std::env::var("PROPTEST_CASES").map_or(400, |cases| cases.parse().unwrap());
    // The same lives every time, so that the ratio below is one number.
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, rng);
    let wires = prop::collection::vec(prop_oneof![group(moving(), 2), group(condition(), 3)], 1..5);
    let tally = std::cell::RefCell::new(Tally::default());
    runner
        .run(&(wires, person(), prop::collection::vec(0_usize..DELAYS.len(), 7)), |(wires, person, delays)| {
            live(&wires, &Life::of(person, &delays), &mut tally.borrow_mut());
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    let Tally { evaluations, flips, checks } = tally.into_inner();
    println!("{cases} lives: {checks} minutes compared, {flips} instants with flips, {evaluations} evaluations by the clock");
    assert!(flips > cases as usize / 2, "hardly anybody moved");
    assert!(evaluations <= 2 * flips, "{evaluations} evaluations for {flips} flips");
}

#[test]
fn a_customer_asleep_for_years_is_settled_at_once_with_every_flip_at_its_own_time() {
    let wire = serde_json::json!({"combinator": "and", "rules": [
        {"field": "createdAt", "operator": "notWithin", "value": "P10D"},
        {"field": "createdAt", "operator": "within", "value": "P100D"},
    ]});
    let life = Person { email: "a@b.co".into(), created: "2020-01-01T00:00:00Z".parse().unwrap(), ..Person::default() };
    let (catalogue, known) = (catalogue(&[wire]), customer(&life));
    let defaults = context(Timestamp::UNIX_EPOCH).consent_defaults;
    let first = catalogue.settle(
        Some((&known, 1)),
        &Standing::nowhere(known.id),
        Time::parse("2020-01-01").unwrap(),
        Cause::Data,
        defaults,
    );
    assert!(first.moves.is_empty() && first.after.wakes_at.is_some());
    let late = catalogue.settle(Some((&known, 1)), &first.after, Time::parse("2026-01-01").unwrap(), Cause::Time, defaults);
    let times: Vec<(bool, String)> = late.moves.iter().map(|one| (one.entered, one.at.to_string())).collect();
    assert_eq!(times, [(true, "2020-01-11T00:00:00.000001Z".to_owned()), (false, "2020-04-10T00:00:00.000001Z".to_owned())]);
    assert!(late.after.member_of.is_empty() && late.after.wakes_at.is_none());
    assert_eq!((late.joins().count(), late.leaves().count()), (0, 0), "in and out again");
    let count = late.counts().remove(&1).unwrap();
    let days: Vec<String> = count.days.keys().map(ToString::to_string).collect();
    assert_eq!((count.members, days), (0, vec!["2020-01-11".to_owned(), "2020-04-10".to_owned()]), "it was larger in between");
    assert!(late.changes(), "the timer is gone");
}

#[test]
fn a_timer_that_need_not_ring_any_more_is_left_to_ring_for_nothing_instead_of_being_moved_each_time() {
    let wire = serde_json::json!({"field": "lastActiveAt", "operator": "within", "value": "P10D"});
    let catalogue = catalogue(&[serde_json::json!({"combinator": "and", "rules": [wire]})]);
    let defaults = context(Timestamp::UNIX_EPOCH).consent_defaults;
    let at = |day: &str| Time::parse(&format!("2026-01-{day}")).unwrap();
    let active = |day: &str| {
        let created = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut known = customer(&Person { email: "a@b.co".into(), created, ..Person::default() });
        known.seen_at = Some(at(day));
        known
    };
    let settle = |known: &crm_domain::customer::Customer, before: &Standing, now: &str, cause: Cause| {
        catalogue.settle(Some((known, 1)), before, at(now), cause, defaults)
    };
    let first = settle(&active("01"), &Standing::nowhere(active("01").id), "01", Cause::Data).after;
    assert!(first.member_of.contains_key(&1) && first.wakes_at.is_some());
    // Active once more: a member as before, for longer. Nothing is written.
    let again = settle(&active("05"), &first, "05", Cause::Data);
    assert!(!again.changes(), "{again:?}");
    // The old timer rings: nobody leaves, and the next one is set, at the right instant.
    let rung = settle(&active("05"), &again.after, "12", Cause::Time);
    assert!(rung.changes() && rung.moves.is_empty(), "{rung:?}");
    assert_eq!(rung.after.wakes_at, settle(&active("05"), &Standing::nowhere(first.customer), "05", Cause::Data).after.wakes_at);
    let left = settle(&active("05"), &rung.after, "16", Cause::Time);
    assert_eq!(left.moves.iter().map(|one| Some(one.at)).collect::<Vec<_>>(), [rung.after.wakes_at]);
    // One that is to ring sooner is moved.
    let sooner = settle(&active("02"), &rung.after, "12", Cause::Data);
    assert!(sooner.changes());
    let back = settle(&active("03"), &rung.after, "12", Cause::Data);
    assert!(back.after.wakes_at < rung.after.wakes_at && back.changes(), "{back:?}");
}
