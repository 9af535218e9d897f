//! A history of any length, through the form in which it is stored.
#![allow(clippy::unwrap_used)] // helpers of tests

use std::collections::BTreeMap;

use crm_domain::history::{Chapter, History, LIMIT, Product};
use crm_domain::ids::ChapterId;
use crm_domain::money::Money;
use crm_domain::time::{DAY, Time};
use proptest::prelude::*;
use proptest::sample::Index;

/// What an order says, in the order in which a history keeps it.
type Order = (Time, Money, bool, Vec<Product>);

/// The orders, added up in the slowest way, beside the history under test and what storage would hold of it.
#[derive(Default)]
struct Stored {
    orders: Vec<Order>,
    history: History,
    tail: Vec<u8>,
    named: Vec<ChapterId>,
    chapters: BTreeMap<ChapterId, Vec<u8>>,
}

impl Stored {
    fn add(&mut self, order: Order) {
        let (at, total, counts, products) = order.clone();
        self.history.add(at, total, counts, products.into_iter().rev());
        let place = self.orders.partition_point(|held| *held <= order);
        self.orders.insert(place, order);
    }

    fn remove(&mut self, place: usize) {
        let (at, total, counts, products) = self.orders.remove(place);
        assert!(self.history.remove(at, total, counts, products));
    }

    /// Writes what differs, as the adapter does, and reads it again. Returns how many chapters were written and deleted.
    fn save(&mut self) -> (usize, usize) {
        let before = self.read();
        let (written, dropped) = (self.history.chapters_beyond(&before), before.chapters_beyond(&self.history));
        for chapter in &dropped {
            assert!(self.chapters.remove(&chapter.id).is_some());
        }
        for chapter in &written {
            let bytes = self.history.chapter(chapter.id).unwrap();
            assert_eq!((bytes.len(), ChapterId::of(&bytes)), (chapter.bytes, chapter.id));
            assert!(self.chapters.insert(chapter.id, bytes).is_none());
        }
        self.named = self.history.chapters().iter().map(|chapter| chapter.id).collect();
        self.tail = self.history.tail();
        assert!(self.chapters.keys().all(|id| self.named.contains(id)), "storage keeps nothing that nobody names");
        (written.len(), dropped.len())
    }

    fn read(&self) -> History {
        let chapters: Vec<(ChapterId, &[u8])> = self.named.iter().map(|id| (*id, self.chapters[id].as_slice())).collect();
        History::join(&chapters, &self.tail).unwrap()
    }

    fn check(&self) {
        let read = self.read();
        assert_eq!(read, self.history);
        assert_eq!(read.chapters(), self.history.chapters());
        let held = read.purchases().iter().map(|one| (one.at, one.total, one.counts, read.products_of(one).cloned().collect()));
        assert!(held.eq(self.orders.iter().cloned()));
        let counting: Vec<&Order> = self.orders.iter().filter(|(_, _, counts, _)| *counts).collect();
        let (sums, total) = (read.sums(), counting.iter().map(|(_, total, _, _)| total.minor()).sum());
        assert_eq!((sums.order_count, sums.total_spend), (counting.len() as u64, Money::from_minor(total)));
        assert_eq!(sums.first_order_at, counting.first().map(|(at, ..)| *at));
        assert_eq!(sums.last_order_at, counting.last().map(|(at, ..)| *at));
        for (bytes, limit) in self.chapters.values().map(|bytes| (bytes, LIMIT)).chain([(&self.tail, LIMIT + LIMIT / 16)]) {
            let single = History::join(&[], bytes).unwrap().purchases().len() <= 1;
            assert!(single || bytes.len() <= limit, "{}", bytes.len());
        }
    }
}

