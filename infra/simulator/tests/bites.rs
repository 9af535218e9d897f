//! The checks can fail: with a deliberate defect of what the functions rely on they do, by the invariant that it offends, and it
//! is the fault that brings it out, since without that fault the same defect is not found.

use simulator::faults::{Fault, Plan};
use simulator::history::{Kind, Setup, run};
use simulator::weakness::Weakness;

/// Histories within which a defect is found.
const SEEDS: u64 = 60;
/// Of those that need a coincidence, in one history of fifty: whatever draws another number in the code draws other histories.
const RARE: u64 = 400;
/// Histories within which a defect is not found where nothing goes wrong.
const QUIET: u64 = 3;

/// What must stay true (`ARCHITECTURE.md`), as the checks word what offends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Invariant {
    /// What was accepted is applied, in flight or dead-lettered.
    Accepted,
    /// Sums are the fold of what they sum.
    Sums,
    /// The outcome is that of the set of events, and lists have all of it.
    Outcome,
    /// A log has everybody once, with one outcome, which the provider knows.
    Letters,
    /// Counts are counts of the log.
    Counts,
    /// Members are those of the rules.
    Members,
    /// Who was merged is one, and who was erased is nowhere.
    Identities,
}

impl Invariant {
    const ALL: [Self; 7] =
        [Self::Accepted, Self::Sums, Self::Outcome, Self::Letters, Self::Counts, Self::Members, Self::Identities];

    /// Whether what is amiss offends it: a history that does not come to rest offends none.
    fn is_offended(self, what: &str) -> bool {
        let found = what.split(':').next().unwrap_or_default();
        let words: &[&str] = match self {
            Self::Accepted => &["was accepted, and is lost", "is two events"],
            Self::Sums => &["orders of", "spend of", "visits of", "daily figures"],
            Self::Outcome => &["customer CustomerId", "order OrderId", "activity (", "the list of"],
            Self::Letters => &["letters of", "the audience of", "entries of", "and was written to"],
            Self::Counts => &["counts of"],
            Self::Members => &["members of", "size of", "moves of", "flow of", "since when", "timers"],
            Self::Identities => &["who was merged into", "who was erased", "was said to be erased"],
        };
        words.iter().any(|word| found.contains(word))
    }
}

/// Defects that need no fault.
const OPEN: [(Kind, Weakness, Invariant); 10] = [
    (Kind::Writes, Weakness::MessagesAreLost, Invariant::Outcome),
    (Kind::Writes, Weakness::HalfTransactions, Invariant::Outcome),
    (Kind::Writes, Weakness::DoubleAdditions, Invariant::Sums),
    (Kind::Writes, Weakness::BulksAreCut, Invariant::Accepted),
    (Kind::Memberships, Weakness::TimersAreForgotten, Invariant::Members),
    (Kind::Memberships, Weakness::SizesAreForgotten, Invariant::Members),
    (Kind::Campaigns, Weakness::PeopleAreOverlooked, Invariant::Letters),
    (Kind::Campaigns, Weakness::DeliveriesAreNotCounted, Invariant::Counts),
    (Kind::Identities, Weakness::AliasesAreForgotten, Invariant::Identities),
    (Kind::Identities, Weakness::TracesAreForgotten, Invariant::Identities),
];

type Bite = (Fault, Weakness, Invariant);

