//! Putting messages on queues, each with the id of the request for which that is done.

use crm_domain::dead_letter;
use crm_domain::did;
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName};

use crate::telemetry;

/// Size up to which events share a queue message, in bytes. SQS takes up to 1 MiB, a consumer's whole batch 6 MB.
const MESSAGE_BYTES: usize = 240_000;

/// Puts messages on a queue. Each carries the request for which that is done, if it is known and there is room for it.
///
/// # Errors
/// The queue did not take all of them; some may be there.
pub async fn send<Q: Enqueue>(queue: &Q, name: QueueName, mut messages: Vec<Outgoing>) -> Result<(), QueueError> {
    if let Some(id) = telemetry::correlation_id() {
        let bytes = Outgoing::attribute_bytes(dead_letter::REQUEST, &id);
        for message in messages.iter_mut().filter(|message| message.bytes() + bytes <= Outgoing::GREATEST) {
            message.attributes.push((dead_letter::REQUEST, id.clone()));
        }
    }
    queue.enqueue(name, messages).await
}

/// Puts the texts of events on a write queue or the receipts', as few messages, and counts them as accepted.
///
/// # Errors
/// As [`send`].
pub async fn send_events<Q: Enqueue>(queue: &Q, name: QueueName, envelopes: Vec<String>) -> Result<(), QueueError> {
    let events = envelopes.len();
    send_packed(queue, name, pack(envelopes), events).await
}

/// The same of messages that have so many `events` together.
///
/// # Errors
/// As [`send`].
pub async fn send_packed<Q: Enqueue>(
    queue: &Q,
    name: QueueName,
    messages: Vec<Outgoing>,
    events: usize,
) -> Result<(), QueueError> {
    send(queue, name, messages).await?;
    if name == QueueName::Receipts {
        did!(receipts.accepted = events);
    } else {
        did!(writes.accepted = events);
    }
    Ok(())
}

/// Packs event texts into as few messages as their size allows: JSON arrays, in order.
#[must_use]
pub fn pack(envelopes: Vec<String>) -> Vec<Outgoing> {
    let mut bodies: Vec<String> = Vec::new();
    for envelope in envelopes {
        match bodies.last_mut() {
            Some(body) if body.len() + envelope.len() + 2 <= MESSAGE_BYTES => {
                body.push(',');
                body.push_str(&envelope);
            }
            _ => bodies.push(format!("[{envelope}")),
        }
    }
    bodies.into_iter().map(|body| (body + "]").into()).collect()
}
