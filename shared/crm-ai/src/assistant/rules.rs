//! Plain words to rules.

use crm_domain::ai::{Audience, Lack, Refusal, Source};
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::ports::ReadSecrets;
use crm_domain::rules::Rules;
use crm_words::{NotUnderstood, Vocabulary, explain, understand};
use serde_json::Value;

use crate::asking::{Ask, By};
use crate::assistant::{Assistant, Known, Store, Told};
use crate::{instructions, schema};

/// Most parts of a prompt that are listed as not expressed, and characters of each.
const PARTS: usize = 10;
const PART_CHARS: usize = 200;

struct Described<'a> {
    prompt: &'a str,
    known: &'a Known,
    schema: Value,
    currency: &'a Currency,
}

impl Ask for Described<'_> {
    /// None when the model sees no audience in it.
    type Read = Option<Audience>;

    fn instructions(&self) -> String {
        instructions::rules(self.known.vocabulary.today, self.currency, &self.known.told)
    }

    fn prompt(&self) -> String {
        self.prompt.to_owned()
    }

    fn schema(&self) -> &Value {
        &self.schema
    }

    fn most_output(&self) -> u32 {
        4_096
    }

    fn read(&self, answer: &str) -> Result<Option<Audience>, String> {
        let json = Json::parse(answer.as_bytes()).map_err(|error| format!("it is not JSON: {error}"))?;
        match json.get("understood") {
            Some(Json::Bool(true)) => self.described(&json).map(Some),
            Some(Json::Bool(false)) => Ok(None),
            _ => Err("understood must be true or false".to_owned()),
        }
    }
}

impl Described<'_> {
    fn described(&self, json: &Json) -> Result<Audience, String> {
        let audience = audience(json, self.known, self.currency)?;
        // The most dangerous mistake of all, and what somebody would try to talk it into.
        let meant = || offline(self.prompt, &self.known.vocabulary).is_ok_and(|audience| is_everyone(&audience));
        if is_everyone(&audience) && !meant() {
            return Err("the rules select everyone, which the description does not say".to_owned());
        }
        Ok(audience)
    }
}

/// By what the rules say: there are many ways to write it.
fn is_everyone(audience: &Audience) -> bool {
    audience.explanation == "Everyone"
}

/// Reads `rules` and `unsupported` of a model's answer as a user's input is read.
pub(super) fn audience(json: &Json, known: &Known, currency: &Currency) -> Result<Audience, String> {
    let rules = Rules::parse(json.get("rules").unwrap_or(&Json::Null), "rules", currency).map_err(|faults| faults.to_string())?;
    // A segment that is not there would be found out about only when the rules are saved.
    known.segments.expanded(&rules, "rules").map_err(|faults| faults.to_string())?;
    let unsupported = match json.get("unsupported") {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::List(parts)) => parts.iter().filter_map(Json::as_text).take(PARTS).map(shown).collect(),
        Some(_) => return Err("unsupported must be a list of texts".to_owned()),
    };
    Ok(Audience { explanation: explain(&rules, &known.vocabulary), rules, unsupported })
}

/// What a model says is shown as text, and not at any length.
fn shown(part: &str) -> String {
    part.chars().filter(|c| !c.is_control()).take(PART_CHARS).collect()
}

/// What the offline engine makes of it.
pub(super) fn offline(prompt: &str, vocabulary: &Vocabulary) -> Result<Audience, Refusal> {
    let understood = understand(prompt, vocabulary).map_err(|error| {
        let reason = error.to_string();
        let parts = if let NotUnderstood::NoAudience { unsupported } = error { unsupported } else { Vec::new() };
        Refusal::NotUnderstood { reason, parts }
    })?;
    let explanation = explain(&understood.rules, vocabulary);
    Ok(Audience { rules: understood.rules, explanation, unsupported: understood.unsupported })
}

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    pub(super) async fn rules(&self, prompt: &str, by: &By<'_>) -> Result<Told<Audience>, Refusal> {
        let known = self.known(by.now).await?;
        let schema = known.schema(schema::rules_answer_schema());
        let ask = Described { prompt, known: &known, schema, currency: &self.settings.currency };
        let told = self.told(&ask, by, || Ok(Some(offline(prompt, &known.vocabulary)?))).await?;
        match told.read {
            Some(read) => Ok(Told { read, source: told.source, lack: told.lack }),
            // Two who see no audience in it are right; where the grammar does, every word of it is accounted for.
            None => Ok(Told { read: offline(prompt, &known.vocabulary)?, source: Source::Offline, lack: Some(Lack::NoAudience) }),
        }
    }
}
