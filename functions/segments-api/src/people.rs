//! The people of a segment: who belongs and why, who is listed, and how many two segments share.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crm_domain::email::Email;
use crm_domain::event::{Envelope, Kind};
use crm_domain::faults::{Fault, Faults};
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::json::Json as Tree;
use crm_domain::limits;
use crm_domain::membership::EditionId;
use crm_domain::ports::{Enqueue, Page, QueueName, ReadCustomers, ReadMemberships, StoreError};
use crm_domain::segment::{Definition, Segment, parse_list_change, parse_list_file};
use crm_lambda::api::App;
use crm_lambda::body::{JsonBody, bytes};
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::{ListChanged, Overlap};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::{Asked, required};
use crm_lambda::queue;
use crm_lambda::view;
use futures_util::future::try_join;
use serde::Deserialize;
use serde_json::json;

use crate::audience;
use crate::http::{Store, context, find, object};

/// Begins the positions of a list that is made by reading everybody.
const SCANNED: &str = "scan:";
/// Most ids of merged customers that one request may name.
const MERGED: usize = 100;
/// Members of a segment read at once.
const CHUNK: usize = 1_000;

pub async fn list_members<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let segment = find(&*app.store, &id).await?.record;
    let after = paging.after.as_deref();
    let scanned = after.and_then(|after| after.strip_prefix(SCANNED));
    let page = match &segment.shown {
        Some(edition) if scanned.is_none() => {
            let page = app.store.members(edition.id, after.map(str::to_owned), paging.limit).await?;
            let ids: Vec<CustomerId> = page.items.into_iter().map(|(id, _)| id).collect();
            Page { items: audience::in_order(&*app.store, &ids).await?, next: page.next }
        }
        // Nobody is kept as a member yet, or was not when this list was begun.
        _ => {
            let after = scanned.and_then(CustomerId::parse);
            let page = audience::matching(&*app.store, &segment.edition.rules, &context(&app), after, paging.limit).await?;
            Page { items: page.items, next: page.next.map(|next| format!("{SCANNED}{next}")) }
        }
    };
    Ok(paging.answer(page, |customer| view::customer(&customer, &app.settings)))
}

#[derive(Deserialize)]
pub struct About {
    email: Option<String>,
}

pub async fn explain_member<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    Asked(query): Asked<About>,
) -> Result<Response, Problem> {
    let email = required(query.email, "email")?;
    let email = Email::parse(&email).map_err(|reason| Faults::of("email", reason))?;
    let segment = find(&*app.store, &id).await?.record;
    let customer = app.store.customer(CustomerId::of(&email)).await?.ok_or_else(|| Problem::not_found("customer"))?;
    Ok(Json(segment.edition.rules.explain(&customer.record, &context(&app))).into_response())
}

#[derive(Deserialize)]
pub struct Other {
    with: Option<String>,
}

pub async fn compare_segments<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    Asked(query): Asked<Other>,
) -> Result<Json<Overlap>, Problem> {
    let other = required(query.with, "with")?;
    let one = shown_edition(&find(&*app.store, &id).await?.record)?;
    let other = match SegmentId::parse(&other) {
        Some(id) => app.store.segment(id).await?,
        None => None,
    };
    let other = shown_edition(&other.ok_or_else(|| Faults::of("with", "names no segment"))?.record)?;
    // Page after page of each, and both at once: for very many members the time counts.
    let (members, others) = try_join(members_of(&*app.store, one), members_of(&*app.store, other)).await?;
    let both = members.intersection(&others).count() as u64;
    Ok(Json(Overlap { count: members.len() as u64, other: others.len() as u64, both }))
}

pub async fn change_members<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (add, remove) = parse_list_change(&body)?;
    let people = named(add, "add", true).chain(named(remove, "remove", false)).collect();
    change_list(&app, &caller, &attempt, &id, people).await
}

#[derive(Deserialize)]
pub struct Change {
    action: Option<String>,
}

pub async fn import_members<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    Asked(query): Asked<Change>,
    request: Request,
) -> Result<Response, Problem> {
    let joins = match required(query.action, "action")?.as_str() {
        "add" => true,
        "remove" => false,
        _ => return Err(Faults::of("action", "must be add or remove").into()),
    };
    let people = parse_list_file(&bytes(request).await?)?;
    let people = named(people, "people", joins).collect();
    change_list(&app, &caller, &attempt, &id, people).await
}

