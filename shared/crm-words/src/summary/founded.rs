//! Whether the numbers of a text are facts: counts as they are, percentages of one count among another, sums of money as
//! they are shown or per order, buyer or recipient, the lift, and the days of the campaign.
//!
//! A number is held against all facts of its kind, not against the one that a sentence is about: a text that calls the
//! opened ones delivered passes. What says no number ("most", "hardly any") is not judged.

use jiff::civil::DateTime;

use super::{Facts, VariantFacts};
use crate::lexer::{Kind, Token};
use crate::readings::{Reading, Unit, readings};
use crate::vocabulary::Vocabulary;

/// How far a factor ("twice") may be from the facts, as a share of it.
const ABOUT: f64 = 0.05;

/// The first number of `text` that is no fact and no rate of facts, as it is written there.
#[must_use]
pub fn unfounded(text: &str, facts: &Facts) -> Option<String> {
    // The currency only decides which signs are money of ours; here all are money.
    let currency = crm_domain::money::Currency::parse("INR").ok()?;
    let vocabulary = Vocabulary::new(jiff::civil::date(2026, 1, 1), currency);
    let known = Known::of(facts, &vocabulary);
    let text = without_names(text, facts);
    let (tokens, found) = readings(&text, &vocabulary);
    let unreadable = tokens.iter().find(|token| is_moment(token) && !known.has_date(&token.word));
    let found = found.iter().find(|number| !known.founds(number, &tokens, &text));
    match (unreadable, found) {
        (Some(token), _) => Some(token.word.clone()),
        (None, Some(number)) => text.get(number.part.clone()).map(str::to_owned),
        (None, None) => other_digits(&text, &tokens),
    }
}

fn is_moment(token: &Token) -> bool {
    token.kind == Kind::Moment
}

/// Digits in a word: "v2", "2nd-best", "500ish". Nothing that the readings cover.
fn other_digits(text: &str, tokens: &[Token]) -> Option<String> {
    let word = tokens.iter().find(|token| token.kind == Kind::Word && token.word.chars().any(char::is_numeric))?;
    text.get(word.from..word.to).map(str::to_owned)
}

/// The text without what the campaign and its wordings are called: a number in a name counts nothing.
fn without_names(text: &str, facts: &Facts) -> String {
    let mut names: Vec<&str> = facts.variants.iter().map(|variant| &*variant.name).chain([&*facts.name]).map(str::trim).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut text = text.to_owned();
    for name in names.into_iter().filter(|name| name.chars().any(char::is_alphabetic)) {
        text = removed(&text, name);
    }
    text
}

