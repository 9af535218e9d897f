//! Stretches of time: a duration counted back from now, or an interval of two plain dates.

use crate::faults::Reason;
use crate::json::Json;
use crate::time::{DAY, Time, parse_date};

use super::span::Span;

/// A stretch of time, closed at both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Window {
    /// From `now` less the span up to now.
    Back(Span),
    /// Between two instants, whatever the time is now.
    Fixed { from: Time, until: Time },
}

impl Window {
    /// Reads `P30D` or `2026-01-01/2026-03-31`.
    pub(super) fn from_json(json: &Json) -> Result<Self, Reason> {
        let text = json.as_text().ok_or("must be a duration or an interval as text")?;
        let Some((first, last)) = text.split_once('/') else { return Span::parse(text).map(Self::Back) };
        if parse_date(first).is_none() || parse_date(last).is_none() {
            return Err("must be an interval of two dates (YYYY-MM-DD/YYYY-MM-DD)".into());
        }
        let (first, last) = (Time::parse(first)?, Time::parse(last)?);
        if first > last {
            return Err("must not end before it begins".into());
        }
        Ok(Self::Fixed { from: first, until: last.plus(DAY - 1) })
    }

    /// Whether it begins at `at` or before, as it lies at `now`.
    pub(super) fn reaches(self, at: Time, now: Time) -> bool {
        match self {
            Self::Back(span) => span.reaches(at.micros(), now.micros()),
            Self::Fixed { from, .. } => from <= at,
        }
    }

    /// Its last instant as it lies at `now`.
    pub(super) const fn end(self, now: Time) -> Time {
        match self {
            Self::Back(_) => now,
            Self::Fixed { until, .. } => until,
        }
    }

    /// Whether `at` lies in it at `now`.
    pub(super) fn holds(self, at: Time, now: Time) -> bool {
        at <= self.end(now) && self.reaches(at, now)
    }

    /// The first instant after `now` at which the answer of [`Window::holds`] changes.
    pub(super) fn next_change(self, at: Time, now: Time) -> Option<Time> {
        let Self::Back(span) = self else { return None };
        if at > now {
            // A span is never empty, so its stretch reaches what lies at its very end.
            return Some(at);
        }
        let (at, now) = (at.micros(), now.micros());
        let change = if span.reaches(at, now) { Some(span.leaves(at, now)) } else { span.returns(at, now) };
        change.map(Time::from_micros)
    }

    /// Whether time alone moves it.
    pub(super) const fn moves(self) -> bool {
        matches!(self, Self::Back(_))
    }
}