/// How many chapters differ between two states, where each is a run that was replaced by another.
fn replaced(before: &[Chapter], now: &[Chapter]) -> usize {
    let same = before.iter().zip(now).take_while(|(a, b)| a == b).count();
    let rest = before[same..].iter().rev().zip(now[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    before.len() - same - rest
}

#[derive(Debug, Clone)]
enum Step {
    Add {
        at: i64,
        total: i64,
        counts: bool,
        products: Vec<usize>,
    },
    /// Equal orders of one instant.
    Repeat {
        at: i64,
        times: usize,
    },
    Remove(Index),
    Save,
}

fn any_step() -> impl Strategy<Value = Step> {
    let products = prop::collection::vec(0_usize..24, 0..4);
    let add = (0_i64..20, 1_i64..4, any::<bool>(), products);
    prop_oneof![
        12 => add.prop_map(|(at, total, counts, products)| Step::Add { at, total, counts, products }),
        1 => (0_i64..20, 1_usize..600).prop_map(|(at, times)| Step::Repeat { at, times }),
        5 => any::<Index>().prop_map(Step::Remove),
        2 => Just(Step::Save),
    ]
}

/// Names long enough for a few to fill a chapter; one fills it alone.
fn products(numbers: &[usize]) -> Vec<Product> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let name = |number: usize| if number == 7 { "x".repeat(LIMIT + 1) } else { "y".repeat(2_500) };
    numbers.into_iter().map(|number| Product { sku: format!("{number:02}"), name: name(number) }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_is_stored_is_the_history_and_a_step_rewrites_one_chapter(steps in prop::collection::vec(any_step(), 1..120)) {
        let mut stored = Stored::default();
        for step in steps {
            let before = stored.history.chapters().to_vec();
            match step {
                Step::Add { at, total, counts, products: numbers } => {
                    stored.add((Time::from_micros(at), Money::from_minor(total), counts, products(&numbers)));
                    prop_assert!(replaced(&before, stored.history.chapters()) <= 1);
                }
                Step::Repeat { at, times } => {
                    for _ in 0..times {
                        stored.add((Time::from_micros(at), Money::from_minor(1_000_000), true, Vec::new()));
                    }
                }
                Step::Remove(index) if !stored.orders.is_empty() => {
                    stored.remove(index.index(stored.orders.len()));
                    prop_assert!(replaced(&before, stored.history.chapters()) <= 1);
                }
                Step::Remove(_) => {}
                Step::Save => {
                    stored.save();
                    stored.history = stored.read();
                    stored.check();
                }
            }
        }
        stored.save();
        stored.check();
    }
}

#[test]
fn sixty_thousand_orders_stay_exact_and_in_small_pieces() {
    let mut stored = Stored::default();
    let day = |number: i64| Time::from_micros(1_600_000_000_000_000 + number * DAY);
    let article =
        |number: i64| vec![Product { sku: format!("sku-{}", number % 5_003), name: format!("Article {:060}", number % 5_003) }];
    for number in 0..60_000 {
        // Every hundredth comes late; a thousand share a day.
        let at = day(if number % 100 == 99 { number / 2_000 } else { number / 1_000 });
        stored.add((at, Money::from_minor(number), number % 10 != 0, article(number)));
        if number % 5_000 == 0 {
            stored.save();
            stored.history = stored.read();
        }
    }
    stored.save();
    stored.check();
    // A new order: the customer alone is written. A late one: its chapter too.
    stored.add((day(61), Money::from_minor(1), true, article(1)));
    assert_eq!(stored.save(), (0, 0));
    stored.add((day(3), Money::from_minor(1), true, article(1)));
    assert_eq!(stored.save(), (1, 1));
    stored.check();
}

#[test]
fn orders_of_one_instant_are_cut_too() {
    let mut stored = Stored::default();
    for _ in 0..20_000 {
        stored.add((Time::from_micros(1_600_000_000_000_000), Money::from_minor(9_900), true, Vec::new()));
    }
    stored.save();
    stored.check();
    assert_eq!(stored.chapters.len(), 1, "equal chapters are one");
    assert!(stored.named.len() > 5);
    stored.remove(0);
    assert_eq!(stored.save().1, 0, "the others still name the chapter");
    stored.check();
}
