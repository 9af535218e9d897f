//! The streams of the tables as an outbox: what has been committed, in the order of each item, at least once.
//!
//! A batch that fails comes again, whole or in halves, for as long as the stream keeps it; so nothing is lost while what it is
//! told to does not answer, and everything may be told twice.

use std::future::Future;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use crm_domain::time::Time;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};

use crate::telemetry;
use crm_domain::error::chain;

/// A record of a stream.
#[derive(Debug, Clone)]
pub struct Record {
    /// ARN of the stream.
    pub stream: String,
    /// The stream's own name of it.
    pub id: String,
    /// When the change was stored, as the stream says: the same however often it is asked.
    pub at: Time,
    /// Whether the item was not there before.
    pub is_new: bool,
    pub keys: serde_dynamo::Item,
    /// As far as the stream carries them.
    pub before: serde_dynamo::Item,
    pub after: serde_dynamo::Item,
}

/// Consumes batches for ever. What `consume` fails comes again.
pub async fn consume_records<F, R, E>(consume: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Vec<Record>) -> R,
    R: Future<Output = Result<(), E>>,
    E: std::error::Error,
{
    let consume = &consume;
    let handler = service_fn(move |event: LambdaEvent<Event>| async move {
        // Boxed: a consumer's whole call tree in one future is deeper than the compiler computes layouts for.
        Box::pin(consume(records(event.payload))).await.map_err(|error| chain(&error))
    });
    telemetry::run(Runtime::new(handler)).await
}

/// The records of an event, but for those of what is gone.
#[must_use]
pub fn records(event: Event) -> Vec<Record> {
    event.records.into_iter().filter(|record| record.event_name != "REMOVE").map(read).collect()
}

fn read(record: EventRecord) -> Record {
    let change = record.change;
    Record {
        stream: record.event_source_arn.unwrap_or_default(),
        id: record.event_id,
        at: Time::from_micros(change.approximate_creation_date_time.timestamp_micros()),
        is_new: record.event_name == "INSERT",
        keys: change.keys,
        before: change.old_image,
        after: change.new_image,
    }
}
