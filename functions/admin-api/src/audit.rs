//! Reading the audit log: by time, actor and object.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use crm_domain::audit::AuditFilter;
use crm_domain::faults::{Faults, checked_text};
use crm_domain::time::Time;
use crm_lambda::api::Api;
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use crm_lambda::routes;
use serde::Deserialize;

use crate::http::Store;

pub fn routes<S: Store>(gate: Gate<S>, store: Arc<S>) -> Router {
    Api::new(gate).on(&routes::LIST_AUDIT, list_audit::<S>).over(store)
}

#[derive(Deserialize)]
struct Wanted {
    actor: Option<String>,
    object: Option<String>,
    since: Option<String>,
    until: Option<String>,
}

async fn list_audit<S: Store>(
    State(store): State<Arc<S>>,
    paging: Paging,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let page = store.audit(&read(wanted)?, paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |entry| entry))
}

fn read(wanted: Wanted) -> Result<AuditFilter, Faults> {
    let mut faults = Faults::default();
    let mut text = |name: &str, given: Option<String>| {
        let checked = checked_text(given.as_deref()?, 300).map(str::to_owned);
        checked.map_err(|reason| faults.add(name, reason)).ok()
    };
    let (actor, object) = (text("actor", wanted.actor), text("object", wanted.object));
    let mut time =
        |name: &str, given: Option<String>| Time::parse(given.as_deref()?).map_err(|reason| faults.add(name, reason)).ok();
    let (since, until) = (time("since", wanted.since), time("until", wanted.until));
    if faults.is_empty() { Ok(AuditFilter { actor, object, since, until }) } else { Err(faults) }
}
