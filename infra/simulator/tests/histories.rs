//! Histories by seed.

#![allow(clippy::panic, reason = "a test fails by it")]

use simulator::history::{Setup, run};

/// Histories of one test; `make soak` runs as many as one likes.
const HISTORIES: u64 = 40;

/// Four tests, so that they run side by side.
fn histories(from: u64) {
    for seed in from..from + HISTORIES {
        if let Err(broken) = run(&Setup { seed, ..Setup::default() }) {
            panic!("{broken}\nagain, call by call: make soak SEED={seed}");
        }
    }
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_1() {
    histories(0);
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_2() {
    histories(HISTORIES);
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_3() {
    histories(2 * HISTORIES);
}

#[test]
fn whatever_goes_wrong_what_was_accepted_is_applied_once_4() {
    histories(3 * HISTORIES);
}

#[test]
fn a_seed_is_the_same_history_to_the_letter() {
    for seed in 0..6 {
        let [first, second] = [0, 1].map(|_| run(&Setup { seed, tells: true, ..Setup::default() }).unwrap());
        for (number, (one, other)) in first.story.iter().zip(&second.story).enumerate() {
            assert_eq!(one, other, "seed {seed}, line {number}");
        }
        assert_eq!(first.trace, second.trace, "seed {seed}");
    }
}
