//! What it answers when nothing is wrong: plausible, and made from the request alone.

use crm_domain::money::Currency;
use crm_words::{NotUnderstood, Vocabulary, understand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::request::Request;

/// The kinds of answers, told apart by what the schema asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rules,
    Messages,
    Summary,
    Suggestion,
    Text,
}

impl Kind {
    pub(crate) fn of(request: &Request) -> Self {
        let asks = |name: &str| request.schema().and_then(|schema| schema.get("properties")?.get(name)).is_some();
        match () {
            () if asks("understood") => Self::Rules,
            () if asks("summary") => Self::Summary,
            () if asks("channel") || asks("hour") => Self::Suggestion,
            () if asks("messages") => Self::Messages,
            () => Self::Text,
        }
    }
}

/// The text of an ordinary answer.
pub(crate) fn ordinary(request: &Request) -> String {
    let asked = request.asked();
    match Kind::of(request) {
        Kind::Rules => rules(&asked).to_string(),
        Kind::Messages => json!({ "messages": messages(&asked) }).to_string(),
        Kind::Summary => json!({ "summary": summary(&asked) }).to_string(),
        Kind::Suggestion => suggestion(&asked).to_string(),
        Kind::Text => "As you wish.".to_owned(),
    }
}

fn rules(asked: &str) -> Value {
    let Some(currency) = Currency::parse("INR").ok() else { return json!(null) };
    let vocabulary = Vocabulary::new(Timestamp::now().to_zoned(TimeZone::UTC).date(), currency);
    let mut unsupported = Vec::new();
    for text in readings(asked) {
        match understand(text, &vocabulary) {
            Ok(understood) => {
                return json!({ "understood": true, "rules": understood.rules, "unsupported": understood.unsupported });
            }
            Err(NotUnderstood::NoAudience { unsupported: parts }) => unsupported = parts,
            Err(_) => {}
        }
    }
    json!({ "understood": false, "rules": null, "unsupported": unsupported })
}

/// Where in a request the words of a person may stand: all of it, between marks, at its end, or in quotes.
fn readings(asked: &str) -> Vec<&str> {
    let between = |open: &str, close: &str| {
        let (_, rest) = asked.split_once(open)?;
        rest.rsplit_once(close).map(|(inner, _)| inner)
    };
    let tagged = between("<", "</").and_then(|inner| inner.split_once('>')).map(|(_, inner)| inner);
    let marked = [tagged, between("\"\"\"", "\"\"\""), between("```", "```")];
    let last = [asked.rsplit("\n\n").next(), asked.lines().rev().find(|line| !line.trim().is_empty())];
    let said = last.into_iter().flatten().filter_map(|line| line.split_once(": ")).map(|(_, rest)| rest);
    let quoted = asked.split('"').skip(1).step_by(2).filter(|text| text.contains(' '));
    let all = [Some(asked)].into_iter().chain(marked).chain(last).flatten().chain(said).chain(quoted);
    all.map(str::trim).filter(|text| !text.is_empty()).collect()
}

fn messages(asked: &str) -> Vec<Value> {
    let lower = asked.to_lowercase();
    let email = !lower.contains("sms") && !lower.contains("whatsapp");
    let texts = [
        ("A word of thanks", "Hi {{name|default(\"there\")}}, thank you for being with us. Come and see what is new."),
        ("We miss you", "Dear {{name|default(\"customer\")}}, it has been a while. We would love to see you again."),
        ("Something for you", "Hello {{name|default(\"there\")}}, we picked a few things you may like. Have a look."),
        ("News from us", "{{name|default(\"Hello\")}}, there is news: new things have arrived this week."),
        ("See you soon", "Hi {{name|default(\"there\")}}, we are here whenever you need us."),
    ];
    texts
        .into_iter()
        .take(wanted(&lower))
        .map(|(subject, body)| if email { json!({ "subject": subject, "body": body }) } else { json!({ "body": body }) })
        .collect()
}

/// How many variants the request speaks of, or two.
fn wanted(lower: &str) -> usize {
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let near = words.windows(2).filter(|pair| pair.iter().any(|word| word.starts_with("variant") || word.starts_with("message")));
    near.flatten().filter_map(|word| word.parse().ok()).find(|count| (2..=5).contains(count)).unwrap_or(2)
}

/// The first figures of the request, each with the word before it.
fn summary(asked: &str) -> String {
    let words = asked.split(|c: char| c.is_whitespace() || "{}[]\"':;=<>()".contains(c)).filter(|word| !word.is_empty());
    let mut said = Vec::new();
    let mut label = "";
    for word in words {
        let word = word.trim_matches([',', '.']);
        let figure = word.trim_end_matches('%');
        if figure.starts_with(|c: char| c.is_ascii_digit()) && figure.replace(',', "").parse::<f64>().is_ok() {
            if !label.is_empty() {
                said.push(format!("{label} {word}"));
            }
            label = "";
        } else if word.chars().all(char::is_alphabetic) {
            label = word;
        }
    }
    said.truncate(5);
    if said.is_empty() { "There is nothing to report yet.".to_owned() } else { format!("In short: {}.", said.join(", ")) }
}

fn suggestion(asked: &str) -> Value {
    let lower = asked.to_lowercase();
    let found = rules(asked);
    let lapsed = json!({
        "combinator": "and",
        "rules": [
            { "field": "orderCount", "operator": ">=", "value": 1 },
            { "field": "lastOrderAt", "operator": "notWithin", "value": "P90D" },
        ],
    });
    let channel = ["whatsapp", "sms"].into_iter().find(|name| lower.contains(name)).unwrap_or("email");
    let audience = found.get("rules").filter(|rules| rules.is_object()).cloned().unwrap_or(lapsed);
    json!({ "name": "Come back to us", "rules": audience, "channel": channel, "hour": 10, "messages": messages(asked) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_wherever_they_stand() {
        for asked in [
            "customers who spent over 5000",
            "Make rules of this.\n<request>\ncustomers who spent over 5000\n</request>",
            "The words are:\n\"\"\"customers who spent over 5000\"\"\"",
            "Today is Wednesday.\n\ncustomers who spent over 5000",
            "Today is Wednesday.\nAudience: customers who spent over 5000",
            "{\"prompt\":\"customers who spent over 5000\"}",
        ] {
            let answer = rules(asked);
            assert_eq!(answer.pointer("/rules/rules/0/field"), Some(&json!("totalSpend")), "{asked}: {answer}");
        }
        assert_eq!(rules("what is the weather like")["understood"], json!(false));
    }

    #[test]
    fn a_summary_has_no_figures_but_those_of_the_request() {
        assert_eq!(summary("{\"sent\": 1200, \"rate\": 91.5, \"id\": \"a1\"}"), "In short: sent 1200, rate 91.5.");
        assert_eq!(summary("nothing was sent"), "There is nothing to report yet.");
    }

    #[test]
    fn as_many_variants_as_are_wanted() {
        assert_eq!(messages("Write 4 variants for sms").len(), 4);
        assert_eq!(messages("variants: 3")[0].get("subject"), Some(&json!("A word of thanks")));
        assert_eq!(messages("win back 90 people").len(), 2);
    }
}
