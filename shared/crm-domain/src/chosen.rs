//! Who is chosen for a bulk edit or an export: the members of a segment, or whoever rules hold for at the moment of asking.
//!
//! It travels in queue messages and records; finding the people is the segment worker's.

use serde::{Deserialize, Serialize};

use crate::faults::Faults;
use crate::json::Json;
use crate::membership::EditionId;
use crate::money::Currency;
use crate::rules::Rules;

/// Who is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Chosen {
    /// The members of a segment, by one of its meanings.
    Members { edition: EditionId },
    /// Whoever these rules hold for: the text of their JSON, with the segments that they name written out. As text they fit
    /// into a record whatever their depth (`DynamoDB` nests 32 levels).
    Matching { rules: String },
}

impl Chosen {
    /// Whoever `rules` hold for, which name no segment but lists.
    #[must_use]
    pub fn matching(rules: &Rules) -> Self {
        Self::Matching { rules: rules.to_json().to_string() }
    }
}

/// Compiles the rules of [`Chosen::Matching`].
///
/// # Errors
/// They are not what [`Chosen::matching`] has written.
pub fn read_rules(text: &str, currency: &Currency) -> Result<Rules, Faults> {
    let json = Json::parse(text.as_bytes()).map_err(|error| Faults::of("rules", error.to_string()))?;
    Rules::parse_expanded(&json, currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_reads_as_it_was_written() {
        let currency = Currency::parse("INR").unwrap();
        let rules = r#"{"combinator":"or","not":true,"rules":[{"field":"totalSpend","operator":">","value":0.1},{"field":"city","operator":"=","value":"Pune"}]}"#;
        let rules = Rules::parse(&Json::parse(rules.as_bytes()).unwrap(), "rules", &currency).unwrap();
        for chosen in [Chosen::Members { edition: 7 }, Chosen::matching(&rules)] {
            let text = serde_json::to_string(&chosen).unwrap();
            assert_eq!(serde_json::from_str::<Chosen>(&text).unwrap(), chosen, "{text}");
        }
        let Chosen::Matching { rules: text } = Chosen::matching(&rules) else { panic!("members") };
        assert_eq!(read_rules(&text, &currency), Ok(rules));
        assert!(read_rules("{", &currency).is_err());
    }
}
