//! The checks can fail: with a deliberate defect of what the functions rely on they do, and it is the fault that brings it
//! out, since without that fault the same defect is not found.

use simulator::faults::{Fault, Plan};
use simulator::history::{Kind, Setup, run};
use simulator::weakness::Weakness;

/// Histories within which a defect is found.
const SEEDS: u64 = 60;
/// Of those that need a coincidence, in one history of fifty: whatever draws another number in the code draws other histories.
const RARE: u64 = 400;

fn first_broken(kind: Kind, plan: &Plan, weakness: Weakness, seeds: u64) -> Option<u64> {
    let setup = Setup { kind: Some(kind), plan: Some(plan.clone()), weakness: Some(weakness), ..Setup::default() };
    (0..seeds).find(|seed| run(&Setup { seed: *seed, ..setup.clone() }).is_err())
}

/// Each defect is found with its fault, and not without it.
fn assert_brings_out(kind: Kind, without: &Plan, pairs: &[(Fault, Weakness)]) {
    let mut amiss = Vec::new();
    for (place, (fault, weakness)) in pairs.iter().enumerate() {
        let is_known = pairs[..place].iter().any(|(_, before)| before == weakness);
        if !is_known && let Some(seed) = first_broken(kind, without, *weakness, 3) {
            amiss.push(format!("{weakness:?} needs no fault: seed {seed}"));
        }
        if first_broken(kind, &without.clone().with(*fault), *weakness, SEEDS).is_none() {
            amiss.push(format!("{fault:?} does not bring out {weakness:?}"));
        }
    }
    assert!(amiss.is_empty(), "{amiss:#?}");
}

#[test]
fn defects_that_need_no_fault_are_found() {
    for (kind, weakness) in [
        (Kind::Writes, Weakness::MessagesAreLost),
        (Kind::Writes, Weakness::HalfTransactions),
        (Kind::Writes, Weakness::DoubleAdditions),
        (Kind::Writes, Weakness::BulksAreCut),
        (Kind::Memberships, Weakness::TimersAreForgotten),
        (Kind::Memberships, Weakness::SizesAreForgotten),
        (Kind::Campaigns, Weakness::PeopleAreOverlooked),
        (Kind::Campaigns, Weakness::DeliveriesAreNotCounted),
        (Kind::Identities, Weakness::AliasesAreForgotten),
        (Kind::Identities, Weakness::TracesAreForgotten),
    ] {
        assert!(first_broken(kind, &Plan::quiet(), weakness, SEEDS).is_some(), "{weakness:?}");
    }
}

#[test]
fn every_fault_brings_out_what_does_not_stand_it() {
    assert_brings_out(
        Kind::Writes,
        &Plan::quiet(),
        &[
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
            (Fault::EmptyPage, Weakness::CursorsAreForgotten),
            (Fault::Crashed, Weakness::CrashesAreAcknowledged),
            (Fault::Killed, Weakness::CrashesAreAcknowledged),
            (Fault::Slow, Weakness::HiddenBriefly),
        ],
    );
}

#[test]
fn faults_bring_out_an_api_that_accepts_what_it_does_not_keep_or_keeps_it_twice() {
    assert_brings_out(
        Kind::Writes,
        &Plan::quiet(),
        &[
            (Fault::AnswerLost, Weakness::KeysAreForgotten),
            (Fault::Crashed, Weakness::KeysAreForgotten),
            (Fault::RequestLost, Weakness::LostSendsAreCalledSent),
            (Fault::Throttled, Weakness::LostSendsAreCalledSent),
        ],
    );
}

#[test]
fn an_environment_that_outlives_a_crash_brings_out_who_calls_done_what_it_has_begun() {
    assert_brings_out(Kind::Writes, &Plan::only(Fault::Crashed), &[(Fault::Remembered, Weakness::BegunIsCalledDone)]);
}

#[test]
fn faults_bring_out_who_loses_changes_of_members() {
    assert_brings_out(Kind::Memberships, &Plan::quiet(), &[(Fault::Crashed, Weakness::CrashesAreAcknowledged)]);
}

#[test]
fn work_on_one_customer_at_the_same_time_brings_out_who_does_not_look_at_standings() {
    let weakness = Weakness::StandingsAreNotChecked;
    assert!(first_broken(Kind::Memberships, &Plan::quiet(), weakness, 3).is_none());
    let together = Plan::quiet().at(Fault::Slow, 150).with(Fault::Delayed).at(Fault::Repeated, 600);
    assert!(first_broken(Kind::Memberships, &together, weakness, RARE).is_some());
}

#[test]
fn minutes_without_a_tick_bring_out_a_clock_that_does_not_look_back() {
    let weakness = Weakness::MissedMinutesAreForgotten;
    assert!(first_broken(Kind::Memberships, &Plan::quiet(), weakness, 3).is_none());
    assert!(first_broken(Kind::Memberships, &Plan::quiet().at(Fault::TickMissed, 850), weakness, RARE).is_some());
}

#[test]
fn what_the_stream_gave_up_is_missed_where_nobody_is_told() {
    let plan = Plan::quiet().at(Fault::Crashed, 700);
    assert!(first_broken(Kind::Memberships, &plan, Weakness::GivenUpIsForgotten, SEEDS).is_some());
}

#[test]
fn faults_bring_out_who_writes_to_somebody_twice() {
    assert_brings_out(
        Kind::Campaigns,
        &Plan::quiet(),
        &[(Fault::AnswerLost, Weakness::LettersAreForgotten), (Fault::AnswerLost, Weakness::IntentsAreForgotten)],
    );
}

#[test]
fn slow_calls_bring_out_who_writes_over_what_somebody_has_become() {
    assert_brings_out(Kind::Identities, &Plan::quiet(), &[(Fault::Slow, Weakness::IdentitiesAreNotChecked)]);
}

#[test]
fn what_a_provider_defers_or_refuses_brings_out_who_does_not_tell_it_apart() {
    assert_brings_out(
        Kind::Campaigns,
        &Plan::quiet(),
        &[
            (Fault::LetterDeferred, Weakness::DeferredIsCalledTaken),
            (Fault::LetterDeferred, Weakness::DeferredIsCalledRefused),
            (Fault::LetterDeferred, Weakness::WithdrawalsAreForgotten),
            (Fault::LetterRefused, Weakness::RefusedIsCalledTaken),
        ],
    );
}
