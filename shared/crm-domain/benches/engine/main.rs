//! How long the rule engine takes. Run it with `cargo bench -p crm-domain --bench engine`; a word after `--` picks benches
//! by name.
//!
//! - `one_change`: a customer with 20 orders, against N segments of 1 to 5 conditions. `alone_evaluate` (whether each holds,
//!   and its next flip) and `alone_holds` (only whether) try them one by one over one [`Subject`]; `set` asks a [`Set`] for
//!   all verdicts at once, the view of the customer included.
//!   - `drawn`: conditions as merchants make them: a city, a tag, a round sum, a usual stretch. Many segments share some.
//!   - `distinct`: nearly every condition stands in one segment only, so that sharing gains nothing.
//!   - `settle`: what the stream does with a changed customer who stands where they belong: all verdicts, compared with the
//!     standing ([`Catalogue::settle`]).
//! - `build`: compiling such a set out of parsed rules, once per revision of the segments.
//! - `million`: one rule against a million customers, [`Rules::holds`] for each: 10,000 distinct customers, walked 100
//!   times. `simple` compares stored values, `windowed` counts the orders of a stretch. What they are held
//!   against, with no rule in between: `bytes` adds up just those bytes that `simple` looks at, laid side by side;
//!   `touched` looks at the same two values where they lie in the customers.
//!
//! Everything is generated from fixed seeds, so that two runs measure the same work. Times are by the clock: on a machine
//! that is busy with other things the column `fastest` says what the work takes.

#![allow(clippy::unwrap_used, reason = "a bench ends by panicking, as a test does")]

mod shop;

fn main() {
    divan::main();
}

mod one_change {
    use std::hint::black_box;

    use crm_domain::membership::{Cause, Settled, Standing};
    use crm_domain::rules::{Context, Set, Subject};
    use divan::Bencher;
    use divan::counter::ItemsCount;

    use crate::shop::{Dice, Mix, catalogue, context, person, segments};

    const MIXES: [(Mix, usize); 4] = [(Mix::Drawn, 1_000), (Mix::Drawn, 10_000), (Mix::Distinct, 1_000), (Mix::Distinct, 10_000)];

    #[divan::bench(args = MIXES)]
    fn alone_evaluate(bencher: Bencher<'_, '_>, (mix, count): (Mix, usize)) {
        let (segments, customer, context) = (segments(mix, count), person(&mut Dice(7), 20), context());
        bencher.counter(ItemsCount::new(count)).bench_local(|| {
            let subject = Subject::new(black_box(&customer));
            for rules in &segments {
                black_box(rules.evaluate_for(&subject, &context));
            }
        });
    }

    #[divan::bench(args = MIXES)]
    fn alone_holds(bencher: Bencher<'_, '_>, (mix, count): (Mix, usize)) {
        let (segments, customer, context) = (segments(mix, count), person(&mut Dice(7), 20), context());
        bencher.counter(ItemsCount::new(count)).bench_local(|| {
            let subject = Subject::new(black_box(&customer));
            for rules in &segments {
                black_box(rules.holds_for(&subject, &context));
            }
        });
    }

    #[divan::bench(args = MIXES)]
    fn set(bencher: Bencher<'_, '_>, (mix, count): (Mix, usize)) {
        let (set, customer, context) = (Set::new(segments(mix, count)), person(&mut Dice(7), 20), context());
        bencher.counter(ItemsCount::new(count)).bench_local(|| set.evaluate(black_box(&customer), &context));
    }

    #[divan::bench(args = MIXES)]
    fn settle(bencher: Bencher<'_, '_>, (mix, count): (Mix, usize)) {
        let (catalogue, customer) = (catalogue(segments(mix, count)), person(&mut Dice(7), 20));
        let Context { now, consent_defaults } = context();
        let settle = |standing: &Standing| catalogue.settle(Some((&customer, 1)), standing, now, Cause::Data, consent_defaults);
        let mut standing = Standing::nowhere(customer.id);
        while let Some(more) = Some(settle(&standing)).filter(Settled::changes) {
            standing = more.after;
        }
        bencher.counter(ItemsCount::new(count)).bench_local(|| settle(black_box(&standing)));
    }

    #[divan::bench(args = MIXES, sample_count = 10, sample_size = 1)]
    fn build(bencher: Bencher<'_, '_>, (mix, count): (Mix, usize)) {
        let segments = segments(mix, count);
        bencher.counter(ItemsCount::new(count)).bench_local(|| Set::new(black_box(&segments)));
    }
}

mod million {
    use std::hint::black_box;

    use crm_domain::customer::Customer;
    use divan::Bencher;
    use divan::counter::ItemsCount;
    use serde_json::{Value, json};

    use crate::shop::{Dice, context, person, rules};

    const DISTINCT: usize = 10_000;
    const WALKS: usize = 100;

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn simple(bencher: Bencher<'_, '_>) {
        walk(
            bencher,
            &json!({"combinator": "and", "rules": [
                {"field": "totalSpend", "operator": ">", "value": 5000},
                {"field": "city", "operator": "=", "value": "Pune"},
            ]}),
        );
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn windowed(bencher: Bencher<'_, '_>) {
        walk(
            bencher,
            &json!({"combinator": "and", "rules": [
                {"field": "orderCount", "operator": ">=", "value": 2, "within": "P3M"},
            ]}),
        );
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn bytes(bencher: Bencher<'_, '_>) {
        let mut all: Vec<u8> = Vec::new();
        for customer in customers() {
            all.extend(customer.sums.total_spend.minor().to_le_bytes());
            all.extend(customer.city.unwrap_or_default().as_bytes());
        }
        bencher.counter(ItemsCount::new(DISTINCT * WALKS)).bench_local(|| {
            let mut sum = 0_u64;
            for _ in 0..WALKS {
                sum += black_box(&all).iter().map(|byte| u64::from(*byte)).sum::<u64>();
            }
            sum
        });
    }

    #[divan::bench(sample_count = 10, sample_size = 1)]
    fn touched(bencher: Bencher<'_, '_>) {
        let customers = customers();
        let touch = |customer: &Customer| {
            let city: u64 = customer.city.as_deref().unwrap_or_default().bytes().map(u64::from).sum();
            city + customer.sums.total_spend.minor() as u64
        };
        bencher.counter(ItemsCount::new(DISTINCT * WALKS)).bench_local(|| {
            let mut sum = 0;
            for _ in 0..WALKS {
                sum += black_box(&customers).iter().map(touch).sum::<u64>();
            }
            sum
        });
    }

    fn customers() -> Vec<Customer> {
        let mut dice = Dice(11);
        let person = |_| {
            let orders = dice.roll(40);
            person(&mut dice, orders)
        };
        (0..DISTINCT).map(person).collect()
    }

    fn walk(bencher: Bencher<'_, '_>, wire: &Value) {
        let customers = customers();
        let (rules, context) = (rules(wire), context());
        bencher.counter(ItemsCount::new(DISTINCT * WALKS)).bench_local(|| {
            let mut held = 0;
            for _ in 0..WALKS {
                held += customers.iter().filter(|customer| rules.holds(black_box(customer), &context)).count();
            }
            held
        });
    }
}
