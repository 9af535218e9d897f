//! How large segments have been: the days of one, and the last days of those on a list.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use crm_domain::faults::Faults;
use crm_domain::ports::{Enqueue, KeepSegments, ReadMemberships, StoreError};
use crm_domain::segment::Segment;
use crm_domain::sizes::{self, Count, DaySize, MAX_DAYS, RECENT_DAYS};
use crm_domain::time::{DAY, Time, parse_date};
use crm_lambda::api::App;
use crm_lambda::contract::shapes;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use jiff::civil::Date;
use serde::Deserialize;

use crate::http::{Store, find};

/// Days of which an answer tells when it is not asked for others.
const DAYS: i64 = 90;
/// Attempts to read counters and history that belong together.
const ATTEMPTS: usize = 5;

#[derive(Deserialize)]
pub struct Span {
    from: Option<String>,
    to: Option<String>,
}

pub async fn show_sizes<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    Asked(span): Asked<Span>,
) -> Result<Json<shapes::Sizes>, Problem> {
    let now = Time::now();
    let (from, to) = days(&span, now)?;
    let segment = find(&*app.store, &id).await?.record;
    let days = days_of(&*app.store, &segment, from, to, now).await?;
    Ok(Json(shapes::Sizes { days: days.iter().map(told).collect() }))
}

/// The sizes of the last days, the oldest first, since the rules are what they are.
pub fn recent(segment: &Segment, count: &Count, now: Time) -> Option<Vec<u64>> {
    let edition = segment.shown.as_ref()?.id;
    let counts = BTreeMap::from([(edition, count.clone())]);
    let mut shown = sizes::seen(&segment.shown_since, Some(edition), &counts, now);
    shown.retain(|shown| shown.edition == edition);
    let from = now.plus((1 - RECENT_DAYS) * DAY).date();
    Some(sizes::by_day(&shown, &counts, from, now.date()).iter().map(|day| day.size).collect())
}

async fn days_of<S: KeepSegments + ReadMemberships>(
    store: &S,
    segment: &Segment,
    from: Date,
    to: Date,
    now: Time,
) -> Result<Vec<DaySize>, StoreError> {
    let current = segment.shown.as_ref().map(|edition| edition.id);
    let mut editions: Vec<_> = segment.shown_since.iter().map(|shown| shown.edition).chain(current).collect();
    editions.dedup();
    for _ in 0..ATTEMPTS {
        let folded = store.folded(segment.id, from).await?;
        let counters = store.counts(&editions).await?;
        // What was folded away in between is in neither, or in both.
        if store.folded(segment.id, from).await?.times != folded.times {
            continue;
        }
        let mut counts = folded.counts;
        for (edition, counter) in editions.iter().zip(&counters) {
            counts.entry(*edition).or_default().add(counter);
        }
        let shown = sizes::seen(&segment.shown_since, current, &counts, now);
        return Ok(sizes::by_day(&shown, &counts, from, to));
    }
    Err(StoreError::Conflict)
}

/// The first and the last day that are asked for.
fn days(span: &Span, now: Time) -> Result<(Date, Date), Faults> {
    let mut faults = Faults::default();
    let mut date = |name: &'static str, given: Option<&str>| {
        let date = parse_date(given?);
        if date.is_none() {
            faults.add(name, "must be a date like 2026-01-31");
        }
        date
    };
    let (from, to) = (date("from", span.from.as_deref()), date("to", span.to.as_deref()));
    if !faults.is_empty() {
        return Err(faults);
    }
    let today = now.date();
    let to = to.unwrap_or(today).min(today);
    let from = from.unwrap_or_else(|| Time::start_of(to).plus((1 - DAYS) * DAY).date());
    if (to - from).get_days() >= MAX_DAYS {
        return Err(Faults::of("from", format!("must be less than {MAX_DAYS} days before the last day")));
    }
    Ok((from, to))
}

fn told(day: &DaySize) -> shapes::DaySize {
    shapes::DaySize {
        day: day.day.to_string(),
        size: day.size,
        entered: day.flow.entered,
        left: day.flow.left,
        rebuilt: day.flow.rebuilt,
        rules_changed: day.rules_changed,
    }
}
