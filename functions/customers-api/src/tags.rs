//! Tags of customers who are named: queued like every other amendment, one event for each of them.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use crm_domain::customer::Customer;
use crm_domain::edit::{Tagging, TagsChanged};
use crm_domain::faults::Faults;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Enqueue, QueueName};
use crm_lambda::api::App;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::{TagChange, Tagged};
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use serde_json::json;

use crate::http::Store;

pub async fn tag_customers<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let tagging = Tagging::parse(&body)?;
    let ids: Vec<CustomerId> = tagging.customers.iter().map(|(_, id)| *id).collect();
    let found = app.store.customers(&ids).await?;
    let found: HashMap<CustomerId, Customer> = found.into_iter().map(|found| (found.record.id, found.record)).collect();
    let (mut events, mut rejected) = (Vec::with_capacity(found.len()), Faults::default());
    let mut changes: BTreeMap<TagsChanged, Vec<String>> = BTreeMap::new();
    let source = caller.source();
    for (index, id) in &tagging.customers {
        // Who was merged into somebody or erased stays so: an event would bring them back.
        let Some(customer) = found.get(id) else {
            rejected.add(format!("ids[{index}]"), "names no customer");
            continue;
        };
        events.push(tagging.event((&source, &attempt.name, attempt.at), customer));
        if let Some(change) = tagging.changes(customer) {
            changes.entry(change).or_default().push(id.to_string());
        }
    }
    if events.is_empty() {
        return Err(rejected.into());
    }
    let queued = events.len() as u64;
    let told = json!({"customers": queued, "tagsAdded": tagging.added, "tagsRemoved": tagging.removed});
    app.store.note(&caller.audit_once(&attempt, "customers".to_owned(), None, Some(told))).await?;
    queue::send_events(&*app.queue, QueueName::Customers, events).await?;
    let shown = |(change, ids): (TagsChanged, _)| TagChange { ids, tags_added: change.added, tags_removed: change.removed };
    let tagged = Tagged { queued, changes: changes.into_iter().map(shown).collect(), rejected };
    Ok((StatusCode::ACCEPTED, Json(tagged)).into_response())
}
