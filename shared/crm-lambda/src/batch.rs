//! SQS batches: each message by itself, and only the failed ones come back, later and later, until they are set aside.

use std::collections::BTreeMap;
use std::future::Future;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use crm_domain::dead_letter;
use crm_domain::did;
use crm_domain::ports::{Enqueue, Postpone, QueueName};
use crm_domain::time::Time;
use crm_domain::world;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};

use crate::telemetry;
use crm_domain::error::chain;

/// A message to be consumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    pub id: String,
    pub queue: QueueName,
    pub body: String,
    pub attributes: Vec<(String, String)>,
    /// By which the queue knows this delivery of the message.
    pub receipt: String,
    /// How often the queue has handed it out, this time included.
    pub receives: u32,
    pub sent_at: Option<Time>,
}

/// A message that was not dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed<'a> {
    pub message: &'a Incoming,
    pub cause: String,
    /// Whether another try may succeed: what it needs did not answer.
    pub may_succeed: bool,
}

impl Incoming {
    /// A text attribute of the message.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The id of the request for which it was queued, as far as it carries one.
    #[must_use]
    pub fn correlation_id(&self) -> Option<String> {
        self.attribute(dead_letter::REQUEST).map(ToOwned::to_owned)
    }
}

/// Consumes batches for ever. `consume` returns the ids of the messages that must come again.
pub async fn consume<F, R>(consume: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Vec<Incoming>) -> R,
    R: Future<Output = Vec<String>>,
{
    let consume = &consume;
    let handler = service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let strange = unrecognised(&event.payload);
        if !strange.is_empty() {
            tracing::error!(messages = strange.len(), "messages of a queue that is none of ours");
        }
        let messages = incoming(event.payload);
        let received = messages.len();
        telemetry::note_correlation_ids(messages.iter().filter_map(Incoming::correlation_id));
        // Boxed: a consumer's whole call tree in one future is deeper than the compiler computes layouts for.
        let mut failed = Box::pin(consume(messages)).await;
        failed.extend(strange);
        did!(batch.messages = received, batch.failed = failed.len());
        Ok::<_, std::convert::Infallible>(answer(failed))
    });
    telemetry::run(Runtime::new(handler)).await
}

/// Gives back what failed, so that it comes again after a pause that grows with each time, and an outage burns no tries. What
/// would not come again is set aside here, with its reason: SQS, which would do it otherwise, has none. Returns the ids of
/// the messages that must come again.
pub async fn give_back<Q: Enqueue + Postpone>(queue: &Q, failed: Vec<Failed<'_>>) -> Vec<String> {
    let mut again = Vec::with_capacity(failed.len());
    let mut later: BTreeMap<QueueName, Vec<(String, u32)>> = BTreeMap::new();
    for Failed { message, cause, may_succeed } in failed {
        let pause = if may_succeed { dead_letter::pause(message.receives, world::fraction()) } else { None };
        match pause {
            Some(seconds) => later.entry(message.queue).or_default().push((message.receipt.clone(), seconds)),
            None if set_aside(queue, message, &cause).await => continue,
            None => {}
        }
        again.push(message.id.clone());
    }
    for (name, messages) in later {
        if let Err(error) = queue.postpone(name, messages).await {
            // They come back when their visibility ends.
            tracing::warn!(queue = name.as_str(), cause = %chain(&error), "messages cannot be postponed");
        }
    }
    again
}

/// Whether a message lies among the dead letters now.
async fn set_aside<Q: Enqueue>(queue: &Q, message: &Incoming, cause: &str) -> bool {
    let origin = message.correlation_id();
    tracing::error!(queue = message.queue.as_str(), receives = message.receives, origin, cause, "message set aside");
    let letter = dead_letter::set_aside(message.queue, message.body.clone(), cause, message.receives, &message.attributes);
    match queue.bury(message.queue, letter).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(cause = %chain(&error), "the dead-letter queue does not answer");
            false
        }
    }
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

/// The messages of an event of which nobody can say what they are. They are given back: what is not named is deleted.
fn unrecognised(event: &SqsEvent) -> Vec<String> {
    event.records.iter().filter(|message| queue_of(message).is_none()).filter_map(|message| message.message_id.clone()).collect()
}

/// The queue of a message. Our own names end in `-NAME`, mini-crm-dev-orders; others call theirs `OrdersQueue`, or `orders_queue`.
fn queue_of(message: &SqsMessage) -> Option<QueueName> {
    let name = message.event_source_arn.as_deref()?.rsplit(':').next()?.to_ascii_lowercase();
    let name = name.strip_suffix("queue").unwrap_or(&name).trim_end_matches(['-', '_']);
    QueueName::parse(name.rsplit(['-', '_']).next()?)
}

