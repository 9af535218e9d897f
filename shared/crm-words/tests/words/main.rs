//! Plain words to rules and back: how often it is right, that explanations read back, and that nothing breaks it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking; the exemption for tests stops at helper functions"
)]

mod accuracy;
mod claiming;
mod composing;
mod examples;
mod explained;
mod fuzz;
mod hostile;
mod suggesting;
mod summaries;

use crm_domain::money::Currency;
use crm_words::Vocabulary;
use jiff::civil::{Date, date};
use proptest::prelude::ProptestConfig;

/// The day on which the cases are said to be written.
const TODAY: Date = date(2026, 11, 25);

fn inr() -> Currency {
    Currency::parse("INR").unwrap()
}

fn vocabulary() -> Vocabulary {
    crm_words::accuracy::vocabulary(TODAY, inr())
}

/// So many cases, unless `PROPTEST_CASES` asks for another number.
fn cases(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}
