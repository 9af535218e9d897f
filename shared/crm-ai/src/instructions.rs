//! What the model is told to do. It gets to know names of things and what somebody wrote; nothing of any customer.

use crm_domain::customer::Channel;
use crm_domain::money::Currency;
use jiff::civil::Date;

/// The rule language, as API.md has it.
const RULES: &str = include_str!("instructions/rules.txt");
const MESSAGES: &str = include_str!("instructions/messages.txt");
const SUMMARY: &str = include_str!("instructions/summary.txt");
const SUGGESTION: &str = include_str!("instructions/suggestion.txt");

/// For plain words to rules.
pub(crate) fn rules(today: Date, currency: &Currency, names: &str) -> String {
    format!("{RULES}\n{}", circumstances(today, currency, names))
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
    let circumstances = circumstances(today, currency, names);
    format!("{SUGGESTION}\nHow rules are written:\n{RULES}\nHow messages are written:\n{MESSAGES}\n{circumstances}")
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
