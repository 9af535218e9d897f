//! When a campaign may write to somebody: at a time on their own clock, within its windows, outside its quiet hours, and
//! not to more people than so many a minute.
//!
//! Hours are those of the recipient's zone. Where clocks are put forward, a time that does not exist there means as much
//! later; where they are put back, a time that comes twice means the first one. Hours are asked of the clock on the wall, so
//! an hour that comes twice is open twice.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{self, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::faults::{self, Faults, Fields, Reason};
use crate::json::Json;
use crate::time::{HOUR, MINUTE, Time};

/// Minutes in a day.
const MINUTES: u16 = 1_440;
/// Minutes in a week.
const WEEK: usize = 7 * MINUTES as usize;
/// Most windows of a campaign.
const WINDOWS: usize = 7;
/// Most recipients a minute that can be asked for.
const FASTEST: i64 = 1_000_000;
/// How far the clocks of the earliest and the latest place are from UTC.
const EARLIEST: i64 = 14 * HOUR;
const LATEST: i64 = 12 * HOUR;

/// A time of day to the minute: `09:00`. As an end, `24:00` is midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Clock(u16);

/// A stretch of the day, its end not included. One whose end is not after its beginning passes midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hours {
    pub from: Clock,
    pub until: Clock,
}

/// A stretch of some days, or of all. One that passes midnight belongs to the day on which it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    #[serde(flatten)]
    pub hours: Hours,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub days: BTreeSet<Day>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// When a campaign may write to somebody; at any time when nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Timing {
    /// The time on each recipient's own clock at which they are written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_time: Option<DateTime>,
    /// The zone of those of whom none is known; UTC when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Open hours; all when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// Hours in which nobody is written to, whatever the windows say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<Hours>,
    /// Most recipients in any minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_per_minute: Option<u32>,
}

impl Timing {
    /// Reads the members that say it from a launch.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        let local_time = fields.optional("localTime", local_time).value();
        Self { local_time, ..Self::read_standing(fields) }
    }

    /// Reads those of them that may be said of many campaigns: all but the local time.
    pub fn read_standing(fields: &mut Fields<'_>) -> Self {
        let time_zone = fields.optional("timeZone", zone_name).value();
        let windows = windows(fields);
        let quiet_hours = match fields.raw("quietHours") {
            None | Some(Json::Null) => None,
            Some(json) => fields.nested(Hours::parse(json, "quietHours")),
        };
        let rate_per_minute = fields.optional("ratePerMinute", |json| faults::integer(json, 1, FASTEST)).value();
        let rate_per_minute = rate_per_minute.map(|rate| rate as u32);
        let timing = Self { local_time: None, time_zone, windows, quiet_hours, rate_per_minute };
        if !timing.week().is_ever_open() {
            fields.fault("quietHours", "leave no minute of the windows");
        }
        timing
    }

    /// Whether it depends on the recipient when they may be written to.
    #[must_use]
    pub const fn asks_recipient(&self) -> bool {
        self.local_time.is_some() || !self.windows.is_empty() || self.quiet_hours.is_some()
    }

    /// When the local time comes first, and when it comes last, anywhere.
    #[must_use]
    pub fn stretch(&self) -> Option<[Time; 2]> {
        let at = instant(&TimeZone::UTC, self.local_time?);
        Some([at.plus(-EARLIEST), at.plus(LATEST)])
    }

    /// The week's open minutes, for many questions.
    #[must_use]
    pub fn week(&self) -> Week {
        let mut open = vec![self.windows.is_empty(); WEEK];
        let days = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
        let mut paint = |hours: Hours, takes: &dyn Fn(Day) -> bool, colour: bool| {
            for (index, _) in days.iter().enumerate().filter(|(_, day)| takes(**day)) {
                let begin = index * usize::from(MINUTES) + usize::from(hours.from.0);
                for minute in begin..begin + hours.minutes() {
                    if let Some(minute) = open.get_mut(minute % WEEK) {
                        *minute = colour;
                    }
                }
            }
        };
        for window in &self.windows {
            paint(window.hours, &|day| window.days.is_empty() || window.days.contains(&day), true);
        }
        if let Some(quiet) = self.quiet_hours {
            paint(quiet, &|_| true, false);
        }
        Week::of(&open)
    }

    /// From when on, `now` or later, somebody in a zone may be written to. `week` is that of this timing.
    #[must_use]
    pub fn due(&self, week: &Week, zone: Option<&str>, now: Time) -> Time {
        if !self.asks_recipient() {
            return now;
        }
        let named = |name: &str| jiff::tz::db().get(name).ok();
        let zone = zone.and_then(named).or_else(|| named(self.time_zone.as_deref()?)).unwrap_or(TimeZone::UTC);
        let from = self.local_time.map_or(now, |local| instant(&zone, local).max(now));
        week.next_open(&zone, from)
    }
}

/// For each minute of a week, which begins on Monday, how many minutes it is until an open one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week(Vec<u16>);

impl Week {
    fn of(open: &[bool]) -> Self {
        let mut waits = vec![u16::MAX; open.len()];
        let mut wait = u16::MAX;
        // Twice round: what comes before the first open minute waits for that of the next week.
        for _ in 0..2 {
            for (slot, open) in waits.iter_mut().zip(open).rev() {
                wait = if *open { 0 } else { wait.saturating_add(1) };
                *slot = wait;
            }
        }
        Self(waits)
    }

    fn is_ever_open(&self) -> bool {
        self.0.contains(&0)
    }

