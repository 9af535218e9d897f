//! Durations counted back from now: months by the calendar in UTC, the rest by the clock.
//!
//! Going back by months clamps to the end of a short month and keeps the time of day, as jiff and every calendar library
//! do. So the beginning of "one month back" is not monotone: from 28 March 23:00 it is 28 February 23:00, from 29 March
//! 01:00 it is 28 February 01:00. What left the stretch late on the 28th is in it again on the 29th. [`Span::leaves`] and
//! [`Span::returns`] find those instants exactly.

use crate::faults::Reason;
use crate::time::{DAY, SECOND};

/// A duration of at least a microsecond and at most 200 years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    months: i64,
    micros: i64,
}

/// Seconds in a mean Gregorian month, exactly: 146,097 days in 4,800 months.
const MEAN_MONTH: i64 = 2_629_746;
const MAX_YEARS: i64 = 200;
/// Days of the shortest month, and of the longest.
const SHORTEST: i64 = 28;
const LONGEST: i64 = 31;

impl Span {
    /// Reads an ISO 8601 duration of whole numbers: `P30D`, `P6M`, `P1Y2M3W4DT5H6M7S`.
    pub(super) fn parse(text: &str) -> Result<Self, Reason> {
        const WRONG: &str = "must be an ISO 8601 duration in whole numbers, such as P30D, P6M or PT12H";
        let rest = text.strip_prefix('P').ok_or(WRONG)?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return Err(WRONG.into()),
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return Err(WRONG.into());
        }
        let day = DAY / SECOND;
        let [years, months, weeks, days] = amounts(date, ['Y', 'M', 'W', 'D']).ok_or(WRONG)?;
        let [hours, minutes, seconds] = amounts(time, ['H', 'M', 'S']).ok_or(WRONG)?;
        let months = years * 12 + months;
        let seconds = (weeks * 7 + days) * day + hours * 3600 + minutes * 60 + seconds;
        if months == 0 && seconds == 0 {
            return Err("must be longer than nothing".into());
        }
        if months * MEAN_MONTH + seconds > MAX_YEARS * 12 * MEAN_MONTH {
            return Err(format!("must be at most {MAX_YEARS} years").into());
        }
        Ok(Self { months, micros: seconds * SECOND })
    }

    /// Whether `at` is not before `now` less this duration. A scan asks of each order of each customer, so the calendar is
    /// looked at for those alone with whom it matters: whoever goes back by months goes back by 28 to 31 days for each.
    pub(super) fn reaches(self, at: i64, now: i64) -> bool {
        let since = now.saturating_sub(self.micros).saturating_sub(at);
        since <= self.months * SHORTEST * DAY || (since <= self.months * LONGEST * DAY && self.start(now) <= at)
    }

    /// `now` less this duration, in microseconds since the epoch.
    fn start(self, now: i64) -> i64 {
        let day = now.div_euclid(DAY);
        midnight(self.back(day)).saturating_add(now.rem_euclid(DAY)).saturating_sub(self.micros)
    }

    /// The first instant after `now` at which `at`, in the stretch at `now`, no longer is.
    pub(super) fn leaves(self, at: i64, now: i64) -> i64 {
        let brink = at.saturating_add(self.micros);
        if self.months == 0 {
            return brink.saturating_add(1);
        }
        // On a day that goes back to `target` it is out once the time of day passes that of the brink.
        let (target, time) = (brink.div_euclid(DAY), brink.rem_euclid(DAY));
        let (year, month, of_month) = civil(target);
        if of_month < SHORTEST {
            // Just one day goes back to it.
            return midnight(moved(year, month + self.months, of_month)).saturating_add(time + 1);
        }
        let today = now.div_euclid(DAY);
        let mut day = if self.back(today) == target { today } else { self.first_day_reaching(target) };
        while self.back(day) == target {
            if time + 1 < DAY {
                return midnight(day).saturating_add(time + 1);
            }
            day += 1;
        }
        midnight(day)
    }

    /// The first instant after `now` at which `at`, which has left the stretch, is in it again: the coming midnight, if
    /// the coming day goes back to the same day as this one.
    pub(super) fn returns(self, at: i64, now: i64) -> Option<i64> {
        let tomorrow = now.div_euclid(DAY) + 1;
        // Up to the 28th every day goes back to a day of its own.
        if self.months == 0 || civil(tomorrow).2 <= SHORTEST {
            return None;
        }
        let target = at.saturating_add(self.micros).div_euclid(DAY);
        (self.back(tomorrow) <= target).then(|| midnight(tomorrow))
    }

    /// The day, counted from the epoch, that lies the calendar part before `day`.
    fn back(self, day: i64) -> i64 {
        if self.months == 0 { day } else { shifted(day, -self.months) }
    }

    /// The first day whose [`Span::back`] is `target` or later.
    fn first_day_reaching(self, target: i64) -> i64 {
        let day = shifted(target, self.months);
        // Clamped: the last of the month goes back to before `target`, the next day to after it.
        if self.back(day) < target { day + 1 } else { day }
    }
}

/// The first instant of a day; saturates far outside the years that anything here has.
const fn midnight(day: i64) -> i64 {
    day.saturating_mul(DAY)
}

/// `text` as whole numbers, each followed by its letter, letters in this order and each at most once.
fn amounts<const N: usize>(mut text: &str, letters: [char; N]) -> Option<[i64; N]> {
    let mut amounts = [0; N];
    for (amount, letter) in amounts.iter_mut().zip(letters) {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = text.split_at(digits);
        if let Some(rest) = rest.strip_prefix(letter) {
            if number.is_empty() {
                return None;
            }
            // More digits than an i32 holds are far beyond 200 years in any unit: let the caller say so.
            *amount = number.parse::<i32>().map_or(10_000_000_000, i64::from);
            text = rest;
        }
    }
    text.is_empty().then_some(amounts)
}