fn read(message: SqsMessage) -> Option<Incoming> {
    let queue = queue_of(&message)?;
    let attributes = message
        .message_attributes
        .into_iter()
        .filter_map(|(name, attribute)| attribute.string_value.map(|value| (name, value)))
        .collect();
    let receives = message.attributes.get("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(1);
    let sent: Option<i64> = message.attributes.get("SentTimestamp").and_then(|millis| millis.parse().ok());
    Some(Incoming {
        id: message.message_id?,
        queue,
        body: message.body.unwrap_or_default(),
        attributes,
        receipt: message.receipt_handle.unwrap_or_default(),
        receives,
        sent_at: sent.map(|millis| Time::from_micros(millis.saturating_mul(1_000))),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use crm_domain::dead_letter::RECEIVES;
    use crm_domain::ports::{Outgoing, QueueError};

    use super::*;

    #[derive(Default)]
    struct Desk {
        dead: Mutex<Vec<Outgoing>>,
        postponed: Mutex<Vec<(String, u32)>>,
        is_full: bool,
    }

    impl Enqueue for Desk {
        async fn enqueue(&self, _: QueueName, _: Vec<Outgoing>) -> Result<(), QueueError> {
            Ok(())
        }

        async fn bury(&self, _: QueueName, letter: Outgoing) -> Result<(), QueueError> {
            if self.is_full {
                return Err(QueueError("no answer".into()));
            }
            self.dead.lock().unwrap().push(letter);
            Ok(())
        }
    }

    impl Postpone for Desk {
        async fn postpone(&self, _: QueueName, messages: Vec<(String, u32)>) -> Result<(), QueueError> {
            self.postponed.lock().unwrap().extend(messages);
            Ok(())
        }
    }

    fn received(id: &str, receives: u32) -> Incoming {
        Incoming {
            id: id.to_owned(),
            queue: QueueName::Orders,
            body: "[]".to_owned(),
            attributes: vec![("import-id".to_owned(), "i".to_owned())],
            receipt: format!("r-{id}"),
            receives,
            sent_at: None,
        }
    }

    async fn given_back(desk: &Desk, message: &Incoming, may_succeed: bool) -> Vec<String> {
        let failed = Failed { message, cause: "storage is unavailable".to_owned(), may_succeed };
        give_back(desk, vec![failed]).await
    }

    #[test]
    fn what_nobody_can_name_is_given_back_and_not_deleted() {
        let of = |arn: &str| {
            let record = serde_json::json!({"messageId": arn, "body": "{}", "eventSource": "aws:sqs", "eventSourceARN": arn});
            serde_json::from_value::<SqsEvent>(serde_json::json!({"Records": [record]})).unwrap()
        };
        for name in ["mini-crm-dev-orders", "OrdersQueue", "orders-queue", "crm_orders", "orders"] {
            let event = of(&format!("arn:aws:sqs:ap-south-1:123456789012:{name}"));
            assert_eq!((unrecognised(&event).len(), incoming(event)[0].queue), (0, QueueName::Orders), "{name}");
        }
        for name in ["mini-crm-dev-others", "queue", "", "orders-2"] {
            let arn = format!("arn:aws:sqs:ap-south-1:123456789012:{name}");
            let event = of(&arn);
            assert_eq!((unrecognised(&event), incoming(event).len()), (vec![arn], 0));
        }
    }

    #[tokio::test]
    async fn a_message_comes_again_later_and_later() {
        let desk = Desk::default();
        for receives in [1, 4] {
            assert_eq!(given_back(&desk, &received("m", receives), true).await, ["m"]);
        }
        let postponed = desk.postponed.lock().unwrap().clone();
        assert!(matches!(postponed.as_slice(), [(one, 1..=15), (_, 100..=405)] if one == "r-m"), "{postponed:?}");
        assert!(desk.dead.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_last_try_and_what_no_try_can_help_are_set_aside_with_their_reason() {
        for (receives, may_succeed) in [(RECEIVES, true), (1, false)] {
            let desk = Desk::default();
            assert!(given_back(&desk, &received("m", receives), may_succeed).await.is_empty());
            let letter = desk.dead.lock().unwrap()[0].clone();
            let carried = |name| letter.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
            assert_eq!(carried("reason").as_deref(), Some("storage is unavailable"));
            assert_eq!((carried("tries"), carried("import-id")), (Some(receives.to_string()), Some("i".to_owned())));
        }
    }

    #[tokio::test]
    async fn what_cannot_be_set_aside_stays_in_its_queue() {
        let desk = Desk { is_full: true, ..Desk::default() };
        assert_eq!(given_back(&desk, &received("m", RECEIVES), true).await, ["m"]);
    }
}
