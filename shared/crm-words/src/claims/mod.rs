//! What a message that somebody else drafted must not say: offers, sums, codes, addresses, days and names that its
//! objective does not give, and placeholders that nobody fills in.
//!
//! The objective, not the world, is what a message is held against: a true claim that was not asked for is a fault too.
//! Names are judged by their capital letters (see `names`). Whether a message is any good is left to people.

mod names;
mod places;
mod promises;

use std::collections::HashSet;
use std::sync::LazyLock;

use crm_domain::customer::Channel;
use crm_domain::plain::plain;
use crm_domain::{sms, template};

use crate::lexer::{Kind, Token};
use crate::messages::{Brief, Draft};
use crate::objective::{Objective, links, without_scheme};
use crate::phrasebook::Phrasebook;
use crate::readings::{Reading, Unit, readings};
use crate::vocabulary::Vocabulary;
use crate::words::set;

/// How many characters a message by `WhatsApp` may have.
const MAX_WHATSAPP: usize = 1_024;

/// The first thing that a draft says without having it from its brief, in words for whoever drafted it. Of a draft without
/// such a thing there is none.
#[must_use]
pub fn invented(draft: &Draft, brief: &Brief, vocabulary: &Vocabulary) -> Option<String> {
    match (brief.channel, &draft.subject) {
        (Channel::Email, None) => return Some("an e-mail needs a subject".to_owned()),
        (Channel::Sms | Channel::Whatsapp, Some(_)) => return Some("only e-mails have a subject".to_owned()),
        _ => {}
    }
    if draft.body.trim().is_empty() {
        return Some("the body is empty".to_owned());
    }
    let given = Given::of(&brief.objective, vocabulary);
    for (name, source) in [("subject", draft.subject.as_deref().unwrap_or("x")), ("body", &*draft.body)] {
        let fault = of_text(source, name, brief.channel, &given, vocabulary);
        if let Some(fault) = fault {
            return Some(format!("the {name} {fault}"));
        }
    }
    None
}

fn of_text(source: &str, name: &str, channel: Channel, given: &Given, vocabulary: &Vocabulary) -> Option<String> {
    if let Err(reason) = template::check(source) {
        return Some(reason.into_owned());
    }
    let (literal, defaults) = match places::literal(source, vocabulary) {
        Ok(read) => read,
        Err(fault) => return Some(fault),
    };
    let html = channel == Channel::Email && name == "body";
    if html && let Some(fault) = places::markup(&literal, |target| given.leads(target)) {
        return Some(fault);
    }
    if channel == Channel::Whatsapp && source.chars().count() > MAX_WHATSAPP {
        return Some(format!("has more than {MAX_WHATSAPP} characters, which is what WhatsApp takes; make it shorter"));
    }
    if channel == Channel::Sms
        && let Err(reason) = sms::check(source)
    {
        return Some(reason.into_owned());
    }
    let text = if html { plain(&literal) } else { literal };
    given.fault(&text, vocabulary).or_else(|| defaults.iter().find_map(|default| given.fault(default, vocabulary)))
}

/// What an objective gives.
struct Given {
    /// As it is written, and in lower case.
    text: String,
    lower: String,
    words: HashSet<String>,
    numbers: Vec<Reading>,
    links: Vec<String>,
    /// What was read of it.
    objective: Objective,
}

impl Given {
    fn of(objective: &str, vocabulary: &Vocabulary) -> Self {
        let (found, rest) = links(objective);
        let (tokens, numbers) = readings(&rest, vocabulary);
        let mut words: HashSet<String> = tokens.into_iter().map(|token| token.word).collect();
        let written = rest.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        words.extend(written);
        Self {
            text: objective.to_owned(),
            lower: objective.to_lowercase(),
            words,
            numbers,
            links: found.iter().map(|link| without_scheme(link)).collect(),
            objective: Objective::read(objective, vocabulary),
        }
    }

    fn fault(&self, text: &str, vocabulary: &Vocabulary) -> Option<String> {
        let (found, rest) = links(text);
        if let Some(link) = found.iter().find(|link| !self.links.contains(&without_scheme(link))) {
            return Some(format!("has the address {link}, which the objective does not give; leave it out"));
        }
        let (tokens, numbers) = readings(&rest, vocabulary);
        self.addresses(&rest, &tokens)
            .or_else(|| self.dotted(&rest))
            .or_else(|| self.secrets(&tokens))
            .or_else(|| self.spelt(&tokens))
            .or_else(|| gap(&rest))
            .or_else(|| numbers.iter().find_map(|number| self.number(number, &rest, &tokens)))
            .or_else(|| self.digits(&tokens))
            .or_else(|| self.codes(&rest, &tokens))
            .or_else(|| promises::fault(self, &tokens))
            .or_else(|| promises::in_devanagari(self, &rest))
            .or_else(|| names::fault(self, &rest, vocabulary))
    }

