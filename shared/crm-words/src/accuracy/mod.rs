//! How often an engine is right: cases of prompts with accepted rules, held against what it answers by whom both select.
//! The engine is the caller's; this judges any.

mod evaluation;
mod population;

use crm_domain::customer::ConsentDefaults;
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::rules::{Context, Rules};
use crm_domain::time::{DAY, Time};
use jiff::civil::Date;

use crate::vocabulary::{AttributeType, Named, Vocabulary};

pub use evaluation::Evaluation;
pub use population::population;

/// A prompt and what is right for it.
#[derive(Debug, Clone)]
pub struct Case {
    pub prompt: String,
    /// Any of these; none where it must be refused.
    pub rules: Vec<Rules>,
    /// Where it must be refused: what is right too, if the answer says that it is only a part.
    pub partial: Vec<Rules>,
}

/// What an engine made of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    Right,
    /// Refused, although it could be answered.
    Refused,
    /// Other people than asked for.
    Wrong,
}

impl Case {
    /// Reads one line: `{"prompt": "...", "rules": [...]}`, with `partial` beside where something may be left out.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(line: &str, currency: &Currency) -> Result<Self, String> {
        let json = Json::parse(line.as_bytes()).map_err(|error| error.to_string())?;
        let prompt = json.get("prompt").and_then(Json::as_text).ok_or("has no prompt")?.to_owned();
        let list = |name| match json.get(name) {
            Some(Json::List(list)) => list.iter().map(|one| Rules::parse(one, name, currency)).collect::<Result<_, _>>(),
            _ => Ok(Vec::new()),
        };
        let read = |name| list(name).map_err(|faults| format!("{prompt}: {faults}"));
        Ok(Self { rules: read("rules")?, partial: read("partial")?, prompt })
    }

    /// Whether an answer is right. `whole` says that nothing of the prompt was left out.
    #[must_use]
    pub fn score(&self, answer: Option<&Rules>, whole: bool, now: Time) -> Score {
        match answer {
            None if self.rules.is_empty() => Score::Right,
            None => Score::Refused,
            Some(answer) => {
                let accepted = if self.rules.is_empty() && !whole { &self.partial } else { &self.rules };
                let right = accepted.iter().any(|one| same_people(one, answer, now));
                if right { Score::Right } else { Score::Wrong }
            }
        }
    }
}

/// Whether two rules select the same of a population in which every value that they name occurs, and those beside it.
#[must_use]
pub fn same_people(one: &Rules, other: &Rules, now: Time) -> bool {
    let context = context(now);
    population(&[one, other], now).iter().all(|customer| one.holds(customer, &context) == other.holds(customer, &context))
}

/// Rules are compared at this time and with the usual consents.
#[must_use]
pub fn context(now: Time) -> Context {
    Context { now, consent_defaults: ConsentDefaults::default() }
}

/// Noon of a day, in UTC.
#[must_use]
pub fn noon(today: Date) -> Time {
    Time::start_of(today).plus(DAY / 2)
}

/// The names that cases may rely on.
#[must_use]
pub fn vocabulary(today: Date, currency: Currency) -> Vocabulary {
    Vocabulary::new(today, currency).with(names())
}

/// The same, one by one.
pub fn names() -> impl Iterator<Item = Named> {
    let tags = ["vip", "wholesale", "gold"].map(|tag| Named::Tag(tag.to_owned()));
    let cities = ["Mumbai", "Delhi", "Pune"].map(|city| Named::City(city.to_owned()));
    let attributes =
        [("loyaltyTier", AttributeType::Text), ("points", AttributeType::Number), ("club_member", AttributeType::Flag)];
    let attributes = attributes.map(|(key, kind)| Named::Attribute(key.to_owned(), kind));
    let products = ["Green Tea", "Coffee Beans"].map(|name| Named::Product(name.to_owned()));
    tags.into_iter().chain(cities).chain(attributes).chain(products)
}