const WRITES: [Bite; 17] = [
    (Fault::Repeated, Weakness::NothingIsRemembered, Invariant::Sums),
    (Fault::Reordered, Weakness::StampedOnArrival, Invariant::Outcome),
    (Fault::Delayed, Weakness::StampedOnArrival, Invariant::Outcome),
    (Fault::ClockJumped, Weakness::StampedOnArrival, Invariant::Outcome),
    (Fault::AcknowledgementLost, Weakness::NothingIsRemembered, Invariant::Sums),
    (Fault::EntryRefused, Weakness::RefusedEntriesAreCalledSent, Invariant::Accepted),
    (Fault::AnswerLost, Weakness::RepeatsAreAdded, Invariant::Sums),
    (Fault::RequestLost, Weakness::RefusalsAreAnswers, Invariant::Outcome),
    (Fault::ServerError, Weakness::RefusalsAreAnswers, Invariant::Outcome),
    (Fault::Throttled, Weakness::RefusalsAreAnswers, Invariant::Outcome),
    (Fault::Cancelled, Weakness::RefusalsAreAnswers, Invariant::Outcome),
    (Fault::Unprocessed, Weakness::UnprocessedIsForgotten, Invariant::Outcome),
    (Fault::ShortPage, Weakness::CursorsAreForgotten, Invariant::Outcome),
    (Fault::EmptyPage, Weakness::CursorsAreForgotten, Invariant::Outcome),
    (Fault::Crashed, Weakness::CrashesAreAcknowledged, Invariant::Outcome),
    (Fault::Killed, Weakness::CrashesAreAcknowledged, Invariant::Outcome),
    (Fault::Slow, Weakness::HiddenBriefly, Invariant::Sums),
];

/// Of an API that accepts what it does not keep, or keeps it twice.
const ACCEPTANCE: [Bite; 4] = [
    (Fault::AnswerLost, Weakness::KeysAreForgotten, Invariant::Accepted),
    (Fault::Crashed, Weakness::KeysAreForgotten, Invariant::Accepted),
    (Fault::RequestLost, Weakness::LostSendsAreCalledSent, Invariant::Accepted),
    (Fault::Throttled, Weakness::LostSendsAreCalledSent, Invariant::Accepted),
];

/// Of an environment that outlives a crash.
const MEMORY: [Bite; 1] = [(Fault::Remembered, Weakness::BegunIsCalledDone, Invariant::Outcome)];

const CAMPAIGNS: [Bite; 6] = [
    (Fault::AnswerLost, Weakness::LettersAreForgotten, Invariant::Letters),
    (Fault::AnswerLost, Weakness::IntentsAreForgotten, Invariant::Letters),
    (Fault::LetterDeferred, Weakness::DeferredIsCalledTaken, Invariant::Letters),
    (Fault::LetterDeferred, Weakness::DeferredIsCalledRefused, Invariant::Letters),
    (Fault::LetterDeferred, Weakness::WithdrawalsAreForgotten, Invariant::Letters),
    (Fault::LetterRefused, Weakness::RefusedIsCalledTaken, Invariant::Letters),
];

const IDENTITIES: [Bite; 1] = [(Fault::Slow, Weakness::IdentitiesAreNotChecked, Invariant::Sums)];

/// Those that need a fault more often than it strikes elsewhere, or more than one (below).
const COINCIDENCES: [Bite; 4] = [
    (Fault::RequestLost, Weakness::FailuresAreAcknowledged, Invariant::Outcome),
    (Fault::Delayed, Weakness::StandingsAreNotChecked, Invariant::Members),
    (Fault::TickMissed, Weakness::MissedMinutesAreForgotten, Invariant::Members),
    (Fault::Crashed, Weakness::GivenUpIsForgotten, Invariant::Members),
];

/// What is amiss in histories with a defect, and in which.
fn amiss(kind: Kind, plan: &Plan, weakness: Weakness, seeds: u64) -> impl Iterator<Item = (u64, String)> {
    let setup = Setup { kind: Some(kind), plan: Some(plan.clone()), weakness: Some(weakness), ..Setup::default() };
    (0..seeds).filter_map(move |seed| Some((seed, run(&Setup { seed, ..setup.clone() }).err()?.what)))
}

fn is_found(kind: Kind, plan: &Plan, weakness: Weakness, offended: Invariant, seeds: u64) -> bool {
    amiss(kind, plan, weakness, seeds).any(|(_, what)| offended.is_offended(&what))
}

