//! When something happened: "in the last 90 days", "since January", "before 2024", "over a year ago".

use jiff::ToSpan;
use jiff::civil::Date;

use crate::conventions::RECENTLY;
use crate::cursor::Reader;
use crate::dates::Period;
use crate::lexer::Kind;
use crate::spans::{Part, Unit, iso, unit};
use crate::words::BOUNDS;

/// When something happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum When {
    /// In such a duration up to now.
    Back(String),
    /// On one of these days.
    During(Period),
    /// Between two instants or days, both included.
    Between(Period),
    Before(String),
    UpTo(String),
    After(String),
    Since(String),
    /// Longer ago than that.
    Longer(String),
    /// Between so long ago and so much longer ago.
    Ago {
        near: String,
        far: String,
    },
}

/// Where stretches of orders that have no end, or no beginning, stop: the years that dates may have.
pub(crate) const FIRST_DAY: &str = "1900-01-01";
pub(crate) const LAST_DAY: &str = "2199-12-31";

impl When {
    /// The stretch of orders that it names, if it names one.
    pub(crate) fn stretch(&self) -> Option<String> {
        let day = |text: &str| text.parse::<Date>().ok().filter(|_| text.len() == 10);
        Some(match self {
            Self::Back(duration) => duration.clone(),
            Self::During((first, last)) | Self::Between((first, last)) => format!("{}/{}", day(first)?, day(last)?),
            Self::Before(text) => format!("{FIRST_DAY}/{}", day(text)?.yesterday().ok()?),
            Self::UpTo(text) => format!("{FIRST_DAY}/{}", day(text)?),
            Self::After(text) => format!("{}/{LAST_DAY}", day(text)?.checked_add(1.day()).ok()?),
            Self::Since(text) => format!("{}/{LAST_DAY}", day(text)?),
            Self::Longer(_) | Self::Ago { .. } => return None,
        })
    }
}

