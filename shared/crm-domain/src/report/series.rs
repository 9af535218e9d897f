//! When things happened: by the hour for two days, then by the day.

use serde::{Deserialize, Serialize};

use crate::message::Message;
use crate::time::{DAY, HOUR, Time};

/// Hours that are told one by one.
const HOURS: i64 = 48;
/// Days told after that: the longest attribution, and a month.
const DAYS: i64 = 120;

/// What happened in one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Happened {
    pub sent: u64,
    pub delivered: u64,
    pub opened: u64,
    pub clicked: u64,
    pub converted: u64,
}

/// Stretches without a gap, up to the last in which anything happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Series(Vec<Happened>);

impl Series {
    /// Counts what happened to one recipient of a campaign that began at `from`. What is earlier or much later has no place.
    pub fn count(&mut self, entry: &Message, converted_at: Option<Time>, from: Time) {
        let went_out_at = entry.went_out_at();
        if went_out_at.is_none() {
            // As in the counts: receipts of an entry count once its sending is recorded.
            return;
        }
        for (at, member) in [
            (went_out_at, (|happened| &mut happened.sent) as fn(&mut Happened) -> &mut u64),
            (entry.delivered_at, |happened| &mut happened.delivered),
            (entry.opened(), |happened| &mut happened.opened),
            (entry.clicked_at, |happened| &mut happened.clicked),
            (converted_at, |happened| &mut happened.converted),
        ] {
            let Some(index) = at.and_then(|at| place(at, from)) else { continue };
            if self.0.len() <= index {
                self.0.resize(index + 1, Happened::default());
            }
            if let Some(happened) = self.0.get_mut(index) {
                *member(happened) += 1;
            }
        }
    }

    /// The stretches of a campaign that began at `from`: when each begins, its hours, and what happened in it.
    pub fn stretches(&self, from: Time) -> impl Iterator<Item = (Time, i64, Happened)> {
        self.0.iter().enumerate().map(move |(index, happened)| {
            let index = index as i64;
            let days = (index - HOURS).max(0);
            let start = floor(from).plus(index.min(HOURS) * HOUR).plus(days * DAY);
            (start, if index < HOURS { 1 } else { DAY / HOUR }, *happened)
        })
    }
}

const fn floor(time: Time) -> Time {
    Time::from_micros(time.micros() - time.micros().rem_euclid(HOUR))
}

fn place(at: Time, from: Time) -> Option<usize> {
    let since = at.micros() - floor(from).micros();
    let index = match since.div_euclid(HOUR) {
        hours if hours < HOURS => hours,
        _ => HOURS + (since - HOURS * HOUR).div_euclid(DAY),
    };
    usize::try_from(index).ok().filter(|_| index < HOURS + DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;

    #[test]
    fn hours_come_first_and_days_after_two_days() {
        let from = Time::parse("2026-11-25T10:40:00Z").unwrap();
        let mut series = Series::default();
        let blank = Message::blank(&Email::parse("a@x.in").unwrap(), from);
        let sent = |at: &str| Message { sent_at: Time::parse(at).ok(), ..blank.clone() };
        for at in ["2026-11-25T10:41:00Z", "2026-11-25T11:00:00Z", "2026-11-27T09:59:59Z", "2026-11-27T10:00:00Z"] {
            series.count(&sent(at), None, from);
        }
        series.count(&sent("2026-11-25T10:59:00Z"), Time::parse("2026-11-28T10:00:00Z").ok(), from);
        // Nowhere: before the campaign, years later, and what was never sent.
        series.count(&sent("2026-11-25T09:59:59Z"), None, from);
        series.count(&sent("2029-01-01"), None, from);
        series.count(&Message { opened_at: Some(from), ..blank.clone() }, None, from);
        series.count(&Message { opened_at: Some(from), unknown_at: Some(from), ..blank }, None, from);
        let seen: Vec<(String, i64, u64, u64)> = series
            .stretches(from)
            .filter(|(_, _, happened)| *happened != Happened::default())
            .map(|(start, hours, happened)| (start.to_string(), hours, happened.sent, happened.converted))
            .collect();
        let row = |start: &str, hours, sent, converted| (start.to_owned(), hours, sent, converted);
        assert_eq!(
            seen,
            [
                row("2026-11-25T10:00:00Z", 1, 3, 0),
                row("2026-11-25T11:00:00Z", 1, 1, 0),
                row("2026-11-27T09:00:00Z", 1, 1, 0),
                row("2026-11-27T10:00:00Z", 24, 1, 0),
                row("2026-11-28T10:00:00Z", 24, 0, 1),
            ]
        );
        assert_eq!(series.stretches(from).count(), 50);
    }
}
