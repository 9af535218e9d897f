//! Instants to the microsecond, as the API reads and writes them: RFC 3339 or a plain date in, RFC 3339 UTC out.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::faults::Reason;
use crate::json::Json;
use crate::world;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a day.
pub const DAY: i64 = 86_400 * SECOND;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 3_600 * SECOND;

impl Time {
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The system clock. Pure code takes a `Time` instead; this is for the edges.
    #[must_use]
    pub fn now() -> Self {
        Self(world::micros())
    }

    /// Reads an RFC 3339 date-time or a plain date (its first instant in UTC), 1900 to 2199.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        const WRONG: &str = "must be an RFC 3339 date-time or a date (YYYY-MM-DD)";
        let time = match parse_date(text) {
            Some(date) => Self::start_of(date),
            None if is_rfc3339(text) => {
                let stamp: Timestamp = text.parse().map_err(|_| WRONG)?;
                Self(stamp.as_microsecond())
            }
            None => return Err(WRONG.into()),
        };
        if (1900..=2199).contains(&time.date().year()) {
            Ok(time)
        } else {
            Err("must lie between the years 1900 and 2199".into())
        }
    }

    /// As [`Time::parse`], from a JSON string.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn from_json(json: &Json) -> Result<Self, Reason> {
        Self::parse(json.as_text().ok_or("must be a date or a date-time as text")?)
    }

    /// The first instant of a UTC day.
    #[must_use]
    pub fn start_of(date: Date) -> Self {
        // Any date of jiff's range fits; the fallback is never taken.
        date.to_zoned(TimeZone::UTC).map_or(Self(i64::MIN), |z| Self(z.timestamp().as_microsecond()))
    }

    /// The UTC day in which it lies.
    #[must_use]
    pub fn date(self) -> Date {
        self.timestamp().to_zoned(TimeZone::UTC).date()
    }

    /// The same instant for jiff's arithmetic.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// This instant moved by `micros`.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Fixed-width text that sorts as the instants do: `2026-11-22T10:00:00.000000Z`.
    #[must_use]
    pub fn sortable(self) -> String {
        format!("{:.6}", self.timestamp())
    }
}

/// A plain date `YYYY-MM-DD`, and nothing else.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}

/// RFC 3339 section 5.6 `date-time`: jiff reads more than that (week dates, zone annotations), the API does not.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_at_checked(10) else { return false };
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    if parse_date(date).is_none() || !rest.starts_with(['T', 't', ' ']) {
        return false;
    }
    let rest = &rest[1..];
    let Some(zone_at) = rest.find(['Z', 'z', '+', '-']) else { return false };
    let (clock, zone) = rest.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(c, f)| (c, Some(f)));
    let clock_ok = clock.len() == 8
        && clock.split(':').count() == 3
        && clock.split(':').all(|part| digits(part, 2))
        && fraction.is_none_or(|f| (1..=9).contains(&f.len()) && digits(f, f.len()));
    let zone_ok = matches!(zone, "Z" | "z")
        || zone[1..].split_once(':').is_some_and(|(h, m)| digits(h, 2) && digits(m, 2) && h <= "23" && m <= "59");
    clock_ok && zone_ok
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time", "description": "RFC 3339 in UTC."})
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse::<Timestamp>().map(|t| Self(t.as_microsecond())).map_err(serde::de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_rfc3339_and_nothing_else() {
        for (text, shown) in [
            ("1997-01-01", "1997-01-01T00:00:00Z"),
            ("2026-11-22T10:00:00+05:30", "2026-11-22T04:30:00Z"),
            ("2026-11-22t10:00:00.25z", "2026-11-22T10:00:00.25Z"),
        ] {
            assert_eq!(Time::parse(text).map(|t| t.to_string()), Ok(shown.to_owned()));
        }
        for bad in [
            "",
            "0000-01-01",
            "9999-12-31",
            "1899-12-31",
            "2200-01-01",
            "2026-02-30",
            "2026-1-1",
            "2026-W01-1",
            "20260101",
            "2026-01-01T00:00",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00+25:00",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00+05",
            "2026-01-01T00:00:00Z[Asia/Kolkata]",
            "2026-01-01T00:00:00.Z",
            "+002026-01-01",
            "2026-01-01é",
        ] {
            assert!(Time::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sortable_text_sorts_like_time() {
        let mut times = [0, -1, 1, SECOND, -SECOND, DAY * 20_000].map(Time::from_micros);
        times.sort();
        let mut texts = times.map(Time::sortable);
        texts.sort();
        assert_eq!(texts, times.map(Time::sortable));
    }
}
