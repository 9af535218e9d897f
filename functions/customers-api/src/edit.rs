//! Changes that a person makes of one customer and sees at once: they do not go through the queue, so that `If-Match` holds
//! to the letter, and so that whoever was told that somebody is erased will not find them any more.
//!
//! They go through the same ledger as events do, and rest on the versions that were read.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use crm_domain::audit::AuditEntry;
use crm_domain::customer::Customer;
use crm_domain::email::Email;
use crm_domain::erasure::{Erased, Sweep};
use crm_domain::error::chain;
use crm_domain::event::{Command, Event};
use crm_domain::faults::{Faults, Fields};
use crm_domain::identity::Identity;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json as Tree;
use crm_domain::ledger::Ledger;
use crm_domain::names;
use crm_domain::ports::{Enqueue, Outgoing, QueueName, StoreError};
use crm_domain::profile::Profile;
use crm_domain::stamp::Stamp;
use crm_domain::time::Time;
use crm_domain::world;
use crm_lambda::api::App;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::etag::check_match;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use serde_json::json;

use crate::http::{Store, fields, parse_id, show};

/// Attempts to change a customer while others change them too.
const ATTEMPTS: u32 = 8;
/// Actions and bytes of one transaction, with room for figures and audit; DynamoDB takes 100 and 4 MB.
const MAX_WRITES: (usize, usize) = (90, 3_000_000);
/// Seconds until the first traces are looked for: by then the request is done.
const FIRST_SWEEP: u32 = 2;

pub async fn change_customer<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = parse_id(&id)?;
    // What is wrong with it is wrong of anybody.
    let said = Profile::parse_patch(&body, Email::erased())?;
    let told = |customer: &Customer| caller.audit(object(customer.id), None, Some(json!({"fields": fields(&body)})));
    let change = |ledger: &mut Ledger, customer: &Customer| {
        let profile = Profile { email: customer.email.clone(), ..said.clone() };
        let (source, time) = (caller.source(), after_all_of(ledger, &[customer]));
        let command = Command::UpsertCustomer(Box::new(profile));
        ledger.apply(&Event { id: attempt.name.clone(), source, time, command });
        Ok(())
    };
    edit(&app, &headers, id, &[], told, change).await?;
    note_names(&*app.store, &Command::UpsertCustomer(Box::new(said))).await;
    show(&app, id).await
}

pub async fn merge_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = parse_id(&id)?;
    let from = parse_merge(&body)?;
    let ledger = app.store.hold(&[id, from]).await?;
    if ledger.known_by(id).is_some_and(|customer| customer.id != from && customer.identities().contains(&from)) {
        // An earlier attempt, whose answer was lost.
        return show(&app, id).await;
    }
    let told = |customer: &Customer| caller.audit(object(customer.id), None, Some(json!({"merged": from})));
    let change = |ledger: &mut Ledger, customer: &Customer| {
        let goes = ledger.known_by(from).cloned();
        let people: Vec<&Customer> = goes.iter().chain([customer]).collect();
        let stamp = Stamp::new(after_all_of(ledger, &people), &attempt.name, &caller.source());
        ledger.merge(id, from, &stamp).map_err(|reason| Faults::of("from", reason.to_string()))?;
        Ok(())
    };
    edit(&app, &headers, id, &[from], told, change).await?;
    show(&app, id).await
}

pub async fn erase_customer<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = parse_id(&id)?;
    for attempt in 0..ATTEMPTS {
        let mut ledger = app.store.hold(&[id]).await?;
        let customer = ledger.known_by(id).cloned().ok_or_else(|| Problem::not_found("customer"))?;
        check_match(&headers, ledger.version_of(id))?;
        let at = after_all_of(&ledger, &[&customer]);
        // First what sees to the rest; should this request end here, it finds that nobody was erased, and ends too.
        let (identities, emails) = (customer.identities(), customer.emails().cloned().collect());
        let sweep = Sweep { customer: customer.id, at, identities: identities.clone(), emails, pass: 0, replayed: false };
        let message = Outgoing { body: sweep.body(), delay: FIRST_SWEEP, ..Outgoing::default() };
        queue::send(&*app.queue, QueueName::Erasures, vec![message]).await?;
        ledger.erase(customer.id, at);
        let audit = caller.audit(object(customer.id), None, None);
        let erased = Erased { id: customer.id, identities, at, by: audit.actor.clone(), finished_at: None };
        match app.store.edit(&ledger, Some(&audit), Some(&erased)).await {
            Ok(()) => return Ok(StatusCode::NO_CONTENT.into_response()),
            Err(StoreError::Conflict) => pause(attempt).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Changes the customer who is known by `id`, as a whole, while they are as `If-Match` says.
async fn edit<S: Store, Q>(
    app: &App<S, Q>,
    headers: &HeaderMap,
    id: CustomerId,
    others: &[CustomerId],
    told: impl Fn(&Customer) -> AuditEntry,
    change: impl Fn(&mut Ledger, &Customer) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let held: Vec<CustomerId> = [id].iter().chain(others).copied().collect();
    for attempt in 0..ATTEMPTS {
        let mut ledger = app.store.hold(&held).await?;
        let customer = ledger.known_by(id).cloned().ok_or_else(|| Problem::not_found("customer"))?;
        check_match(headers, ledger.version_of(id))?;
        change(&mut ledger, &customer)?;
        let (writes, bytes) = ledger.weight();
        if writes == 0 {
            return Ok(());
        }
        if writes > MAX_WRITES.0 || bytes > MAX_WRITES.1 {
            return Err(Problem::new(StatusCode::CONFLICT, "too_large", "Their orders are too many to be changed at once."));
        }
        match app.store.edit(&ledger, Some(&told(&customer)), None).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Conflict) => pause(attempt).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Notes what things are called in what was changed. The change is made: that a name is not known yet does not undo it.
async fn note_names<S: Store>(store: &S, command: &Command) {
    if let Err(error) = store.note_names(&names::brought_by([command]), Time::now()).await {
        tracing::warn!(cause = %chain(&error), "names were not noted");
    }
}

/// Full-jitter back-off.
async fn pause(attempt: u32) {
    tokio::time::sleep(Duration::from_millis(world::up_to(20 << attempt))).await;
}

/// A moment after everything that was ever said of these customers, and after they were erased last, under any identity: who
/// changes them by hand knows what they change, by whatever clock.
fn after_all_of(ledger: &Ledger, customers: &[&Customer]) -> Time {
    let said = customers.iter().filter_map(|customer| customer.stamps.latest().max(Some(customer.first_seen)));
    let identities = customers.iter().flat_map(|customer| customer.identities());
    let erased = identities.filter_map(|id| ledger.identity(id).and_then(Identity::erased_at));
    said.chain(erased).max().map_or_else(Time::now, |last| last.plus(1).max(Time::now()))
}

fn parse_merge(body: &Tree) -> Result<CustomerId, Faults> {
    let mut fields = Fields::of(body, "")?;
    let from = fields.required("from", |json| match json.as_text() {
        Some(text) => match CustomerId::parse(text) {
            Some(id) => Ok(id),
            None => Email::parse(text)
                .map(|email| CustomerId::of(&email))
                .map_err(|_| "must be the id or the address of a customer".into()),
        },
        None => Err("must be text".into()),
    });
    fields.finish()?;
    from.ok_or_else(|| Faults::of("from", "is required"))
}

fn object(id: CustomerId) -> String {
    format!("customers/{id}")
}