    /// Whether the objective gives the address that a link leads to.
    fn leads(&self, target: &str) -> bool {
        let lower = target.to_lowercase();
        if let Some(mail) = lower.strip_prefix("mailto:") {
            return !mail.is_empty() && written_out(&self.lower, mail);
        }
        if let Some(phone) = lower.strip_prefix("tel:") {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            let plain = phone.chars().all(|c| c.is_ascii_digit() || "+-().".contains(c));
            return plain && digits(phone).len() >= 3 && digits(&self.text).contains(&digits(phone));
        }
        self.links.contains(&without_scheme(target))
    }

    /// E-mail addresses and telephone numbers.
    fn addresses(&self, text: &str, tokens: &[Token]) -> Option<String> {
        let mail = tokens.iter().find(|token| token.word.contains('@') && !self.lower.contains(&token.word));
        if let Some(mail) = mail {
            return Some(format!("has the address {}, which the objective does not give; leave it out", mail.word));
        }
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let all = digits(&self.text);
        let phones = text.split(|c: char| !(c.is_ascii_digit() || "+-() ".contains(c)));
        let phone = phones.map(str::trim).find(|run| (8..=15).contains(&digits(run).len()) && !all.contains(&digits(run)));
        phone.map(|phone| format!("has the telephone number {phone}, which the objective does not give; leave it out"))
    }

    /// "evil.xyz": a browser leads there, whatever it ends with.
    fn dotted(&self, text: &str) -> Option<String> {
        let found = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@'))).find_map(|piece| {
            let piece = piece.trim_matches(['.', '-', '_']);
            let parts: Vec<&str> = piece.split('.').collect();
            let lettered = |part: &&str| part.chars().any(char::is_alphabetic);
            let dotted = parts.windows(2).any(|two| two.iter().all(lettered));
            let lower = piece.to_lowercase();
            // "e.g.", "a.m."
            let short = parts.iter().all(|part| part.chars().count() == 1) || ABBREVIATIONS.contains(&*lower);
            (dotted && !short && !piece.contains('@') && !written_out(&self.lower, &lower)).then_some(piece)
        })?;
        Some(format!("has the address {found}, which the objective does not give; write a blank behind a full stop"))
    }

    /// What nobody is to be asked for in a message.
    fn secrets(&self, tokens: &[Token]) -> Option<String> {
        let secret = (0..tokens.len()).find_map(|at| {
            let rest = tokens.get(at..)?;
            let (_, length) = SECRETS.find(rest).filter(|(secret, _)| **secret)?;
            let words: Vec<&str> = rest.iter().take(length).map(|token| &*token.word).collect();
            (!words.iter().all(|word| self.words.contains(*word))).then(|| words.join(" "))
        })?;
        Some(format!("speaks of a secret (\"{secret}\"), which the objective does not; leave it out"))
    }

    /// A telephone number in words.
    fn spelt(&self, tokens: &[Token]) -> Option<String> {
        let mut run: Vec<&str> = Vec::new();
        for token in tokens {
            let between = matches!(token.kind, Kind::Symbol('-' | ',')) || matches!(&*token.word, "double" | "triple");
            if DIGITS.contains(&*token.word) {
                run.push(&token.word);
            } else if !between {
                run.clear();
            }
            if run.len() >= MAX_SPELT && !run.iter().all(|word| self.words.contains(*word)) {
                return Some("spells out a number; leave it out".to_owned());
            }
        }
        None
    }

    fn number(&self, number: &Reading, text: &str, tokens: &[Token]) -> Option<String> {
        let next = tokens.get(number.tokens.end).map_or("", |token| &token.word);
        // "one of us", "two of a kind": only what counts or measures is a claim when it is said in words.
        let claims = !number.spoken || number.unit != Unit::Bare || UNITS.contains(next);
        let numbering = {
            let before = text.get(..number.part.start).unwrap_or_default();
            let after = text.get(number.part.end..).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default().trim();
            line.is_empty() && after.starts_with(['.', ')']) && number.value < 10.0
        };
        let round_the_clock = text.get(number.part.start..).is_some_and(|rest| rest.starts_with("24/7"))
            || text.get(..number.part.start).is_some_and(|before| before.ends_with("24/"));
        if !claims || numbering || round_the_clock {
            return None;
        }
        // "double-check", "half an hour": in the words of the objective, or in none.
        let same = |known: &Reading| (known.value - number.value).abs() < 1e-9;
        let known = self.numbers.iter().any(|known| {
            same(known)
                && match number.unit {
                    Unit::Percent | Unit::Points => matches!(known.unit, Unit::Percent | Unit::Points | Unit::Share),
                    Unit::Money => matches!(known.unit, Unit::Money | Unit::Bare),
                    Unit::Share => matches!(known.unit, Unit::Share | Unit::Percent),
                    Unit::Times | Unit::Bare => true,
                }
        });
        let said = text.get(number.part.clone()).unwrap_or_default();
        // A telephone number of the objective, written together.
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let known = known || digits(said).len() >= 8 && digits(&self.text).contains(&digits(said));
        (!known).then(|| format!("says \"{said}\", which the objective does not give; leave it out"))
    }

    /// Digits of other scripts, which are not read as numbers.
    fn digits(&self, tokens: &[Token]) -> Option<String> {
        let foreign = |token: &&Token| token.word.chars().any(|c| c.is_numeric() && !c.is_ascii());
        let token = tokens.iter().find(|token| foreign(token) && !self.lower.contains(&token.word))?;
        Some(format!("says \"{}\", which the objective does not give; leave it out", token.word))
    }

    /// What looks like a code: capital letters with digits, or whatever stands behind "code" in capital letters.
    fn codes(&self, text: &str, tokens: &[Token]) -> Option<String> {
        let code = tokens.iter().enumerate().find_map(|(at, token)| {
            let written = text.get(token.from..token.to).filter(|_| token.kind == Kind::Word)?;
            let capitals = written.len() >= 3
                && written.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '_')
                && written.chars().any(|c| c.is_ascii_uppercase());
            let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).map_or("", |token| &token.word);
            let named = ["code", "coupon", "voucher"].iter().any(|word| before(1) == *word || before(2) == *word)
                || matches!(before(1), "use" | "enter" | "apply");
            let looks = capitals && (named || written.len() >= 4 && written.chars().any(|c| c.is_ascii_digit()));
            let known = self.text.contains(written) || self.objective.codes.iter().any(|code| code.eq_ignore_ascii_case(written));
            (looks && !known).then_some(written)
        })?;
        Some(format!("has the code {code}, which the objective does not give; leave it out"))
    }
}

