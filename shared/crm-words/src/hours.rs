//! When a message is sent: a good hour of the next day, unless its objective names a day.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday, time};

use crate::objective::{Day, Kind};

/// From this hour on nothing more is sent on a day.
const LATEST: i8 = 22;

/// The time on each recipient's clock, and why.
pub(crate) fn when(kind: Kind, day: Option<Day>, now: DateTime, why: &mut Vec<String>) -> DateTime {
    let (hour, reason) = hour(kind);
    let usual = usual(kind, now.date());
    let chosen = match day {
        None => None,
        Some(Day::Unknown) => {
            why.push("The objective names a time whose day is not known here, so the day has to be set.".to_owned());
            None
        }
        Some(Day::Until(last)) if usual < last => None,
        Some(Day::Until(last)) => Some((last, "before what the objective says is over")),
        // Whoever comes has to know before.
        Some(Day::On(first)) if usual < first && !on_the_day(kind) => None,
        Some(Day::On(first)) => Some((first, "the day that the objective names")),
    };
    match chosen {
        Some((day, because)) if day == now.date() => {
            // The next full hour leaves no time to look at the draft.
            let hour = now.hour() + 2;
            if hour < LATEST {
                why.push(format!("Today at {hour}:00 on each recipient's own clock, {because}."));
                return day.to_datetime(time(hour, 0, 0, 0));
            }
            why.push("The objective is for today, of which too little is left, so the day has to be set.".to_owned());
        }
        Some((day, because)) => {
            let hour = hour.min(10);
            why.push(format!("On {} at {hour}:00 on each recipient's own clock, {because}.", day.strftime("%A, %-d %B %Y")));
            return day.to_datetime(time(hour, 0, 0, 0));
        }
        None => {}
    }
    let skipped = now.date().tomorrow().is_ok_and(|next| next != usual);
    let sunday = if skipped { ", as Sunday is no day for it" } else { "" };
    why.push(format!("On {} at {hour}:00 on each recipient's own clock, {reason}{sunday}.", usual.strftime("%A")));
    usual.to_datetime(time(hour, 0, 0, 0))
}

/// Tomorrow, or Monday for what is no matter of Sundays.
fn usual(kind: Kind, today: Date) -> Date {
    let on_sundays = matches!(kind, Kind::Sale | Kind::Cart | Kind::Birthday | Kind::Greeting);
    let day = today.tomorrow().unwrap_or(today);
    if day.weekday() == Weekday::Sunday && !on_sundays { day.checked_add(1.day()).unwrap_or(day) } else { day }
}

/// Whether it is told on the day on which it is.
const fn on_the_day(kind: Kind) -> bool {
    matches!(kind, Kind::Sale | Kind::Greeting | Kind::Birthday | Kind::Launch | Kind::Restock)
}

/// Leisure is for evenings, what has to be done for mornings.
const fn hour(kind: Kind) -> (i8, &'static str) {
    match kind {
        Kind::Sale | Kind::Cart => (18, "in the early evening, when people have time to shop"),
        Kind::Launch | Kind::Restock | Kind::Event | Kind::WinBack => {
            (11, "late in the morning, when messages of the night are read")
        }
        Kind::Birthday | Kind::Greeting => (9, "in the morning, so that wishes come first"),
        _ => (10, "in the morning, after the first rush"),
    }
}
