//! Days, hours and stretches of them, recognised but not worked out: a message says them as the objective does.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use super::kinds::occasion_at;
use crate::cursor::Reader;
use crate::lexer::Kind;
use crate::spans::unit;
use crate::words::set;

/// Words for days and parts of them, months among them. "May" is one only with its capital letter.
pub(crate) static DAY_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun today tomorrow tonight \
         midnight noon weekend")
        .into_iter()
        .chain(MONTHS.iter().copied())
        .collect()
});

static MONTHS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "january february march april june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
    )
});

static PARTS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| set("week weekend month year evening morning afternoon night season fortnight quarter"));

/// What a stretch of days says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// "until Sunday"
    Deadline,
    /// "on Friday"
    When,
}

impl Reader<'_> {
    /// "until Sunday", "on 5 December at 6 pm", "this weekend", "for 48 hours": its tokens and what they say.
    pub(super) fn dated_here(&mut self) -> Option<(Range<usize>, Sense)> {
        self.attempt(|reader| {
            let mut from = reader.at;
            if reader.eat(&["valid", "ends", "ending", "end", "closes", "closing", "expires", "expiring", "lasts"]) {
                // "ends on Sunday" and "ends Sunday" are quoted whole.
                reader.eat(&["until", "till", "on", "by", "this", "at", "through"]);
                reader.point()?;
                return Some((from..reader.at, Sense::Deadline));
            }
            if reader.eat(&["only"]) {
                from = reader.at;
            }
            match reader.word(0) {
                "until" | "till" | "by" | "before" | "through" => {
                    reader.at += 1;
                    reader.point()?;
                    Some((from..reader.at, Sense::Deadline))
                }
                "on" | "from" | "starting" | "at" | "since" => {
                    reader.at += 1;
                    reader.eat(&["from", "on"]);
                    reader.point()?;
                    let _until = reader.attempt(|reader| {
                        let to = reader.eat(&["to", "until", "till", "through"]) || reader.eat_symbol("-");
                        to.then_some(())?;
                        reader.point()
                    });
                    Some((from..reader.at, Sense::When))
                }
                "for" => {
                    reader.at += 1;
                    reader.eat(&["the", "only", "just"]);
                    reader.eat(&["next"]);
                    reader.small_number()?;
                    reader.eat_symbol("-");
                    unit(reader.word(0))?;
                    reader.at += 1;
                    Some((from..reader.at, Sense::Deadline))
                }
                _ => {
                    let relative = matches!(reader.word(0), "this" | "next" | "tomorrow" | "tonight" | "coming");
                    relative.then_some(())?;
                    reader.point()?;
                    Some((from..reader.at, Sense::When))
                }
            }
        })
    }

    /// One or more words for a point in time: "Friday, 5 December at 6 pm", "the end of the month".
    fn point(&mut self) -> Option<()> {
        self.one_point()?;
        while self
            .attempt(|reader| {
                reader.eat_symbol(",");
                reader.eat(&["at", "on", "the", "from", "of"]);
                let named = matches!(reader.token(0)?.kind, Kind::Number | Kind::Moment) || DAY_WORDS.contains(reader.word(0));
                named.then_some(())?;
                reader.one_point()
            })
            .is_some()
        {}
        Some(())
    }

    fn one_point(&mut self) -> Option<()> {
        self.attempt(|reader| {
            reader.eat(&["the"]);
            if matches!(reader.word(0), "end" | "close" | "beginning" | "start") && reader.word(1) == "of" {
                reader.at += 2;
                reader.eat_all(&["the", "this", "next"]);
                let named = DAY_WORDS.contains(reader.word(0)) || PARTS.contains(reader.word(0));
                reader.at += 1;
                return named.then_some(());
            }
            let relative = reader.eat(&["this", "next", "coming", "every"]);
            let word = reader.word(0);
            if DAY_WORDS.contains(word) || word == "may" && reader.is_capital(0) {
                reader.at += 1;
                // "5 December" is read from its number, "December 5th, 2026" from here.
                if reader.token(0).is_some_and(|token| token.kind == Kind::Number && token.word.len() <= 2) {
                    let clock = matches!(reader.word(1), "am" | "pm")
                        || reader.token(1).is_some_and(|next| next.kind == Kind::Symbol('%'));
                    if !clock {
                        reader.at += 1;
                        reader.eat(&["st", "nd", "rd", "th"]);
                    }
                }
                reader.year_here();
                reader.eat(&["morning", "evening", "night", "afternoon", "midnight"]);
                return Some(());
            }
            if PARTS.contains(word) && (relative || word == "weekend") {
                reader.at += 1;
                return Some(());
            }
            if let Some(length) = occasion_at(reader.rest()) {
                reader.at += length;
                return Some(());
            }
            if reader.token(0)?.kind == Kind::Moment {
                reader.at += 1;
                return Some(());
            }
            reader.token(0).filter(|token| token.kind == Kind::Number)?;
            reader.at += 1;
            // "6:30 pm", "6 pm", "18:00"
            let minutes = reader.attempt(|reader| {
                let colon = reader.eat_symbol(":.");
                let number = reader.token(0).is_some_and(|token| token.kind == Kind::Number && token.word.len() == 2);
                reader.at += 1;
                (colon && number).then_some(())
            });
            if reader.eat(&["am", "pm"]) || minutes.is_some() {
                return Some(());
            }
            reader.eat(&["st", "nd", "rd", "th"]);
            reader.eat(&["of"]);
            let month = MONTHS.contains(reader.word(0)) || reader.word(0) == "may";
            month.then_some(())?;
            reader.at += 1;
            reader.year_here();
            Some(())
        })
    }

    fn year_here(&mut self) {
        let _year = self.attempt(|reader| {
            reader.eat_symbol(",");
            let year = reader.token(0).filter(|token| token.kind == Kind::Number && token.word.len() == 4)?;
            let plain = year.word.starts_with("20");
            reader.at += 1;
            plain.then_some(())
        });
    }
}
