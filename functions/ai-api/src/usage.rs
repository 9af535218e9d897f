//! What was asked of the model, by day and user.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use crm_domain::ai::{Source, Use};
use crm_domain::faults::Faults;
use crm_domain::ports::{Enqueue, KeepAiState, ReadSecrets};
use crm_domain::time::Time;
use crm_lambda::contract::ai::{AiDay, AiSum, AiUsage, AiUser};
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use futures_util::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

use crate::http::{Desk, Store};

/// Days that are shown when nothing is said, and at most.
const DAYS: u32 = 7;
const MOST_DAYS: u32 = 31;

#[derive(Deserialize)]
pub struct Wanted {
    days: Option<String>,
}

pub async fn show_usage<S: Store, Q: Enqueue, K: ReadSecrets>(
    State(desk): State<Desk<S, Q, K>>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<AiUsage>, Problem> {
    let today = Time::now().date();
    let days = (0..days(wanted.days.as_deref())?).filter_map(|ago| today.checked_sub(i64::from(ago).days()).ok());
    let days = try_join_all(days.map(|date| day(&*desk.store, date))).await?;
    Ok(Json(AiUsage { daily_tokens: desk.daily_tokens, days }))
}

fn days(wanted: Option<&str>) -> Result<u32, Faults> {
    let Some(days) = wanted else { return Ok(DAYS) };
    let days = days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    days.ok_or_else(|| Faults::of("days", format!("must be a number from 1 to {MOST_DAYS}")))
}

async fn day<S: KeepAiState>(store: &S, date: Date) -> Result<AiDay, Problem> {
    let (mut sum, mut users) = (AiSum::default(), BTreeMap::<String, AiSum>::new());
    for used in store.uses(date, None).await? {
        add(&mut sum, &used);
        add(users.entry(used.user.clone()).or_default(), &used);
    }
    let mut users: Vec<AiUser> = users.into_iter().map(|(user, sum)| AiUser { user, sum }).collect();
    users.sort_by_key(|user| Reverse(user.sum.tokens.sum()));
    Ok(AiDay { date: date.to_string(), sum, users })
}

const fn add(sum: &mut AiSum, used: &Use) {
    match used.source {
        Source::Gemini => sum.gemini += 1,
        Source::Offline => sum.offline += 1,
    }
    sum.tokens = sum.tokens.plus(used.tokens);
}
