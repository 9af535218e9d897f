//! What the model is told to do. It gets to know names of things and what somebody wrote; nothing of any customer.

use std::fmt::Write;

use crm_domain::customer::Channel;
use crm_domain::money::Currency;
use crm_words::{Vocabulary, understand};
use jiff::civil::Date;

/// The rule language, as API.md has it.
const RULES: &str = include_str!("instructions/rules.txt");
const MESSAGES: &str = include_str!("instructions/messages.txt");
const SUMMARY: &str = include_str!("instructions/summary.txt");
const SUGGESTION: &str = include_str!("instructions/suggestion.txt");

/// Words whose meaning is agreed upon here, not in the language.
const CONVENTIONS: [&str; 10] = [
    "high-value customers",
    "repeat customers",
    "one-time customers",
    "loyal customers",
    "new customers",
    "active customers",
    "inactive customers",
    "lapsed customers",
    "untagged customers",
    "subscribed customers",
];

/// For plain words to rules.
pub(crate) fn rules(today: Date, currency: &Currency, names: &str) -> String {
    format!("{RULES}\n{}{}", conventions(today, currency), circumstances(today, currency, names))
}

/// What the words mean to the offline engine, so that nobody gets other people for asking another time.
fn conventions(today: Date, currency: &Currency) -> String {
    let vocabulary = Vocabulary::new(today, currency.clone());
    let mut told = "Without a number, these words mean:\n".to_owned();
    for phrase in CONVENTIONS {
        let meant = understand(phrase, &vocabulary).ok().and_then(|found| serde_json::to_string(&found.rules).ok());
        if let Some(rules) = meant {
            // Into a text: this cannot fail.
            let _ = writeln!(told, "- {phrase}: {rules}");
        }
    }
    told.push('\n');
    told
}

/// For messages.
pub(crate) fn messages(channel: Channel, names: &str) -> String {
    let form = form(channel);
    format!("{MESSAGES}\n{form}\n\nNames of this CRM:\n{names}")
}

/// For what a campaign has come to.
pub(crate) fn summary() -> String {
    SUMMARY.to_owned()
}

/// For a whole campaign.
pub(crate) fn suggestion(today: Date, currency: &Currency, names: &str) -> String {
    let (circumstances, conventions) = (circumstances(today, currency, names), conventions(today, currency));
    format!("{SUGGESTION}\nHow rules are written:\n{RULES}\n{conventions}How messages are written:\n{MESSAGES}\n{circumstances}")
}

fn circumstances(today: Date, currency: &Currency, names: &str) -> String {
    let (weekday, code) = (today.weekday(), currency.code());
    format!("Today is {today} (UTC), a {weekday:?}. Amounts are in {code}, in major units.\n\nNames of this CRM:\n{names}")
}

const fn form(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => {
            "They are e-mails: each has a subject of at most 60 characters and a body of two to five short paragraphs."
        }
        Channel::Sms => {
            "They are SMS: no subject, and at most 150 characters of plain text without emoji, so that each fits into one."
        }
        Channel::Whatsapp => "They are WhatsApp messages: no subject, and at most 400 characters.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_told_what_vague_words_mean_here() {
        let currency = Currency::parse("INR").unwrap();
        let told = rules(jiff::civil::date(2026, 11, 25), &currency, "tags: \"vip\"");
        for phrase in CONVENTIONS {
            assert!(told.contains(&format!("- {phrase}: {{\"combinator\"")), "{phrase} means nothing: {told}");
        }
        assert!(told.contains("Today is 2026-11-25 (UTC), a Wednesday. Amounts are in INR"), "{told}");
    }
}
