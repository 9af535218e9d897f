//! Queued writes: validate, put on the queue, answer 202. One object or `{"items": [...]}`.

use axum::Json as WireJson;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_domain::event::{Command, Envelope, Event, Kind};
use crm_domain::faults::{self, Fault, Faults};
use crm_domain::json::Json;
use crm_domain::limits;
use crm_domain::money::Currency;
use crm_domain::ports::{Enqueue, Outgoing, QueueName};
use serde::Serialize;

use crate::caller::Attempt;
use crate::problem::Problem;
use crate::queue;

/// Which write a route accepts.
#[derive(Debug, Clone, Copy)]
pub struct Write {
    pub kind: Kind,
    pub queue: QueueName,
    /// Path below which the written thing will be found; `None` where it has no route of its own.
    pub location: Option<&'static str>,
}

/// Accepts the body of a queued write. `source` names who says it: with the event's id it identifies the write.
pub async fn accept<Q: Enqueue>(
    write: Write,
    queue: &Q,
    source: &str,
    attempt: &Attempt,
    body: &Json,
    currency: &Currency,
) -> Result<Response, Problem> {
    Accepted::read(write, source, attempt, body, currency)?.queue(queue).await
}

/// What a body asks to be written, found good and not queued yet: for whoever has to tell of it before.
pub struct Accepted {
    write: Write,
    envelopes: Vec<String>,
    /// Of each item, or of the one there is.
    outcomes: Vec<Outcome>,
    is_bulk: bool,
}

impl Accepted {
    /// Reads the body of a queued write, as [`accept`] does.
    ///
    /// # Errors
    /// Every fault found, where nothing of it can be accepted.
    pub fn read(write: Write, source: &str, attempt: &Attempt, body: &Json, currency: &Currency) -> Result<Self, Faults> {
        // The first attempt's moment: the same request is the same event, however often it comes.
        let (now, request) = (attempt.at, &attempt.name);
        let read = |data: &Json, path: &str, index: usize| -> Result<(String, String), Faults> {
            let command = write.kind.command(data, path, currency, now)?;
            let event_id = format!("{request}.{index:03}");
            let envelope = serde_json::to_string(&Envelope::new(write.kind, source, &event_id, now, data)).unwrap_or_default();
            let id = subject(&Event { id: event_id, source: source.to_owned(), time: now, command });
            Ok((id, envelope))
        };
        let Some(items) = bulk(body)? else {
            let (id, envelope) = read(body, "", 0)?;
            return Ok(Self { write, envelopes: vec![envelope], outcomes: vec![Outcome::queued(id)], is_bulk: false });
        };
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(items.len());
        let mut envelopes = Vec::with_capacity(items.len());
        let mut all = Faults::default();
        for (index, item) in items.iter().enumerate() {
            match read(item, &format!("items[{index}]"), index) {
                Ok((id, envelope)) => {
                    outcomes.push(Outcome::queued(id));
                    envelopes.push(envelope);
                }
                Err(mut faults) => {
                    outcomes.push(Outcome::Rejected { status: "rejected", errors: faults.0.clone() });
                    all.0.append(&mut faults.0);
                }
            }
        }
        if envelopes.is_empty() { Err(all) } else { Ok(Self { write, envelopes, outcomes, is_bulk: true }) }
    }

    /// Puts it on its queue, and says so.
    ///
    /// # Errors
    /// That the queue does not take it.
    pub async fn queue<Q: Enqueue>(self, queue: &Q) -> Result<Response, Problem> {
        let Self { write, mut envelopes, mut outcomes, is_bulk } = self;
        if is_bulk {
            queue::send_events(queue, write.queue, envelopes).await?;
            return Ok((StatusCode::ACCEPTED, WireJson(Outcomes { items: outcomes })).into_response());
        }
        let location = match (write.location, outcomes.first()) {
            (Some(path), Some(Outcome::Queued { id, .. })) => HeaderValue::from_str(&format!("{path}/{id}")).ok(),
            _ => None,
        };
        queue::send_packed(queue, write.queue, envelopes.pop().map(Outgoing::from).into_iter().collect(), 1).await?;
        let mut response = (StatusCode::ACCEPTED, WireJson(outcomes.pop())).into_response();
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }
}

/// What the answer says of one of them. Written as it is: a tree of JSON for each would take as long as reading the order.
#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Queued { id: String, status: &'static str },
    Rejected { status: &'static str, errors: Vec<Fault> },
}

impl Outcome {
    const fn queued(id: String) -> Self {
        Self::Queued { id, status: "queued" }
    }
}

#[derive(Serialize)]
struct Outcomes {
    items: Vec<Outcome>,
}

/// The elements of `{"items": [...]}`. An order has `items` too, but never alone.
fn bulk(body: &Json) -> Result<Option<&[Json]>, Faults> {
    match body {
        Json::Object(members) => match members.as_slice() {
            [(key, list)] if key == "items" => match faults::list(list, limits::BULK) {
                Ok([]) => Err(Faults::of("items", "must have at least one element")),
                Ok(items) => Ok(Some(items)),
                Err(reason) => Err(Faults::of("items", reason)),
            },
            _ => Ok(None),
        },
        _ => Err(Faults::of("", "must be an object")),
    }
}

/// The identity that the applied event will have.
fn subject(event: &Event) -> String {
    match &event.command {
        Command::UpsertCustomer(_) | Command::AmendCustomer(_) => event.customer().map(|id| id.to_string()),
        Command::RecordActivity(_) => event.activity().map(|(_, id)| id.to_string()),
        Command::PlaceOrder(_) | Command::ChangeOrderStatus(..) => event.order().map(|id| id.to_string()),
        Command::RecordReceipt(receipt) => Some(receipt.message.to_string()),
    }
    .unwrap_or_default()
}
