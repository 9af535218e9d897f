//! Rules in plain words, made so that [`crate::understand`] reads them back as rules that select the same people.

use crm_domain::json::{Json, Number};
use crm_domain::money::Currency;
use crm_domain::rules::Rules;
use crm_domain::time::{Time, parse_date};

use crate::cursor::Reader;
use crate::lexer::{Kind, lex};
use crate::spans::spoken;
use crate::vocabulary::Vocabulary;

/// Rules in plain words: "Spent over ₹5,000 and not active in the last 30 days".
#[must_use]
pub fn explain(rules: &Rules, vocabulary: &Vocabulary) -> String {
    let text = Speaker { vocabulary }.group(&rules.to_json()).text;
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

/// A part of the explanation.
struct Said {
    text: String,
    brackets: Brackets,
}

/// Beside what a part needs brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Never,
    /// "never ordered or visited" would deny both.
    BesideOr,
    BesideAny,
    /// "not from Delhi and from Mumbai" would deny both: places next to each other are one list.
    BesidePlaces,
}

impl Said {
    fn closed(text: impl Into<String>) -> Self {
        Self { text: text.into(), brackets: Brackets::Never }
    }

    fn open(text: impl Into<String>) -> Self {
        Self { text: text.into(), brackets: Brackets::BesideAny }
    }

    fn place(text: impl Into<String>) -> Self {
        Self { text: text.into(), brackets: Brackets::BesidePlaces }
    }

    fn is_place(&self) -> bool {
        self.brackets == Brackets::BesidePlaces
    }

    fn beside(self, or: bool, places: bool) -> String {
        match self.brackets {
            Brackets::BesideAny => format!("({})", self.text),
            Brackets::BesideOr if or => format!("({})", self.text),
            Brackets::BesidePlaces if places => format!("({})", self.text),
            _ => self.text,
        }
    }
}

struct Speaker<'a> {
    vocabulary: &'a Vocabulary,
}

