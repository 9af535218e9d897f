//! The suppression list: seeing it, asking for an address, adding, removing, and the whole of it as a file.
//!
//! What is added is told to the audit log before it is done: done twice it is the same, and never done untold.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::customer::Channel;
use crm_domain::faults::Faults;
use crm_domain::ports::Page;
use crm_domain::suppression::{
    AddressHash, Happened, Note, Suppression, SuppressionFilter, SuppressionReason, file, parse_additions,
};
use crm_domain::time::Time;
use crm_lambda::addresses::Addresses;
use crm_lambda::api::Api;
use crm_lambda::body::{JsonBody, bytes};
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::suppressions::{Suppressed, Suppression as Shape};
use crm_lambda::gate::Gate;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use crm_lambda::routes;
use serde::Deserialize;
use serde_json::json;

use crate::http::Store;

/// Most lines of an export: what one answer holds.
const MAX_LINES: usize = 40_000;
/// Lines read at once.
const CHUNK: usize = 1_000;

/// The list, and the key with which it is hashed.
pub struct Listed<S> {
    pub store: Arc<S>,
    pub addresses: Addresses,
}

impl<S> Clone for Listed<S> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), addresses: self.addresses.clone() }
    }
}

pub fn routes<S: Store>(gate: Gate<S>, list: Listed<S>) -> Router {
    Api::new(gate)
        .on(&routes::LIST_SUPPRESSIONS, list_suppressions::<S>)
        .on(&routes::ADD_SUPPRESSIONS, add_suppressions::<S>)
        .on(&routes::IMPORT_SUPPRESSIONS, import_suppressions::<S>)
        .on(&routes::EXPORT_SUPPRESSIONS, export_suppressions::<S>)
        .on(&routes::REMOVE_SUPPRESSION, remove_suppression::<S>)
        .over(list)
}

/// What the query asks for.
#[derive(Deserialize)]
struct Wanted {
    channel: Option<String>,
    reason: Option<String>,
    address: Option<String>,
}

async fn list_suppressions<S: Store>(
    State(list): State<Listed<S>>,
    paging: Paging,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let filter = read(&wanted)?;
    let page = match &wanted.address {
        Some(address) => Page { items: look_up(&list, filter, address).await?, next: None },
        None => list.store.suppressions(filter, paging.after.clone(), paging.limit).await?,
    };
    Ok(paging.answer(page, view))
}

/// What stands of one address, on each channel on which it can be one.
async fn look_up<S: Store>(list: &Listed<S>, filter: SuppressionFilter, address: &str) -> Result<Vec<Suppression>, Problem> {
    let key = list.addresses.key().await?;
    let channels = Channel::ALL.into_iter().filter(|channel| filter.channel.is_none_or(|wanted| wanted == *channel));
    let hashes: Vec<_> = channels.map(|channel| key.hash(channel, address)).collect();
    if let Some(Err(reason)) = hashes.iter().find(|_| hashes.iter().all(Result::is_err)) {
        return Err(Faults::of("address", reason.clone()).into());
    }
    let ids: Vec<AddressHash> = hashes.into_iter().flatten().collect();
    let mut found = list.store.suppressed(&ids).await?;
    found.retain(|one| filter.fits(one.channel, one.reason));
    found.sort_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    Ok(found)
}

async fn add_suppressions<S: Store>(
    State(list): State<Listed<S>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let notes = parse_additions(&body, &*list.addresses.key().await?, attempt.at)?;
    add(&list, &caller, &notes, Faults::default()).await
}

async fn import_suppressions<S: Store>(
    State(list): State<Listed<S>>,
    caller: Caller,
    attempt: Attempt,
    Asked(wanted): Asked<Wanted>,
    request: Request,
) -> Result<Response, Problem> {
    let channel = read(&wanted)?.channel.unwrap_or(Channel::Email);
    let (notes, rejected) = file::parse(&bytes(request).await?, channel, &*list.addresses.key().await?, attempt.at)?;
    add(&list, &caller, &notes, rejected).await
}

async fn add<S: Store>(list: &Listed<S>, caller: &Caller, notes: &[Note], rejected: Faults) -> Result<Response, Problem> {
    let object = match notes {
        [one] => object(one.id),
        _ => "suppressions".to_owned(),
    };
    let reasons: BTreeSet<SuppressionReason> = notes
        .iter()
        .filter_map(|note| match &note.what {
            Happened::Reason(reason) => Some(*reason),
            Happened::SoftBounce(_) => None,
        })
        .collect();
    let told = json!({"addresses": notes.len(), "reasons": reasons});
    list.store.note(&caller.audit(object, None, Some(told))).await?;
    let added = list.store.suppress(notes).await?;
    Ok(Json(Suppressed { added, rejected }).into_response())
}

async fn export_suppressions<S: Store>(State(list): State<Listed<S>>, Asked(wanted): Asked<Wanted>) -> Result<Response, Problem> {
    let filter = read(&wanted)?;
    let (mut text, mut lines, mut after) = (file::HEADER.to_owned(), 0, None);
    loop {
        let page = list.store.suppressions(filter, after, CHUNK).await?;
        lines += page.items.len();
        text.extend(page.items.iter().map(file::line));
        after = page.next;
        if after.is_none() {
            break;
        }
        if lines >= MAX_LINES {
            let detail = "The list is too long for one file; ask for one channel or one reason at a time.";
            return Err(Problem::new(StatusCode::CONFLICT, "too_large", detail));
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"suppressions.csv\""),
    ];
    Ok((headers, text).into_response())
}

async fn remove_suppression<S: Store>(
    State(list): State<Listed<S>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let missing = || Problem::not_found("suppression");
    let id = AddressHash::parse(&id).ok_or_else(missing)?;
    let found = list.store.suppressed(&[id]).await?.into_iter().next().ok_or_else(missing)?;
    let audit = caller.audit(object(id), serde_json::to_value(view(found)).ok(), None);
    if list.store.lift(id, Time::now(), Some(&audit)).await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn read(wanted: &Wanted) -> Result<SuppressionFilter, Faults> {
    let mut faults = Faults::default();
    let channel = wanted.channel.as_deref().and_then(|text| {
        let channel = Channel::parse(text);
        if channel.is_none() {
            faults.add("channel", "must be email, sms or whatsapp");
        }
        channel
    });
    let reason = wanted.reason.as_deref().and_then(|text| {
        let reason = SuppressionReason::parse(text);
        if reason.is_none() {
            faults.add("reason", "must be hard_bounce, complaint, soft_bounces, unsubscribed, manual or imported");
        }
        reason
    });
    if faults.is_empty() { Ok(SuppressionFilter { channel, reason }) } else { Err(faults) }
}

/// The suppression as the audit log names it.
fn object(id: AddressHash) -> String {
    format!("suppressions/{id}")
}

fn view(one: Suppression) -> Shape {
    let Suppression { id, channel, reason, at, shown, also: _ } = one;
    Shape { id: id.to_string(), channel, address: shown, reason, at }
}
