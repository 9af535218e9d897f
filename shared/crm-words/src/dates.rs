//! Days and stretches of days: dates, months, quarters, years, and those counted from today.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::cursor::Reader;
use crate::lexer::Kind;

/// First and last day, or one instant twice, as rules write them.
pub(crate) type Period = (String, String);

impl Reader<'_> {
    /// "2026-01-31", "31 Jan 2026", "January", "Q1 2026", "2025", "last month", "yesterday", "the end of 2024".
    pub(crate) fn period(&mut self) -> Option<Period> {
        self.attempt(|reader| {
            if let Some(token) = reader.token(0).filter(|token| token.kind == Kind::Moment) {
                reader.at += 1;
                // Upper case, as instants are written.
                return Some((token.word.to_uppercase(), token.word.to_uppercase()));
            }
            let (first, last) = reader.days()?;
            Some((first.to_string(), last.to_string()))
        })
    }

    /// A period that needs no preposition: "this year", "yesterday", "Q1 2026".
    pub(crate) fn relative_period(&mut self) -> Option<Period> {
        let (first, last) = self.attempt(|reader| {
            reader.eat(&["the"]);
            reader
                .attempt(Self::financial_year)
                .or_else(|| reader.attempt(Self::named_day))
                .or_else(|| reader.attempt(Self::part_of_year))
        })?;
        Some((first.to_string(), last.to_string()))
    }

    fn days(&mut self) -> Option<(Date, Date)> {
        self.eat(&["the"]);
        let edge = self.word(0);
        if matches!(edge, "end" | "close" | "beginning" | "start") && self.word(1) == "of" {
            self.at += 2;
            let (first, last) = self.days()?;
            return Some(if matches!(edge, "end" | "close") { (last, last) } else { (first, first) });
        }
        if self.word(0) == "year" && self.year_at(1).is_some() {
            self.at += 1;
        }
        self.attempt(Self::financial_year)
            .or_else(|| self.attempt(Self::named_day))
            .or_else(|| self.attempt(Self::counted_day))
            .or_else(|| self.attempt(Self::month_and_day))
            .or_else(|| self.attempt(Self::part_of_year))
            .or_else(|| self.attempt(|reader| reader.year().and_then(|year| whole(date(year, 1, 1), 12))))
    }

    /// "today", "this week", "last month", "the previous quarter".
    fn named_day(&mut self) -> Option<(Date, Date)> {
        let today = self.vocabulary.today;
        let word = self.word(0);
        self.at += 1;
        let back = match word {
            "today" => return Some((today, today)),
            "yesterday" => return Some((today.yesterday().ok()?, today.yesterday().ok()?)),
            "this" | "current" => 0,
            "last" | "previous" => 1,
            _ => return None,
        };
        let unit = self.word(0);
        self.at += 1;
        let first = today.first_of_month();
        let shift = |day: Date, months: i32| day.checked_sub((months * back).months()).ok();
        match unit {
            "week" => {
                let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
                let monday = monday.checked_sub((7 * back).days()).ok()?;
                Some((monday, monday.checked_add(6.days()).ok()?))
            }
            "month" => whole(shift(first, 1)?, 1),
            "quarter" => whole(shift(date(first.year(), (first.month() - 1) / 3 * 3 + 1, 1), 3)?, 3),
            "year" => whole(shift(first.first_of_year(), 12)?, 12),
            _ => None,
        }
    }

    /// "31 Jan 2026", "15th of August".
    fn counted_day(&mut self) -> Option<(Date, Date)> {
        let day = self.day_of_month()?;
        self.eat(&["of"]);
        let month = self.month()?;
        self.eat_symbol(",");
        let year = self.year();
        self.day(year, month, day)
    }

    /// "January", "Jan 2026", "Jan 31, 2026".
    fn month_and_day(&mut self) -> Option<(Date, Date)> {
        let month = self.month()?;
        if let Some(day) = self.attempt(Self::day_of_month) {
            let year = self.attempt(|reader| {
                reader.eat_symbol(",");
                reader.year()
            });
            return self.day(year, month, day);
        }
        self.eat(&["of"]);
        let year = self.year();
        whole(self.latest(year, month, 1)?, 1)
    }

    /// "calendar Q1 2026", "the first quarter of calendar year 2026", "Q1 of FY 2025-26". A quarter of neither may be of the
    /// calendar or of the financial year.
    fn part_of_year(&mut self) -> Option<(Date, Date)> {
        let calendar = self.eat(&["calendar"]);
        let ordinal = ["first", "second", "third", "fourth"].iter().position(|word| *word == self.word(0));
        let (place, months) = match (ordinal, self.word(1), self.word(0)) {
            (Some(place), "quarter", _) => (place, 3),
            (Some(place @ 0..=1), "half", _) => (place, 6),
            (_, _, "q1") => (0, 3),
            (_, _, "q2") => (1, 3),
            (_, _, "q3") => (2, 3),
            (_, _, "q4") => (3, 3),
            (_, _, "h1") => (0, 6),
            (_, _, "h2") => (1, 6),
            _ => return None,
        };
        self.at += 1 + usize::from(ordinal.is_some());
        self.eat(&["of", "in"]);
        if let Some((first, _)) = self.attempt(Self::financial_year) {
            let first = first.checked_add((i32::try_from(place).ok()? * i32::from(months)).months()).ok()?;
            return whole(first, i32::from(months)).filter(|_| !calendar);
        }
        let calendar = self.eat(&["calendar"]) || calendar;
        self.eat(&["year"]);
        let year = self.year();
        whole(self.latest(year, place as i8 * months + 1, 1)?, i32::from(months)).filter(|_| calendar)
    }

    /// "this financial year", "FY 2025-26", as India counts: from April to March.
    fn financial_year(&mut self) -> Option<(Date, Date)> {
        let today = self.vocabulary.today;
        let current = today.year() - i16::from(today.month() < 4);
        let back = match self.word(0) {
            "this" | "current" => Some(0),
            "last" | "previous" => Some(1),
            _ => None,
        };
        self.at += usize::from(back.is_some());
        let written = self.word(0);
        let year = if let Some(years) = written.strip_prefix("fy").filter(|years| !years.is_empty()) {
            self.at += 1;
            Some(years.to_owned())
        } else if self.eat(&["fy", "fiscal"]) || self.eat_run(&["financial", "year"]) {
            self.eat(&["year"]);
            let start = self.at;
            // "2025-26"
            let _years = self.attempt(|reader| {
                reader.year()?;
                reader.eat_symbol("-/").then_some(())?;
                reader.at += 1;
                Some(())
            });
            Some(self.written(start).to_owned()).filter(|_| self.at > start)
        } else {
            return None;
        };
        let year = match (back, year) {
            (Some(back), None) => current - back,
            (None, Some(years)) => {
                // "FY26" may begin or end in that year.
                let (first, second) = years.split_once(['-', '/'])?;
                let first: i16 = first.parse().ok().filter(|year| (1900..=2198).contains(year))?;
                let next = (first + 1).to_string();
                (second == next || second.len() == 2 && next.ends_with(second)).then_some(first)?
            }
            _ => return None,
        };
        (self.vocabulary.currency.code() == "INR").then_some(())?;
        whole(date(year, 4, 1), 12)
    }

    fn day(&self, year: Option<i16>, month: i8, day: i8) -> Option<(Date, Date)> {
        let day = self.latest(year, month, day)?;
        Some((day, day))
    }

    /// Such a day of a year, or else the latest that is not to come.
    fn latest(&self, year: Option<i16>, month: i8, day: i8) -> Option<Date> {
        let today = self.vocabulary.today;
        let of = |year| Date::new(year, month, day).ok();
        match year {
            Some(year) => of(year),
            None => of(today.year()).filter(|day| *day <= today).or_else(|| of(today.year() - 1)),
        }
    }

    fn day_of_month(&mut self) -> Option<i8> {
        let token = self.token(0).filter(|token| token.kind == Kind::Number && token.word.len() <= 2)?;
        let day = token.word.parse().ok().filter(|day| (1..=31).contains(day))?;
        self.at += 1;
        self.eat(&["st", "nd", "rd", "th"]);
        Some(day)
    }

    fn month(&mut self) -> Option<i8> {
        const MONTHS: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        let word = self.word(0);
        let place = MONTHS.iter().position(|month| {
            *month == word || word.len() == 3 && month.starts_with(word) || word == "sept" && *month == "september"
        })?;
        self.at += 1;
        Some(place as i8 + 1)
    }

    fn year(&mut self) -> Option<i16> {
        let year = self.year_at(0)?;
        self.at += 1;
        Some(year)
    }

    fn year_at(&self, ahead: usize) -> Option<i16> {
        let token = self.token(ahead).filter(|token| token.kind == Kind::Number && token.word.len() == 4)?;
        // "2,025" is an amount.
        let plain = token.to - token.from == 4;
        token.word.parse().ok().filter(|year| plain && (1900..=2199).contains(year))
    }
}

/// So many months from the first of one.
fn whole(first: Date, months: i32) -> Option<(Date, Date)> {
    Some((first, first.checked_add(months.months()).ok()?.yesterday().ok()?))
}