/// Each defect is found with its fault, and not without it.
fn assert_brings_out(kind: Kind, without: &Plan, bites: &[Bite]) {
    let mut faults = Vec::new();
    for (place, (fault, weakness, offended)) in bites.iter().enumerate() {
        let is_known = bites[..place].iter().any(|(_, before, _)| before == weakness);
        if !is_known && let Some((seed, what)) = amiss(kind, without, *weakness, QUIET).next() {
            faults.push(format!("{weakness:?} needs no fault: seed {seed}, {what}"));
        }
        if !is_found(kind, &without.clone().with(*fault), *weakness, *offended, SEEDS) {
            faults.push(format!("{fault:?} does not bring out {weakness:?} against {offended:?}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_fault_and_every_invariant_is_among_them() {
    let of_faults = [&WRITES[..], &ACCEPTANCE, &MEMORY, &CAMPAIGNS, &IDENTITIES, &COINCIDENCES].concat();
    for fault in Fault::ALL {
        assert!(of_faults.iter().any(|(one, ..)| one == fault), "{fault:?}");
    }
    for invariant in Invariant::ALL {
        let is_offended = OPEN.iter().any(|(.., one)| *one == invariant) || of_faults.iter().any(|(.., one)| *one == invariant);
        assert!(is_offended, "{invariant:?}");
    }
}

#[test]
fn defects_that_need_no_fault_are_found() {
    for (kind, weakness, offended) in OPEN {
        assert!(is_found(kind, &Plan::quiet(), weakness, offended, SEEDS), "{weakness:?}");
    }
}

#[test]
fn every_fault_brings_out_what_does_not_stand_it() {
    assert_brings_out(Kind::Writes, &Plan::quiet(), &WRITES);
}

#[test]
fn faults_bring_out_an_api_that_accepts_what_it_does_not_keep_or_keeps_it_twice() {
    assert_brings_out(Kind::Writes, &Plan::quiet(), &ACCEPTANCE);
}

#[test]
fn an_environment_that_outlives_a_crash_brings_out_who_calls_done_what_it_has_begun() {
    assert_brings_out(Kind::Writes, &Plan::only(Fault::Crashed), &MEMORY);
}

#[test]
fn faults_bring_out_who_writes_twice_or_does_not_tell_what_a_provider_says_apart() {
    assert_brings_out(Kind::Campaigns, &Plan::quiet(), &CAMPAIGNS);
}

#[test]
fn slow_calls_bring_out_who_writes_over_what_somebody_has_become() {
    assert_brings_out(Kind::Identities, &Plan::quiet(), &IDENTITIES);
}

#[test]
fn calls_that_fail_in_the_end_bring_out_who_calls_done_what_has_failed() {
    coincidence(Kind::Writes, COINCIDENCES[0], &Plan::quiet().at(Fault::RequestLost, 400));
}

#[test]
fn work_on_one_customer_at_the_same_time_brings_out_who_does_not_look_at_standings() {
    let together = Plan::quiet().at(Fault::Slow, 150).with(Fault::Delayed).at(Fault::Repeated, 600);
    coincidence(Kind::Memberships, COINCIDENCES[1], &together);
}

#[test]
fn minutes_without_a_tick_bring_out_a_clock_that_does_not_look_back() {
    coincidence(Kind::Memberships, COINCIDENCES[2], &Plan::quiet().at(Fault::TickMissed, 850));
}

#[test]
fn what_the_stream_gave_up_is_missed_where_nobody_is_told() {
    coincidence(Kind::Memberships, COINCIDENCES[3], &Plan::quiet().at(Fault::Crashed, 700));
}

fn coincidence(kind: Kind, (fault, weakness, offended): Bite, plan: &Plan) {
    assert_eq!(amiss(kind, &Plan::quiet(), weakness, QUIET).next(), None, "without {fault:?}");
    assert!(is_found(kind, plan, weakness, offended, RARE), "{fault:?}");
}