/// A day moved by whole months, clamped to the end of the month.
fn shifted(day: i64, months: i64) -> i64 {
    let (year, month, day) = civil(day);
    moved(year, month + months, day)
}

/// The day of a date whose month may lie outside its year, clamped to the end of the month.
fn moved(year: i64, month: i64, day: i64) -> i64 {
    let month = year * 12 + (month - 1);
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    days(year, month, day.min(length(year, month)))
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a day counted from 1970-01-01 (H. Hinnant, "chrono-compatible low-level date algorithms").
/// By hand because it runs for each calendar condition and customer, but for those whose orders are far from the brink.
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The reverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    fn at(text: &str) -> i64 {
        Time::parse(text).unwrap().micros()
    }

    #[test]
    fn durations_are_read_or_refused() {
        for good in ["P30D", "P6M", "PT12H", "P1Y", "P2W", "P1Y2M3W4DT5H6M7S", "PT1S", "P200Y", "P2400M", "P0Y1D", "P73048D"] {
            assert!(Span::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "P",
            "PT",
            "P1DT",
            "P0D",
            "P0Y0M0DT0S",
            "-P1D",
            "P-1D",
            "+P1D",
            "P9999Y",
            "P201Y",
            "P200Y1D",
            "P73049D",
            "P99999999999999999999D",
            "PT99999999999999999999S",
            "30D",
            "p30d",
            "P30",
            "PD",
            "P1D1D",
            "P1D1M",
            "P1.5D",
            "PT0.5S",
            "P1H",
            "PT1D",
            "P30D ",
            " P30D",
            "P1Y/P2Y",
            "30 days",
            "P1M\u{660}D",
            "P١D",
        ] {
            assert!(Span::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn civil_dates_agree_with_jiff() {
        for day in (-80_000..150_000).step_by(17) {
            let (year, month, of_month) = civil(day);
            let date = Time::from_micros(day * DAY).date();
            assert_eq!((year, month, of_month), (i64::from(date.year()), i64::from(date.month()), i64::from(date.day())));
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn what_left_before_a_clamped_midnight_returns_at_it() {
        let month = Span::parse("P1M").unwrap();
        let noon = at("2026-02-28T12:00:00Z");
        let mut now = noon;
        let mut turns = Vec::new();
        loop {
            now = month.leaves(noon, now);
            assert!(month.start(now) > noon && month.start(now - 1) <= noon);
            turns.push(now);
            let Some(back) = month.returns(noon, now) else { break };
            assert!(month.start(back) <= noon && month.start(back - 1) > noon);
            now = back;
            turns.push(now);
        }
        let noons = ["2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31"].map(|day| at(&format!("{day}T12:00:00.000001Z")));
        let midnights = ["2026-03-29", "2026-03-30", "2026-03-31"].map(at);
        assert_eq!(turns, [noons[0], midnights[0], noons[1], midnights[1], noons[2], midnights[2], noons[3]]);
    }

    #[test]
    fn what_leaves_on_any_day_leaves_at_the_first_instant_that_it_can() {
        let spans = ["P1M", "P2M", "P6M", "P13M", "P1Y", "P1M1D", "P1MT12H", "P1MT23H59M59S", "P3W"]
            .map(|text| Span::parse(text).unwrap());
        for day in at("2023-12-01T00:00:00Z") / DAY..at("2026-04-01T00:00:00Z") / DAY {
            for (span, time) in spans.iter().flat_map(|span| [0, DAY / 2, DAY - 1].map(|time| (span, time))) {
                let event = midnight(day) + time;
                let leaves = span.leaves(event, event);
                assert!(span.start(leaves) > event && span.start(leaves - 1) <= event, "{span:?} {event}");
                // On each day the stretch begins latest at its last instant.
                assert!(
                    (day..leaves.div_euclid(DAY)).all(|before| span.start(midnight(before + 1) - 1) <= event),
                    "{span:?} {event}"
                );
                let returns = span.returns(event, leaves);
                let tomorrow = midnight(leaves.div_euclid(DAY) + 1);
                assert_eq!(returns, (span.start(tomorrow) <= event).then_some(tomorrow), "{span:?} {event}");
            }
        }
    }

    #[test]
    fn a_stretch_reaches_back_to_its_start_and_no_further() {
        let spans = ["P1M", "P2M", "P11M", "P1Y", "P30Y", "P1M1D", "P1MT23H59M59S", "P3W", "PT1S", "P200Y"]
            .map(|text| Span::parse(text).unwrap());
        for day in at("2023-12-01T00:00:00Z") / DAY..at("2026-04-01T00:00:00Z") / DAY {
            for (span, time) in spans.iter().flat_map(|span| [0, DAY / 2, DAY - 1].map(|time| (span, time))) {
                let now = midnight(day) + time;
                let start = span.start(now);
                let near = (-4..=4).flat_map(|days| [-1, 0, 1].map(|more| start + days * DAY + more));
                // Where all months are short, or all are long.
                let far = [SHORTEST, LONGEST].into_iter().flat_map(|month| {
                    let bound = now - span.micros - span.months * month * DAY;
                    [-1, 0, 1].map(|more| bound + more)
                });
                for event in near.chain(far) {
                    assert_eq!(span.reaches(event, now), start <= event, "{span:?} {event} {now}");
                }
            }
        }
    }
}