impl Reader<'_> {
    /// When something happened, if that is said here.
    pub(crate) fn when(&mut self) -> Option<When> {
        let when = self.when_once()?;
        // "this year so far" says no more than "this year".
        self.eat_run(&["so", "far"]);
        Some(when)
    }

    fn when_once(&mut self) -> Option<When> {
        self.attempt(Self::back)
            .or_else(|| self.attempt(Self::ago))
            .or_else(|| self.attempt(Self::between))
            .or_else(|| self.attempt(Self::bounded))
            .or_else(|| {
                self.attempt(|reader| {
                    // A bare "2025" may be an amount.
                    let opened = reader.eat(&["in", "on", "during", "of", "for", "within", "at", "from"]);
                    let vague = matches!((reader.word(0), reader.word(1)), ("the", "start" | "beginning" | "end" | "close"));
                    if opened && !vague { reader.period() } else { reader.relative_period() }.map(When::During)
                })
            })
    }

    /// "in the last 90 days", "within a month", "recently"; where something is denied also "for 60 days".
    fn back(&mut self) -> Option<When> {
        if self.eat(&["recently", "lately"]) {
            return Some(When::Back(RECENTLY.to_owned()));
        }
        let opened = self.eat(&["in", "within", "during", "over", "for", "from", "throughout", "since", "across"]);
        let opening = if opened { self.word_before() } else { "" };
        if self.denied && matches!(opening, "in" | "for") {
            self.eat_longer();
        }
        let article = self.eat(&["the", "these", "our"]);
        let last = self.word(0);
        if self.eat(&["last", "past", "previous", "preceding", "recent"]) {
            let numbered = self.at;
            let duration = self.duration()?;
            // "last month" is one of the calendar; "the last month" and "past month" end today.
            let counted = self.tokens.get(numbered).is_some_and(|token| token.kind == Kind::Number) || self.at > numbered + 1;
            return (counted || article && last != "previous" || last == "past").then_some(When::Back(duration));
        }
        let allowed = matches!(opening, "in" | "within") || opening == "for" && self.denied;
        let duration = if allowed && !article { self.duration()? } else { return None };
        self.eat_all(&["now"]);
        let over = self.attempt(|reader| (reader.eat(&["or"]) && reader.eat(&["more", "longer"])).then_some(()));
        // "in 60 days or more" is a stretch only of what did not happen.
        (self.word(0) != "ago" && (over.is_none() || self.denied)).then_some(When::Back(duration))
    }

    /// "more than", before a duration that nothing happened in: those who stay away longer stay away so long.
    pub(crate) fn eat_longer(&mut self) -> bool {
        if self.eat(&["over"]) {
            return true;
        }
        let longer = matches!((self.word(0), self.word(1)), ("more" | "longer", "than") | ("at", "least"));
        self.at += 2 * usize::from(longer);
        longer
    }

    /// "more than 60 days ago", "between 30 and 60 days ago", "less than a week ago".
    fn ago(&mut self) -> Option<When> {
        if let Some(range) = self.attempt(Self::ago_between) {
            return Some(range);
        }
        let denied = self.word(1) == "more" && self.eat(&["not", "no"]);
        let less = matches!((self.word(0), self.word(1)), ("less" | "fewer", "than")) || denied;
        self.at += 2 * usize::from(less);
        let less = less || self.eat(&["within", "under"]);
        let older = !less && self.eat_run(&["older", "than"]);
        let longer = older || !less && (self.eat_longer() || self.eat_earlier());
        let duration = self.duration()?;
        if !older && !self.eat(&["ago", "back", "earlier", "old"]) {
            return None;
        }
        let or_more = self.attempt(|reader| (reader.eat(&["or"]) && reader.eat(&["more", "longer", "earlier"])).then_some(()));
        match (less, longer || or_more.is_some()) {
            (true, false) => Some(When::Back(duration)),
            (false, true) => Some(When::Longer(duration)),
            // "30 days ago" may be that day or all since.
            _ => None,
        }
    }

    fn ago_between(&mut self) -> Option<When> {
        self.eat(&["between", "from"]);
        let near = self.duration_or_count()?;
        if !self.eat(&["and", "to"]) && !self.eat_symbol("-") {
            return None;
        }
        let far = self.one_duration()?;
        let near = near.unwrap_or_else(|count| Part { count, unit: far.unit });
        let (near, far) = if near.unit == far.unit && near.count > far.count { (far, near) } else { (near, far) };
        self.eat(&["ago", "back"]).then(|| When::Ago { near: iso(&[near]), far: iso(&[far]) })
    }

    /// "30 days", or the number alone where the unit comes later.
    fn duration_or_count(&mut self) -> Option<Result<Part, u32>> {
        self.attempt(Self::one_duration).map(Ok).or_else(|| self.small_number().map(Err))
    }

    fn eat_earlier(&mut self) -> bool {
        let earlier = self.word(0) == "earlier" && self.word(1) == "than";
        self.at += 2 * usize::from(earlier);
        earlier || self.eat(&["before"])
    }

    /// "between 1 January and 31 March", "from March to May 2026".
    fn between(&mut self) -> Option<When> {
        if !self.eat(&["between", "from"]) {
            return None;
        }
        let start = self.at;
        let (mut first, _) = self.period()?;
        let middle = self.at;
        if !self.eat(&["and", "to", "until", "till", "through"]) && !self.eat_symbol("-") {
            return None;
        }
        let (_, last) = self.period()?;
        if !self.says_year(start, middle) && (self.says_year(middle, self.at) || first > last) {
            // "between November and February 2026" begins in the year before.
            let day: Date = first.parse().ok()?;
            let year = last.get(..4)?.parse().ok()?;
            let moved = day.with().year(year).build().ok()?;
            first = if moved.to_string() > last { moved.with().year(year - 1).build().ok()? } else { moved }.to_string();
        }
        (first.get(..10) <= last.get(..10)).then_some(When::Between((first, last)))
    }

    fn says_year(&self, from: usize, to: usize) -> bool {
        let tokens = self.tokens.get(from..to).unwrap_or_default();
        let said = |word: &str| matches!(word, "this" | "last" | "today" | "yesterday" | "previous");
        tokens.iter().any(|token| token.kind != Kind::Word && token.word.len() >= 4 || said(&token.word))
    }

    /// "before 2024", "since January", "on or after 2026-01-31", "by the end of March".
    fn bounded(&mut self) -> Option<When> {
        let bound = self.eat_phrase(&BOUNDS)?;
        let (first, last) = self.period()?;
        self.eat(&["onwards", "onward"]);
        Some(match bound {
            Bound::Before => When::Before(first),
            Bound::UpTo => When::UpTo(last),
            Bound::After => When::After(last),
            Bound::Since => When::Since(first),
        })
    }

    /// "90 days", "three weeks", "a month", "1 year 2 months", as ISO 8601 writes it.
    pub(crate) fn duration(&mut self) -> Option<String> {
        let mut parts = vec![self.one_duration()?];
        while let Some(part) = self.attempt(|reader| {
            reader.eat(&["and"]);
            let count = reader.small_number()?;
            // "30 days and 60 days" are two durations.
            reader.counted_unit(count).filter(|part| parts.last().is_some_and(|last| last.unit < part.unit))
        }) {
            parts.push(part);
        }
        Some(iso(&parts))
    }

    fn one_duration(&mut self) -> Option<Part> {
        self.attempt(|reader| {
            if reader.eat(&["half"]) {
                reader.eat(&["a"]);
                return reader.eat(&["year"]).then_some(Part { count: 6, unit: Unit::Month });
            }
            let couple = reader.word(0) == "couple" || reader.word(0) == "a" && reader.word(1) == "couple";
            let count = if couple || matches!(reader.word(0), "a" | "an") {
                reader.eat(&["a", "an"]);
                reader.eat(&["couple"]);
                reader.eat(&["of"]);
                if couple { 2 } else { 1 }
            } else {
                // A bare unit: "the last week".
                reader.small_number().unwrap_or(1)
            };
            reader.counted_unit(count)
        })
    }

    fn counted_unit(&mut self, count: u32) -> Option<Part> {
        let (many, unit) = unit(self.word(0))?;
        self.at += 1;
        if many == 3 {
            // "the last quarter year"
            self.eat(&["year"]);
        }
        Some(Part { count: count.checked_mul(many)?, unit })
    }
}

/// On which side of a period something lies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    Before,
    UpTo,
    After,
    Since,
}
