//! The stream of the customers' table: who has changed.
//!
//! The stream carries keys alone. What matters is how a customer is now, so consumers read that: a burst of changes is
//! one reading, a repeated batch or a split shard finds everything done, and no batch is too large.

use std::future::Future;

use aws_lambda_events::event::dynamodb::Event;
use crm_domain::ids::CustomerId;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};

use crate::telemetry;
use crm_domain::error::chain;

/// Consumes batches for ever. What `consume` fails comes again.
pub async fn consume_changes<F, R, E>(consume: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Vec<CustomerId>) -> R,
    R: Future<Output = Result<(), E>>,
    E: std::error::Error,
{
    let consume = &consume;
    let handler = service_fn(move |event: LambdaEvent<Event>| async move {
        // Boxed: a consumer's whole call tree in one future is deeper than the compiler computes layouts for.
        Box::pin(consume(changed(event.payload))).await.map_err(|error| chain(&error))
    });
    telemetry::run(Runtime::new(handler)).await
}

/// The customers whom an event names, each once.
#[must_use]
pub fn changed(event: Event) -> Vec<CustomerId> {
    let mut ids: Vec<CustomerId> = event.records.into_iter().filter_map(|record| read(&record.change.keys)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn read(keys: &serde_dynamo::Item) -> Option<CustomerId> {
    match keys.get("id") {
        Some(serde_dynamo::AttributeValue::S(id)) => CustomerId::parse(id),
        _ => None,
    }
}