impl Speaker<'_> {
    fn rule(&self, rule: &Json) -> Said {
        if rule.get("rules").is_some() { self.group(rule) } else { self.condition(rule) }
    }

    fn group(&self, group: &Json) -> Said {
        let any = group.get("combinator").and_then(Json::as_text) == Some("or");
        let rules = match group.get("rules") {
            Some(Json::List(rules)) => rules.as_slice(),
            _ => &[],
        };
        let said = match rules {
            [] => Said::open(if any { "nobody" } else { "everyone" }),
            [only] => self.rule(only),
            _ => {
                let parts: Vec<Said> = rules.iter().map(|rule| self.rule(rule)).collect();
                let places: Vec<&Said> = parts.iter().filter(|part| part.is_place()).collect();
                // One list of places means any of them, which is what is said where all stand beside "or".
                let apart = places.len() > 1 && !(any && places.iter().all(|place| place.text.starts_with("from")));
                let parts: Vec<String> = parts.into_iter().map(|part| part.beside(any, apart)).collect();
                Said::open(parts.join(if any { " or " } else { " and " }))
            }
        };
        if group.get("not") != Some(&Json::Bool(true)) {
            return said;
        }
        let is_place = said.is_place();
        let text = format!("not {}", said.beside(true, false));
        if is_place { Said::place(text) } else { Said::closed(text) }
    }

    fn condition(&self, rule: &Json) -> Said {
        let text = |name| rule.get(name).and_then(Json::as_text).unwrap_or_default();
        let (field, operator) = (text("field"), text("operator"));
        let within = rule.get("within").and_then(Json::as_text).map(|stretch| format!(" {}", stretch_in_words(stretch)));
        let within = within.unwrap_or_default();
        let value = rule.get("value").unwrap_or(&Json::Null);
        let (positive, denied) = positive(operator);
        let not = if denied { "not " } else { "" };
        let zero = *value == Json::Number(0.into()) && within.is_empty();
        match (field, positive) {
            ("orderCount" | "visits", "=") if zero && !denied => {
                let text = format!("never {}", if field == "visits" { "visited" } else { "ordered" });
                Said { text, brackets: Brackets::BesideOr }
            }
            (_, "notNull") => Said::closed(match (field, denied) {
                ("tags", true) => "untagged".to_owned(),
                ("tags", false) => "has tags".to_owned(),
                _ => format!("{} is {}known{within}", self.named(field), if denied { "un" } else { "" }),
            }),
            ("createdAt" | "lastActiveAt" | "firstOrderAt" | "lastOrderAt", _) => {
                Said::closed(format!("{not}{}", moment(field, positive, value)))
            }
            ("tags", _) => Said::closed(format!("{not}tagged {}", texts(value, ""))),
            ("purchasedName", _) => Said::closed(format!("{not}bought {}{within}", texts(value, ""))),
            ("purchasedSku", _) => Said::closed(format!("{not}bought {}{within}", texts(value, "sku "))),
            ("segment", _) => Said::closed(format!("{not}in segment {}", self.segments(value))),
            ("emailConsent" | "smsConsent" | "whatsappConsent", _) => {
                let way = if *value == Json::Bool(true) { "in to" } else { "out of" };
                Said::closed(format!("{not}opted {way} {}", field.trim_end_matches("Consent")))
            }
            ("city" | "country", "=" | "in") => {
                let places: Option<Vec<String>> = list(value).iter().map(|place| self.place(field, place)).collect();
                match places {
                    Some(places) => Said::place(format!("{not}from {}", enumerated(places))),
                    None => Said::closed(self.compared(field, positive, denied, value)),
                }
            }
            _ => Said::closed(format!("{}{within}", self.compared(field, positive, denied, value))),
        }
    }

    /// Fields that are named and compared.
    fn compared(&self, field: &str, positive: &str, denied: bool, value: &Json) -> String {
        let not = if denied { "not " } else { "" };
        let numeric = list(value).iter().all(|one| matches!(one, Json::Number(_)));
        let number = |value: &Json| self.number(field, value);
        if *value == Json::Bool(true) || *value == Json::Bool(false) {
            return format!("{} is {not}{value}", self.named(field));
        }
        if !numeric {
            let verb = match (positive, denied) {
                ("contains", false) => "contains",
                ("contains", true) => "does not contain",
                ("beginsWith", false) => "starts with",
                ("beginsWith", true) => "does not start with",
                ("endsWith", false) => "ends with",
                ("endsWith", true) => "does not end with",
                ("in", false) => "is one of",
                ("in", true) => "is not one of",
                (_, false) => "is",
                (_, true) => "is not",
            };
            return format!("{} {verb} {}", self.named(field), texts(value, ""));
        }
        let size = match (positive, list(value)) {
            ("between", [low, high]) => format!("between {} and {}", number(low), number(high)),
            ("in", values) => format!("one of {}", enumerated(values.iter().map(number).collect())),
            (">", _) => format!("over {}", number(value)),
            (">=", _) => format!("at least {}", number(value)),
            ("<", _) => format!("less than {}", number(value)),
            ("<=", _) => format!("at most {}", number(value)),
            _ => format!("exactly {}", number(value)),
        };
        match field {
            _ if positive == "in" => format!("{} is {not}{size}", self.named(field)),
            "totalSpend" => format!("{not}spent {size}"),
            "orderCount" | "visits" => {
                let did = if field == "visits" { "visited" } else { "ordered" };
                let size = match (positive, value.to_string().as_str()) {
                    (">", "0") => "at least once".to_owned(),
                    ("between", _) => format!("{size} times"),
                    (_, "1") => format!("{}once", size.trim_end_matches('1')),
                    _ => format!("{size} times"),
                };
                format!("{not}{did} {}", size.replace("over ", "more than ").replace("less than", "fewer than"))
            }
            "averageOrderValue" if !denied => format!("average order value {size}"),
            _ => format!("{} is {not}{size}", self.named(field)),
        }
    }

    fn named(&self, field: &str) -> String {
        let Some(key) = field.strip_prefix("attributes.") else {
            return match field {
                "totalSpend" => "total spend",
                "orderCount" => "order count",
                "averageOrderValue" => "average order value",
                "createdAt" => "join date",
                "lastActiveAt" => "last activity",
                "firstOrderAt" => "first order",
                "lastOrderAt" => "last order",
                "timeZone" => "time zone",
                own => own,
            }
            .to_owned();
        };
        // A key that would be read as something else is quoted.
        let read = lex(key, self.vocabulary.currency.code());
        let plain = matches!(&*read, [only] if only.kind == Kind::Word && only.word == key.to_lowercase());
        if plain { format!("attribute {key}") } else { format!("attribute {}", quoted(key)) }
    }

    fn number(&self, field: &str, value: &Json) -> String {
        let Json::Number(number) = value else { return value.to_string() };
        match field {
            "totalSpend" | "averageOrderValue" => money(number, &self.vocabulary.currency),
            _ => grouped(number, false),
        }
    }

    /// A place as a name, if it is read back as that.
    fn place(&self, field: &str, value: &Json) -> Option<String> {
        let name = value.as_text()?;
        let tokens = lex(name, self.vocabulary.currency.code());
        let mut reader = Reader::new(name, &tokens, self.vocabulary);
        let read = reader.place(true).filter(|place| place.field == field && place.name == name);
        let plain = read.is_some() && reader.ended() && name.starts_with(char::is_uppercase);
        if plain { Some(name.to_owned()) } else { (field == "city").then(|| quoted(name)) }
    }

    fn segments(&self, value: &Json) -> String {
        let name = |id: &Json| {
            let id = id.as_text().unwrap_or_default();
            quoted(self.vocabulary.segment_name(id).unwrap_or(id))
        };
        enumerated(list(value).iter().map(name).collect())
    }
}