/// Without the places where `name` stands by itself: "Variant 1" is not in "Variant 12".
fn removed(text: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(name) {
        let (before, from) = rest.split_at(at);
        let after = from.get(name.len()..).unwrap_or_default();
        let bounded = !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        out.push_str(before);
        out.push_str(if bounded { "_" } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Everything that may be said.
struct Known {
    counts: Vec<u64>,
    /// Percentages, not rounded.
    rates: Vec<f64>,
    /// Percentage points.
    points: Vec<f64>,
    money: Vec<f64>,
    factors: Vec<f64>,
    dates: Vec<DateTime>,
}

impl Known {
    fn of(facts: &Facts, vocabulary: &Vocabulary) -> Self {
        let mut known = Self {
            counts: vec![facts.variants.len() as u64],
            rates: Vec::new(),
            points: Vec::new(),
            money: Vec::new(),
            factors: Vec::new(),
            dates: [facts.began, facts.ended].into_iter().flatten().collect(),
        };
        let parts = [
            facts.tally.delivered,
            facts.tally.opened,
            facts.tally.clicked,
            facts.tally.bounced,
            facts.tally.complained,
            facts.tally.unsubscribed,
            facts.tally.failed,
            facts.tally.skipped,
            facts.tally.unknown,
            facts.converted,
            facts.orders,
            facts.tally.queued,
            facts.tally.sent,
        ];
        known.parts(
            &parts,
            &[facts.tally.audience, facts.tally.sent, facts.tally.delivered, facts.tally.opened, facts.tally.clicked],
        );
        let reasons = |reasons: &[(String, u64)]| reasons.iter().map(|(_, number)| *number).collect::<Vec<_>>();
        known.parts(&reasons(&facts.skipped_for), &[facts.tally.audience, facts.tally.skipped]);
        known.parts(&reasons(&facts.failed_for), &[facts.tally.sent, facts.tally.failed, facts.tally.bounced]);
        known.counts.extend(facts.attribution_days.map(u64::from));
        known.sum(
            facts.revenue.as_deref(),
            &[facts.orders, facts.converted, facts.tally.sent, facts.tally.delivered],
            vocabulary,
        );
        known.sum(facts.cost.as_deref(), &[facts.tally.sent, facts.orders, facts.converted], vocabulary);
        for variant in &facts.variants {
            known.variant(variant, vocabulary);
        }
        known.compared(facts);
        known
    }

    fn parts(&mut self, parts: &[u64], wholes: &[u64]) {
        self.counts.extend(parts.iter().chain(wholes));
        let rates = wholes.iter().filter(|whole| **whole > 0).flat_map(|whole| {
            parts.iter().filter(move |part| *part <= whole).map(move |part| 100.0 * *part as f64 / *whole as f64)
        });
        // Nothing is 0 % of nothing, too.
        self.rates.extend(rates.chain(parts.iter().filter(|part| **part == 0).map(|_| 0.0)));
    }

    /// A sum of money as it is shown, and per each of some counts.
    fn sum(&mut self, shown: Option<&str>, per: &[u64], vocabulary: &Vocabulary) {
        let Some(shown) = shown else { return };
        let (_, found) = readings(shown, vocabulary);
        let values: Vec<f64> = found.iter().map(|number| number.value).collect();
        if let [value] = &*values {
            self.money.extend(per.iter().filter(|count| **count > 0).map(|count| value / *count as f64));
        }
        self.money.extend(values);
    }

    fn variant(&mut self, variant: &VariantFacts, vocabulary: &Vocabulary) {
        let parts = [variant.delivered, variant.opened, variant.clicked, variant.converted, variant.orders];
        self.parts(&parts, &[variant.sent, variant.delivered, variant.opened, variant.clicked]);
        self.sum(variant.revenue.as_deref(), &[variant.orders, variant.converted, variant.sent], vocabulary);
    }

    /// What comes of comparing variants, and those held out.
    fn compared(&mut self, facts: &Facts) {
        type Measure = fn(&VariantFacts) -> (u64, u64);
        let measures: [Measure; 5] = [
            |one| (one.opened, one.delivered),
            |one| (one.clicked, one.delivered),
            |one| (one.converted, one.sent),
            |one| (one.orders, one.sent),
            |one| (one.clicked, one.opened),
        ];
        let share = |(part, whole): (u64, u64)| part as f64 / whole as f64;
        for measure in measures {
            for one in &facts.variants {
                for other in facts.variants.iter().filter(|other| other.name != one.name) {
                    let (one, other) = (share(measure(one)), share(measure(other)));
                    if one.is_finite() && other.is_finite() {
                        self.points.push(100.0 * (one - other).abs());
                        self.factors.push(one / other);
                    }
                }
            }
        }
        if let Some(lift) = &facts.lift {
            self.parts(&[lift.held_out_converted], &[lift.held_out]);
            // The level of the interval.
            self.rates.push(95.0);
            for value in [lift.value, lift.low, lift.high] {
                self.points.push(100.0 * value.abs());
            }
            let (sent, held_out) = (share((facts.converted, facts.tally.sent)), share((lift.held_out_converted, lift.held_out)));
            self.factors.push(sent / held_out);
            if held_out > 0.0 {
                self.rates.push(100.0 * lift.value.abs() / held_out);
            }
        }
    }

    fn founds(&self, number: &Reading, tokens: &[Token], text: &str) -> bool {
        let value = number.value.abs();
        let rounded = |known: &f64| {
            let scale = 10_f64.powi(i32::try_from(number.decimals).unwrap_or(i32::MAX));
            // Halves are rounded either way.
            number.decimals <= 2 && (known - value).abs() * scale <= 0.5 + 1e-6
        };
        let counted = || number.decimals == 0 && self.counts.iter().any(|count| (*count as f64 - value).abs() < 1e-9);
        match number.unit {
            Unit::Percent => self.rates.iter().any(rounded),
            Unit::Points => self.points.iter().any(rounded),
            Unit::Share => self.rates.iter().any(|rate| (rate - value).abs() <= 0.5 + 1e-6),
            Unit::Times => self.factors.iter().any(|factor| (factor - value).abs() <= ABOUT * value),
            Unit::Money => self.money.iter().any(rounded),
            // A day is no count.
            Unit::Bare if before_month(number, tokens) => self.in_date(number, tokens),
            Unit::Bare => {
                self.in_date(number, tokens)
                    || counted()
                    // "one of them" is a pronoun.
                    || number.spoken && (value - 1.0).abs() < 1e-9 && !counts(number, tokens)
                    || self.in_interval(number, tokens, text, &rounded)
                    // "₹1.2 lakh" is read whole, "INR 500" as money; a bare sum counts only where it is money by what follows.
                    || self.in_shown_money(number, text)
            }
        }
    }

    /// "5 December 2026", "December 5", "2026", "10:30".
    fn in_date(&self, number: &Reading, tokens: &[Token]) -> bool {
        let at = |place: Option<usize>| place.and_then(|place| tokens.get(place)).map_or("", |token| &*token.word);
        let (before, after) = (at(number.tokens.start.checked_sub(1)), at(Some(number.tokens.end)));
        let further = at(number.tokens.end.checked_add(1));
        let ordinal = matches!(after, "st" | "nd" | "rd" | "th");
        let after = if ordinal { further } else { after };
        let of = month(before).or_else(|| month(after));
        let value = number.value;
        self.dates.iter().any(|date| {
            let day = f64::from(date.day());
            let in_month = of.is_some_and(|month| month + 1 == usize::from(date.month().unsigned_abs()));
            let year = (value - f64::from(date.year())).abs() < 0.5;
            in_month && (day - value).abs() < 0.5
                || year && (of.is_some() || before.is_empty() || matches!(before, "in" | "of"))
                || year && year_of_date(number, tokens)
        })
    }

    fn has_date(&self, written: &str) -> bool {
        self.dates.iter().any(|date| written.starts_with(&date.date().to_string()))
    }

    /// The ends of an interval whose unit is said once: "0.4 to 2.1 percentage points", "95% interval -0.2 to 1.4".
    fn in_interval(&self, number: &Reading, tokens: &[Token], text: &str, rounded: &dyn Fn(&f64) -> bool) -> bool {
        let from = tokens.get(number.tokens.start.saturating_sub(6)).map_or(0, |token| token.from);
        let to = tokens.get(number.tokens.end + 4).or_else(|| tokens.last()).map_or(text.len(), |token| token.to);
        let near = text.get(from..to).unwrap_or_default().to_lowercase();
        let spoken_of = ["interval", "percentage point", "between"].iter().any(|word| near.contains(word));
        spoken_of && self.points.iter().any(rounded)
    }

    /// A sum behind a code that the lexer does not know as a currency: "SEK 1,200".
    fn in_shown_money(&self, number: &Reading, text: &str) -> bool {
        let before = text.get(..number.part.start).unwrap_or_default().trim_end();
        let code: String = before.chars().rev().take(3).collect();
        let coded = code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase());
        coded && self.money.iter().any(|money| (money - number.value).abs() < 0.005)
    }
}

/// Whether a number is the day of a month: "9 November", "9th of November".
fn before_month(number: &Reading, tokens: &[Token]) -> bool {
    let mut after =
        tokens.iter().skip(number.tokens.end).skip_while(|token| matches!(&*token.word, "st" | "nd" | "rd" | "th" | "of"));
    after.next().is_some_and(|token| month(&token.word).is_some())
}

/// The place of a month by its name, or its first three letters.
fn month(word: &str) -> Option<usize> {
    MONTHS.iter().position(|month| *month == word || word.len() == 3 && month.starts_with(word))
}

/// "December 5, 2026"
fn year_of_date(number: &Reading, tokens: &[Token]) -> bool {
    let near = tokens.get(number.tokens.start.saturating_sub(4)..number.tokens.start).unwrap_or_default();
    near.iter()
        .any(|token| MONTHS.iter().any(|month| *month == token.word || token.word.len() == 3 && month.starts_with(&token.word)))
}

/// Whether "one" counts something: "one customer", "one order".
fn counts(number: &Reading, tokens: &[Token]) -> bool {
    let next = tokens.get(number.tokens.end).map_or("", |token| &*token.word);
    matches!(
        next,
        "customer"
            | "person"
            | "order"
            | "recipient"
            | "message"
            | "buyer"
            | "click"
            | "bounce"
            | "complaint"
            | "percent"
            | "more"
    )
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
