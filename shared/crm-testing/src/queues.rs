//! Messages as queues hand them out.

use crm_domain::dead_letter;
use crm_domain::ports::{Outgoing, QueueName};
use crm_lambda::batch::Incoming;

use crate::http::REQUEST;

/// A message, or one of a body alone, as its queue hands it out for the first time.
#[must_use]
pub fn received(queue: QueueName, message: impl Into<Outgoing>) -> Incoming {
    let Outgoing { body, attributes, .. } = message.into();
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Incoming { id: "m".to_owned(), queue, body, attributes, receipt: "r".to_owned(), receives: 1, sent_at: None }
}

/// Whether each of `messages` says that it is for a request of [`crate::send`].
#[must_use]
pub fn carry_request(messages: &[Outgoing]) -> bool {
    messages.iter().all(|message| message.attributes.contains(&(dead_letter::REQUEST, REQUEST.to_owned())))
}
