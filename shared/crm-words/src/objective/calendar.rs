//! On which days of the calendar what an objective names lies, seen from today.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::days::Sense;
use super::kinds::occasion_at;
use crate::cursor::Reader;
use crate::lexer::{Kind, Token};

/// How many days ahead a deadline lies at most; a later one is rather one of the past.
const LONG_AGO: i32 = 330;

/// A time that an objective names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// On such a day, and no later.
    Until(Date),
    /// From this day on.
    On(Date),
    /// Some day that the calendar does not tell, or one that is over.
    Unknown,
}

/// The time that is named outside of the tokens that describe people: what ends first, else what begins.
pub(crate) fn day(reader: &Reader<'_>, beside: &std::ops::Range<usize>, today: Date) -> Option<Named> {
    let mut reader = Reader::new(reader.text, reader.tokens, reader.vocabulary);
    let mut found: Vec<Named> = Vec::new();
    let mut at = 0;
    while at < reader.tokens.len() {
        reader.at = at;
        if beside.contains(&at) {
            at += 1;
            continue;
        }
        if let Some((tokens, sense)) = reader.dated_here() {
            let of_length = reader.tokens.get(tokens.start).is_some_and(|token| token.word == "for");
            let named_by = reader.tokens.get(tokens.clone()).unwrap_or_default();
            if !of_length && !is_hour(named_by) {
                found.push(named(named_by, sense, today));
            }
            at = tokens.end.max(at + 1);
            continue;
        }
        let here = reader.tokens.get(at..).unwrap_or_default();
        match reader.word(0) {
            "today" | "tonight" => found.push(Named::Until(today)),
            "this" if matches!(reader.word(1), "evening" | "morning" | "afternoon") => found.push(Named::Until(today)),
            _ => {
                if let Some(day) = fixed(here, today) {
                    found.push(Named::On(day));
                }
            }
        }
        at += 1;
    }
    let ends = found.iter().filter(|named| matches!(named, Named::Until(_))).min_by_key(|named| match named {
        Named::Until(day) | Named::On(day) => *day,
        Named::Unknown => Date::MAX,
    });
    let known = ends.or_else(|| found.iter().find(|named| matches!(named, Named::On(_))));
    known.or(found.first()).copied()
}

/// Whether these tokens say an hour and no day: "at 6 pm".
fn is_hour(tokens: &[Token]) -> bool {
    tokens.iter().all(|token| {
        matches!(&*token.word, "at" | "from" | "to" | "am" | "pm" | "until" | "till" | "by" | "before")
            || token.kind == Kind::Number
            || matches!(token.kind, Kind::Symbol(_))
    })
}

fn named(tokens: &[Token], sense: Sense, today: Date) -> Named {
    let Some((first, last)) = days(tokens, today) else { return Named::Unknown };
    let short = tokens.iter().any(|token| matches!(&*token.word, "today" | "tonight" | "evening" | "afternoon" | "morning"));
    match sense {
        _ if last < today => Named::Unknown,
        // "until 24 November", on the day after.
        Sense::Deadline if today.checked_add(LONG_AGO.days()).is_ok_and(|far| last > far) => Named::Unknown,
        // "before Friday" ends a day sooner than "until Friday".
        Sense::Deadline if tokens.first().is_some_and(|token| token.word == "before") && last > today => {
            Named::Until(last.yesterday().unwrap_or(last))
        }
        Sense::Deadline => Named::Until(last),
        Sense::When if short && first == today => Named::Until(today),
        Sense::When => Named::On(first.max(today)),
    }
}