/// An amount in major units, as people write it: "₹12,34,500".
#[must_use]
pub fn money(number: &Number, currency: &Currency) -> String {
    let code = currency.code();
    let mark = match code {
        "INR" => "₹",
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        _ => return format!("{code} {}", grouped(number, false)),
    };
    format!("{mark}{}", grouped(number, code == "INR"))
}

/// The operator without its negation.
fn positive(operator: &str) -> (&str, bool) {
    let positive = match operator {
        "!=" => "=",
        "doesNotContain" => "contains",
        "doesNotBeginWith" => "beginsWith",
        "doesNotEndWith" => "endsWith",
        "notIn" => "in",
        "notBetween" => "between",
        "notWithin" => "within",
        "null" => "notNull",
        other => return (other, false),
    };
    (positive, true)
}

fn moment(field: &str, operator: &str, value: &Json) -> String {
    let counts_back = operator == "within" && !value.as_text().is_some_and(|text| text.contains('/'));
    let deed = match field {
        "createdAt" => "joined",
        "firstOrderAt" => "first ordered",
        "lastOrderAt" if counts_back => "ordered",
        "lastOrderAt" => "last ordered",
        _ if counts_back => "active",
        _ => "last active",
    };
    let when = match (operator, list(value)) {
        ("between", [first, last]) => format!("between {} and {}", instant(first), instant(last)),
        ("within", _) => stretch_in_words(value.as_text().unwrap_or_default()),
        ("<", _) => format!("before {}", instant(value)),
        ("<=", _) => format!("on or before {}", instant(value)),
        (">", _) => format!("after {}", instant(value)),
        _ => format!("on or after {}", instant(value)),
    };
    format!("{deed} {when}")
}

fn instant(value: &Json) -> String {
    let text = value.as_text().unwrap_or_default();
    match (parse_date(text), Time::parse(text)) {
        (None, Ok(time)) => time.to_string(),
        _ => text.to_owned(),
    }
}

fn stretch_in_words(stretch: &str) -> String {
    match stretch.split_once('/') {
        Some((crate::times::FIRST_DAY, last)) => format!("on or before {last}"),
        Some((first, crate::times::LAST_DAY)) => format!("since {first}"),
        Some((first, last)) => format!("from {first} to {last}"),
        None => format!("in the last {}", spoken(stretch)),
    }
}

/// The elements of a list, or the one value that it is.
fn list(value: &Json) -> &[Json] {
    match value {
        Json::List(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// Texts in quotation marks, the word `each` before each.
fn texts(value: &Json, each: &str) -> String {
    enumerated(list(value).iter().map(|text| format!("{each}{}", quoted(text.as_text().unwrap_or_default()))).collect())
}

/// "a, b or c"
fn enumerated(mut items: Vec<String>) -> String {
    match items.pop() {
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} or {last}", items.join(", ")),
        None => String::new(),
    }
}

/// A mark within is written twice, as the lexer reads it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Digits in groups: thousands, or in India thousands and then hundreds of them.
fn grouped(number: &Number, by_lakh: bool) -> String {
    let text = number.to_string();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let (whole, fraction) = text.find('.').map_or((text, ""), |point| text.split_at(point));
    if !whole.bytes().all(|b| b.is_ascii_digit()) {
        return text.to_owned();
    }
    let mut reversed = String::new();
    for (place, digit) in whole.chars().rev().enumerate() {
        if place == 3 || place > 3 && if by_lakh { place % 2 == 1 } else { place % 3 == 0 } {
            reversed.push(',');
        }
        reversed.push(digit);
    }
    reversed.chars().rev().chain(fraction.chars()).collect()
}