/// How many digits in words, one after the other, are a number that is dialled.
const MAX_SPELT: usize = 6;

static DIGITS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| set("zero oh one two three four five six seven eight nine एक दो तीन चार पांच पाँच छह सात आठ नौ"));

/// What is asked for to get at an account or at money.
static SECRETS: LazyLock<Phrasebook<bool>> = LazyLock::new(|| {
    Phrasebook::of(&[
        ("your pin code|your pin codes", false),
        (
            "otp|otps|one time password|one time code|one time pin|password|passwords|passcode|pass code|cvv|cvc|mpin|upi pin|atm pin|your pin\
         |card pin|pin number|card number|card details|bank details|account number|security code|login details|login code|verification code\
         |aadhaar|aadhar",
            true,
        ),
    ])
});

/// Words with a full stop within.
static ABBREVIATIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| set("ph.d m.tech b.tech b.sc m.sc b.com m.com a.k.a"));

/// Whether an address stands in a text by itself, and not as a part of a longer one.
fn written_out(text: &str, address: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '@');
    text.match_indices(address).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let mut after = text.get(at + address.len()..).unwrap_or_default().chars();
        let goes_on = match (after.next(), after.next()) {
            (Some('.'), Some(next)) => next.is_alphanumeric(),
            (Some(next), _) => inner(next),
            _ => false,
        };
        !before.is_some_and(|before| inner(before) || before == '.') && !goes_on
    })
}

/// What a number in words has to count to be a claim.
static UNITS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("day days hour hours week weeks month months year years minute minutes off rupees dollars euros pounds points \
         times pieces items left spots seats percent discount orders customers")
});

/// A gap that was left for somebody to fill in: "[brand name]", "<link>".
fn gap(text: &str) -> Option<String> {
    let from = text.find('[')?;
    let gap = text.get(from..)?.split_inclusive(']').next()?;
    let named = gap.len() > 2 && gap.ends_with(']') && gap.chars().filter(|c| c.is_alphabetic()).count() > 1;
    named.then(|| format!("leaves a gap to fill in, {gap}; write around it"))
}