/// Somebody who is to join a list or to leave it.
struct Named {
    place: String,
    /// An address, or the id of a customer.
    text: String,
    joins: bool,
}

fn named(texts: Vec<String>, member: &'static str, joins: bool) -> impl Iterator<Item = Named> {
    texts.into_iter().enumerate().map(move |(index, text)| Named { place: format!("{member}[{index}]"), text, joins })
}

/// Puts a change of a list on the queue of customers, one event for each of them.
async fn change_list<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    caller: &Caller,
    attempt: &Attempt,
    id: &str,
    people: Vec<Named>,
) -> Result<Response, Problem> {
    let segment = find(&*app.store, id).await?.record;
    if segment.definition != Definition::List {
        let detail = "Who belongs to this segment is said by its rules.";
        return Err(Problem::new(StatusCode::CONFLICT, "not_a_list", detail));
    }
    if people.len() > limits::LIST_CHANGES {
        return Err(Faults::of("", format!("must name at most {} people", limits::LIST_CHANGES)).into());
    }
    let ids: BTreeSet<CustomerId> = people.iter().filter_map(|one| CustomerId::parse(&one.text)).collect();
    let addresses = addresses(&*app.store, ids).await?;
    let (mut envelopes, mut faults) = (Vec::with_capacity(people.len()), Faults::default());
    let (mut added, mut removed) = (0_u64, 0_u64);
    let source = caller.source();
    for (index, one) in people.into_iter().enumerate() {
        let email = match CustomerId::parse(&one.text) {
            Some(id) => addresses.get(&id).cloned().ok_or_else(|| "names no customer".into()),
            None => Email::parse(&one.text),
        };
        match email {
            Ok(email) => {
                let member = if one.joins { "listsJoined" } else { "listsLeft" };
                let data = json!({"email": email, member: [segment.id.to_string()]}).to_string();
                let data = Tree::parse(data.as_bytes())?;
                let event = format!("{}.{index:05}", attempt.name);
                let envelope = Envelope::new(Kind::AmendCustomer, &source, &event, attempt.at, &data);
                envelopes.push(serde_json::to_string(&envelope).unwrap_or_default());
                if one.joins { added += 1 } else { removed += 1 }
            }
            Err(reason) => faults.0.push(Fault { field: one.place, reason }),
        }
    }
    if envelopes.is_empty() {
        return Err(faults.into());
    }
    let queued = envelopes.len() as u64;
    let told = json!({"added": added, "removed": removed});
    // Told beforehand: no list changes without a trace.
    app.store.note(&caller.audit_once(attempt, object(segment.id), None, Some(told))).await?;
    queue::send_events(&*app.queue, QueueName::Customers, envelopes).await?;
    Ok((StatusCode::ACCEPTED, Json(ListChanged { queued, rejected: faults })).into_response())
}

async fn addresses<S: ReadCustomers>(store: &S, ids: BTreeSet<CustomerId>) -> Result<BTreeMap<CustomerId, Email>, StoreError> {
    let wanted: Vec<CustomerId> = ids.iter().copied().collect();
    let found = store.customers(&wanted).await?;
    let mut addresses: BTreeMap<CustomerId, Email> =
        found.into_iter().map(|found| (found.record.id, found.record.email)).collect();
    // Those who were merged into others are known by these, one by one: there are few of them.
    let missing: Vec<CustomerId> = ids.into_iter().filter(|id| !addresses.contains_key(id)).take(MERGED).collect();
    for id in missing {
        addresses.extend(store.customer(id).await?.map(|found| (id, found.record.email)));
    }
    Ok(addresses)
}

/// The meaning whose members are kept.
pub(crate) fn shown_edition(segment: &Segment) -> Result<EditionId, Problem> {
    segment.shown.as_ref().map(|edition| edition.id).ok_or_else(|| {
        let detail = format!("The members of {} are still being found.", segment.name);
        Problem::new(StatusCode::CONFLICT, "segment_building", detail).after(5)
    })
}

/// Everybody who belongs to an edition.
async fn members_of<S: ReadMemberships>(store: &S, edition: EditionId) -> Result<HashSet<CustomerId>, StoreError> {
    let (mut members, mut after) = (HashSet::new(), None);
    loop {
        let page = store.members(edition, after, CHUNK).await?;
        members.extend(page.items.into_iter().map(|(id, _)| id));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(members),
        }
    }
}