/// First and last day of those that are named.
fn days(tokens: &[Token], today: Date) -> Option<(Date, Date)> {
    let mut found: Vec<(Date, Date)> = Vec::new();
    for at in 0..tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let (token, word) = rest.first().map(|token| (token, &*token.word))?;
        let next = at > 0 && tokens.get(at - 1).is_some_and(|token| token.word == "next");
        let one = |day: Date| Some((day, day));
        let day = match word {
            _ if token.kind == Kind::Moment => word.get(..10).and_then(|day| day.parse().ok()).and_then(one),
            "today" | "tonight" | "midnight" => one(today),
            "evening" | "morning" | "afternoon" if found.is_empty() && at > 0 && tokens.get(at - 1)?.word == "this" => one(today),
            "tomorrow" => today.tomorrow().ok().and_then(one),
            "weekend" => {
                let saturday = if today.weekday() == Weekday::Sunday { today } else { coming(today, Weekday::Saturday) };
                let saturday = if next { saturday.checked_add(7.days()).ok()? } else { saturday };
                Some((saturday, coming(saturday, Weekday::Sunday)))
            }
            "month" if tokens.iter().any(|token| token.word == "end") => one(today.last_of_month()),
            "year" if tokens.iter().any(|token| token.word == "end") => one(today.last_of_year()),
            "week" if tokens.iter().any(|token| token.word == "end") => one(coming(today, Weekday::Sunday)),
            _ => match weekday(word) {
                Some(weekday) if next => one(coming(today.tomorrow().ok()?, weekday)),
                Some(weekday) => one(coming(today, weekday)),
                None => {
                    month(word).and_then(|month| of_month(tokens, at, month, today)).or_else(|| fixed(rest, today)).and_then(one)
                }
            },
        };
        // "Friday, 5 December" is that day.
        match day {
            Some(day) if month(word).is_some() && found.len() == 1 && !tokens.iter().any(|token| token.word == "to") => {
                found = vec![day];
            }
            Some(day) => found.push(day),
            None => {}
        }
    }
    let midnight = tokens.iter().any(|token| token.word == "midnight") && found.len() > 1;
    if midnight {
        found.retain(|(day, _)| *day != today);
    }
    Some((found.iter().map(|(first, _)| *first).min()?, found.iter().map(|(_, last)| *last).max()?))
}

/// That day of the week, today or to come.
fn coming(from: Date, weekday: Weekday) -> Date {
    let ahead = (weekday.to_monday_zero_offset() - from.weekday().to_monday_zero_offset()).rem_euclid(7);
    from.checked_add(i64::from(ahead).days()).unwrap_or(from)
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let known = super::DAY_WORDS.contains(word) || word == "may";
    let place = MONTHS.iter().position(|month| known && word.starts_with(month))?;
    weekday(word).is_none().then(|| i8::try_from(place + 1).ok()).flatten()
}

/// "5 December", "December 5th", the next such day unless a year is said.
fn of_month(tokens: &[Token], at: usize, month: i8, today: Date) -> Option<Date> {
    let number = |token: &Token| token.word.parse::<i8>().ok().filter(|day| token.kind == Kind::Number && (1..=31).contains(day));
    let near = |range: std::ops::Range<usize>| tokens.get(range).unwrap_or_default().iter().rev().find_map(number);
    let day = near(at.saturating_sub(3)..at).or_else(|| tokens.get(at + 1).and_then(number))?;
    let year = tokens.iter().find_map(|token| token.word.parse::<i16>().ok().filter(|year| (2000..2200).contains(year)));
    next(year, month, day, today)
}

fn next(year: Option<i16>, month: i8, day: i8, today: Date) -> Option<Date> {
    let of = |year| Date::new(year, month, day).ok();
    match year {
        Some(year) => of(year),
        None => of(today.year()).filter(|day| *day >= today).or_else(|| of(today.year() + 1)),
    }
}

/// A festival whose day is the same each year.
fn fixed(tokens: &[Token], today: Date) -> Option<Date> {
    occasion_at(tokens)?;
    let word = |at: usize| tokens.get(at).map_or("", |token| &*token.word);
    let (month, day) = match (word(0), word(1)) {
        ("republic", _) => (1, 26),
        ("independence", _) => (8, 15),
        ("christmas", _) => (12, 25),
        ("new", "year") => (1, 1),
        ("halloween", _) => (10, 31),
        ("valentine" | "valentines", _) => (2, 14),
        _ => return None,
    };
    next(None, month, day, today)
}
