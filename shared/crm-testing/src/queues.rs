//! Messages as queues hand them out.

use crm_domain::ports::{Outgoing, QueueName};
use crm_lambda::batch::Incoming;

/// A message, or one of a body alone, as its queue hands it out for the first time.
#[must_use]
pub fn received(queue: QueueName, message: impl Into<Outgoing>) -> Incoming {
    let Outgoing { body, attributes, .. } = message.into();
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Incoming { id: "m".to_owned(), queue, body, attributes, receipt: "r".to_owned(), receives: 1, sent_at: None }
}
