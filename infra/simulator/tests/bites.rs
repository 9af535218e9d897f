//! The checks can fail: with a deliberate defect of what the functions rely on they do, and it is the fault that brings it
//! out, since without that fault the same defect is not found.

use simulator::faults::{Fault, Plan};
use simulator::history::{Setup, run};
use simulator::weakness::Weakness;

/// Histories within which a defect is found.
const SEEDS: u64 = 60;

fn first_broken(plan: &Plan, weakness: Weakness, seeds: u64) -> Option<u64> {
    let is_broken =
        |seed: &u64| run(&Setup { seed: *seed, plan: Some(plan.clone()), weakness: Some(weakness), ..Setup::default() }).is_err();
    (0..seeds).find(is_broken)
}

#[test]
fn defects_that_need_no_fault_are_found() {
    for weakness in [Weakness::MessagesAreLost, Weakness::HalfTransactions, Weakness::DoubleAdditions] {
        assert!(first_broken(&Plan::quiet(), weakness, SEEDS).is_some(), "{weakness:?}");
    }
}

#[test]
fn every_fault_brings_out_what_does_not_stand_it() {
    for (fault, weakness) in [
        (Fault::Repeated, Weakness::NothingIsRemembered),
        (Fault::Reordered, Weakness::StampedOnArrival),
        (Fault::Delayed, Weakness::StampedOnArrival),
        (Fault::ClockJumped, Weakness::StampedOnArrival),
        (Fault::AcknowledgementLost, Weakness::NothingIsRemembered),
        (Fault::EntryRefused, Weakness::RefusedEntriesAreCalledSent),
        (Fault::AnswerLost, Weakness::RepeatsAreAdded),
        (Fault::RequestLost, Weakness::RefusalsAreAnswers),
        (Fault::ServerError, Weakness::RefusalsAreAnswers),
        (Fault::Throttled, Weakness::RefusalsAreAnswers),
        (Fault::Cancelled, Weakness::RefusalsAreAnswers),
        (Fault::Unprocessed, Weakness::UnprocessedIsForgotten),
        (Fault::ShortPage, Weakness::CursorsAreForgotten),
        (Fault::Crashed, Weakness::CrashesAreAcknowledged),
        (Fault::Killed, Weakness::CrashesAreAcknowledged),
    ] {
        assert_eq!(first_broken(&Plan::quiet(), weakness, 6), None, "{weakness:?} needs no {fault:?}");
        assert!(first_broken(&Plan::only(fault), weakness, SEEDS).is_some(), "{fault:?} does not bring out {weakness:?}");
    }
}