    /// The first instant, `from` or later, at which the clocks of a zone show an open minute.
    fn next_open(&self, zone: &TimeZone, from: Time) -> Time {
        let mut at = from;
        let mut changes = zone.following(from.timestamp()).map(|change| Time::from_micros(change.timestamp().as_microsecond()));
        // Hours that are open at some time of the week are open before long, whatever the clocks do meanwhile.
        loop {
            let (wait, into) = self.wait(zone, at);
            let open = if wait == 0 { at } else { at.plus(i64::from(wait) * MINUTE - into) };
            match changes.next() {
                Some(change) if change < open => at = change,
                _ => return open,
            }
        }
    }

    /// How many minutes it is from the one that the clocks of a zone show until an open one, and how far that one has gone.
    fn wait(&self, zone: &TimeZone, at: Time) -> (u16, i64) {
        let shown = zone.to_datetime(at.timestamp());
        let day = shown.weekday().to_monday_zero_offset() as usize;
        let minute = day * usize::from(MINUTES) + shown.hour() as usize * 60 + shown.minute() as usize;
        let into = i64::from(shown.second()) * 1_000_000 + i64::from(shown.subsec_nanosecond()) / 1_000;
        (self.0.get(minute).copied().unwrap_or_default(), into)
    }
}

impl Hours {
    fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let hours = Self::read(&mut fields);
        fields.finish()?;
        hours.ok_or_else(|| Faults::of(path, "is incomplete"))
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let from = fields.required("from", |json| Clock::from_json(json, MINUTES - 1));
        let until = fields.required("until", |json| Clock::from_json(json, MINUTES));
        let hours = Self { from: from?, until: until? };
        if hours.from == hours.until {
            fields.fault("until", "must be another time than the beginning");
        }
        Some(hours)
    }

    fn minutes(self) -> usize {
        let (from, until) = (self.from.0, self.until.0);
        usize::from(if until > from { until - from } else { MINUTES - from + until })
    }
}

impl Window {
    fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let hours = Hours::read(&mut fields);
        let days = fields.optional("days", |json| faults::list(json, 7)?.iter().map(Day::from_json).collect());
        fields.finish()?;
        match hours {
            Some(hours) => Ok(Self { hours, days: days.value().unwrap_or_default() }),
            None => Err(Faults::of(path, "is incomplete")),
        }
    }
}

impl Day {
    fn from_json(json: &Json) -> Result<Self, Reason> {
        Ok(match json.as_text() {
            Some("mon") => Self::Mon,
            Some("tue") => Self::Tue,
            Some("wed") => Self::Wed,
            Some("thu") => Self::Thu,
            Some("fri") => Self::Fri,
            Some("sat") => Self::Sat,
            Some("sun") => Self::Sun,
            _ => return Err("must name days: mon, tue, wed, thu, fri, sat, sun".into()),
        })
    }
}

impl Clock {
    fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let number = |digits: &str, below: u16| {
            let number: u16 =
                (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())??;
            (number < below).then_some(number)
        };
        let minute = number(hours, 25)? * 60 + number(minutes, 60)?;
        (minute <= MINUTES).then_some(Self(minute))
    }

    fn from_json(json: &Json, latest: u16) -> Result<Self, Reason> {
        let clock = json.as_text().and_then(Self::parse).filter(|clock| clock.0 <= latest);
        clock.ok_or_else(|| "must be a time of day such as 09:00".into())
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<Clock> for String {
    fn from(clock: Clock) -> Self {
        clock.to_string()
    }
}

impl TryFrom<String> for Clock {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no time of day")
    }
}

fn windows(fields: &mut Fields<'_>) -> Vec<Window> {
    let list = fields.optional("windows", |json| faults::list(json, WINDOWS)).value().unwrap_or_default();
    let read = list.iter().enumerate().map(|(index, json)| Window::parse(json, &format!("windows[{index}]")));
    read.filter_map(|window| fields.nested(window)).collect()
}

/// A date and a time of day without a zone, and nothing else that jiff would read.
fn local_time(json: &Json) -> Result<DateTime, Reason> {
    const WRONG: &str = "must be a date and a time without a zone, such as 2026-12-01T09:00";
    let text = json.as_text().ok_or(WRONG)?;
    let (date, clock) = text.split_once('T').ok_or(WRONG)?;
    let date = crate::time::parse_date(date).filter(|date| (1900..=2199).contains(&date.year())).ok_or(WRONG)?;
    let (clock, second) = clock.split_at_checked(5).ok_or(WRONG)?;
    let clock = Clock::parse(clock).filter(|clock| clock.0 < MINUTES).ok_or(WRONG)?;
    if !matches!(second, "" | ":00") {
        return Err(WRONG.into());
    }
    let at = civil::Time::constant((clock.0 / 60) as i8, (clock.0 % 60) as i8, 0, 0);
    Ok(date.to_datetime(at))
}

/// The name of a zone.
///
/// # Errors
/// There is none of this name.
pub(crate) fn zone_name(json: &Json) -> Result<String, Reason> {
    let name = faults::text(json, 100)?;
    match jiff::tz::db().get(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err("must be an IANA time zone such as Asia/Kolkata".into()),
    }
}

/// The instant at which the clocks of a zone show a time.
fn instant(zone: &TimeZone, local: DateTime) -> Time {
    // Every time of the years that are read has one.
    zone.to_timestamp(local).map_or(Time::from_micros(i64::MIN), |stamp| Time::from_micros(stamp.as_microsecond()))
}

#[cfg(test)]
mod tests;
