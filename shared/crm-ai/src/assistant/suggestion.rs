//! What a campaign is for, to a campaign that could be made.

use crm_domain::ai::{Audience, Refusal, Suggestion};
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::ports::ReadSecrets;
use crm_domain::rules::Rules;
use crm_words::explain;
use crm_words::messages::Brief;
use crm_words::suggest::{self, suggest};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::asking::{Ask, By};
use crate::assistant::messages::Wanted;
use crate::assistant::{Assistant, Known, Store, Told, rules};
use crate::{instructions, schema};

/// How many variants are proposed.
const VARIANTS: usize = 3;
/// Greatest length of a name, in characters.
const NAME_CHARS: usize = 200;
/// Hours of the day at which people may be written to without a word of theirs.
const HOURS: std::ops::RangeInclusive<i64> = 8..=20;

struct Proposed<'a> {
    objective: &'a str,
    known: &'a Known,
    schema: Value,
    currency: &'a Currency,
    /// What the offline engine proposes: the day is its.
    offline: &'a suggest::Suggestion,
    wanted: &'a Wanted<'a>,
}

impl Ask for Proposed<'_> {
    type Read = Suggestion;

    fn instructions(&self) -> String {
        instructions::suggestion(self.known.vocabulary.today, self.currency, &self.known.told)
    }

    fn prompt(&self) -> String {
        format!("Messages: {VARIANTS}\nObjective: {}", self.objective)
    }

    fn schema(&self) -> &Value {
        &self.schema
    }

    fn most_output(&self) -> u32 {
        8_192
    }

    fn read(&self, answer: &str) -> Result<Suggestion, String> {
        let json = Json::parse(answer.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))?;
        let name = json.get("name").and_then(Json::as_text).map(str::trim).unwrap_or_default();
        if name.is_empty() || name.chars().count() > NAME_CHARS || name.contains(char::is_control) {
            return Err(format!("name must be text of at most {NAME_CHARS} characters"));
        }
        let audience = rules::audience(&json, self.known, self.currency)?;
        let channel = json.get("channel").and_then(Json::as_text).unwrap_or_default();
        let channel = serde_json::from_value(Value::from(channel)).map_err(|_| "channel must be email, sms or whatsapp")?;
        let hour = json.get("hour").and_then(Json::as_integer).filter(|hour| HOURS.contains(hour));
        let hour = hour.ok_or_else(|| format!("hour must be a whole number from {} to {}", HOURS.start(), HOURS.end()))?;
        let brief = Brief { channel, ..self.wanted.brief.clone() };
        let variants = Wanted { brief: &brief, ..*self.wanted }.wordings(&json)?;
        let local_time = at_hour(self.offline.local_time, hour);
        let why = vec![
            format!("For: {}.", audience.explanation),
            format!("On {} at {hour}:00 on each recipient's own clock.", local_time.strftime("%A")),
        ];
        let objective = self.objective.to_owned();
        Ok(Suggestion { name: name.to_owned(), objective, audience, channel, local_time, variants, why })
    }
}

fn at_hour(day: DateTime, hour: i64) -> DateTime {
    day.with().hour(hour as i8).build().unwrap_or(day)
}

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    pub(super) async fn suggestion(&self, objective: &str, by: &By<'_>) -> Result<Told<Suggestion>, Refusal> {
        let known = self.known(by.now).await?;
        let offline = suggest(objective, &known.vocabulary, by.now.timestamp().to_zoned(TimeZone::UTC).datetime());
        let sample = match &offline.rules {
            Some(rules) => {
                let expanded = known.segments.expanded(rules, "rules")?;
                self.matching(&expanded, by.now).await?
            }
            None => self.sample(None, by.now).await?,
        };
        let channel = offline.channel;
        let brief = Brief { count: VARIANTS, ..offline.brief.clone() };
        let wanted = Wanted { brief: &brief, tone: brief.tone.as_str(), known: &known, sample: &sample };
        let currency = &self.settings.currency;
        let schema = known.schema(schema::suggestion_answer_schema());
        let ask = Proposed { objective, known: &known, schema, currency, offline: &offline, wanted: &wanted };
        let fallback = || {
            let rules = offline.rules.clone().unwrap_or_else(|| Rules::everyone(currency));
            let explanation = explain(&rules, &known.vocabulary);
            Ok(Suggestion {
                name: offline.name.clone(),
                objective: objective.to_owned(),
                audience: Audience { rules, explanation, unsupported: offline.unsupported.clone() },
                channel,
                local_time: offline.local_time,
                variants: wanted.offline(),
                why: offline.why.clone(),
            })
        };
        self.told(&ask, by, fallback).await
    }
}
