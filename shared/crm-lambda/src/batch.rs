//! SQS batches: each message by itself, and only the failed ones come back.

use std::future::Future;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use crm_domain::ports::QueueName;
use lambda_runtime::{LambdaEvent, service_fn};

/// A message to be consumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub id: String,
    pub queue: QueueName,
    pub body: String,
    pub attributes: Vec<(String, String)>,
}

impl Incoming {
    /// A text attribute of the message.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Consumes batches for ever. `consume` returns the ids of the messages that must come again.
pub async fn consume<F, R>(consume: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Vec<Incoming>) -> R,
    R: Future<Output = Vec<String>>,
{
    let consume = &consume;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        // Boxed: a consumer's whole call tree in one future is deeper than the compiler computes layouts for.
        let failed = Box::pin(consume(incoming(event.payload))).await;
        Ok::<_, std::convert::Infallible>(answer(failed))
    }))
    .await
}

/// The messages of an event.
#[must_use]
pub fn incoming(event: SqsEvent) -> Vec<Incoming> {
    event.records.into_iter().filter_map(read).collect()
}

/// The partial batch answer that names `failed` messages.
#[must_use]
pub fn answer(failed: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failed
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}

fn read(message: SqsMessage) -> Option<Incoming> {
    // The queue's resource name ends in `-NAME`: mini-crm-dev-orders.
    let arn = message.event_source_arn?;
    let queue = QueueName::parse(arn.rsplit(['-', ':']).next()?)?;
    let attributes = message
        .message_attributes
        .into_iter()
        .filter_map(|(name, attribute)| attribute.string_value.map(|value| (name, value)))
        .collect();
    Some(Incoming { id: message.message_id?, queue, body: message.body.unwrap_or_default(), attributes })
}
