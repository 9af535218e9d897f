//! Histories by seed.

#![allow(clippy::panic, reason = "a test fails by it")]

use simulator::history::{Kind, Setup, run};

/// Histories of one test; `make soak` runs as many as one likes.
const WRITES: u64 = 40;
const MEMBERSHIPS: u64 = 20;
const CAMPAIGNS: u64 = 25;
const IDENTITIES: u64 = 20;

/// Several tests of each kind, so that they run side by side.
fn histories(kind: Kind, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        if let Err(broken) = run(&Setup { seed, kind: Some(kind), ..Setup::default() }) {
            panic!("{broken}\nagain, call by call: make soak SEED={seed} KIND={kind}");
        }
    }
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_1() {
    histories(Kind::Writes, 0..WRITES);
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_2() {
    histories(Kind::Writes, WRITES..2 * WRITES);
}

#[test]
fn whatever_goes_wrong_everybody_belongs_where_the_rules_say_1() {
    histories(Kind::Memberships, 0..MEMBERSHIPS);
}

#[test]
fn whatever_goes_wrong_everybody_belongs_where_the_rules_say_2() {
    histories(Kind::Memberships, MEMBERSHIPS..2 * MEMBERSHIPS);
}

#[test]
fn whatever_goes_wrong_nobody_is_written_to_twice_and_everybody_ends_once_1() {
    histories(Kind::Campaigns, 0..CAMPAIGNS);
}

#[test]
fn whatever_goes_wrong_nobody_is_written_to_twice_and_everybody_ends_once_2() {
    histories(Kind::Campaigns, CAMPAIGNS..2 * CAMPAIGNS);
}

#[test]
fn whatever_goes_wrong_who_was_merged_is_one_and_who_was_erased_is_nowhere_1() {
    histories(Kind::Identities, 0..IDENTITIES);
}

#[test]
fn whatever_goes_wrong_who_was_merged_is_one_and_who_was_erased_is_nowhere_2() {
    histories(Kind::Identities, IDENTITIES..2 * IDENTITIES);
}

#[test]
fn a_seed_is_the_same_history_to_the_letter() {
    for kind in Kind::ALL {
        for seed in 0..2 {
            let [first, second] =
                [0, 1].map(|_| run(&Setup { seed, kind: Some(kind), tells: true, ..Setup::default() }).unwrap());
            for (number, (one, other)) in first.story.iter().zip(&second.story).enumerate() {
                assert_eq!(one, other, "{kind} {seed}, line {number}");
            }
            assert_eq!(first.story.len(), second.story.len(), "{kind} {seed}");
        }
    }
}
