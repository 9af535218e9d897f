//! Rules in plain words.
use crm_domain::rules::Rules;
use crate::vocabulary::Vocabulary;
/// Rules in plain words.
#[must_use]
pub fn explain(rules: &Rules, _vocabulary: &Vocabulary) -> String { rules.to_json().to_string() }
