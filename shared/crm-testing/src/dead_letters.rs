//! Dead letters of the desk in memory, one by one.

use std::hash::{DefaultHasher, Hash, Hasher};

use crm_domain::dead_letter::{self, DeadLetter, Postmark};
use crm_domain::ports::{Found, Held, Outgoing, Postpone, QueueError, QueueName, ReadDeadLetters};
use crm_domain::time::Time;

use crate::imports::AtDesk;

/// The name of a letter: of its body, so that it stays when others go.
fn name(letter: &Outgoing) -> String {
    let mut hasher = DefaultHasher::new();
    letter.body.hash(&mut hasher);
    format!("letter-{:016x}", hasher.finish())
}

fn opened(queue: QueueName, message: &Outgoing) -> DeadLetter {
    let postmark = Postmark { id: name(message), sent_at: Time::parse("2026-11-25T10:00:00Z").ok(), moved_by_queue: false };
    DeadLetter::of(queue, postmark, message)
}

impl ReadDeadLetters for AtDesk {
    async fn dead_letters(&self, queue: QueueName, most: usize) -> Result<Found, QueueError> {
        let desk = self.desk();
        let dead = desk.dead.get(&queue).cloned().unwrap_or_default();
        let letters = dead.iter().take(most).map(|message| opened(queue, message)).collect();
        Ok(Found { letters, total: dead.len() as u64 })
    }

    async fn hold(&self, queue: QueueName, id: &str) -> Result<Option<Held>, QueueError> {
        let desk = self.desk();
        let found = desk.dead.get(&queue).and_then(|dead| dead.iter().find(|message| name(message) == id));
        Ok(found.map(|message| Held { letter: opened(queue, message), message: message.clone(), handle: id.to_owned() }))
    }

    async fn redrive_one(&self, queue: QueueName, held: Held) -> Result<(), QueueError> {
        self.desk().queues.entry(queue).or_default().push(dead_letter::again(held.message.clone()));
        self.discard(queue, held).await
    }

    async fn discard(&self, queue: QueueName, held: Held) -> Result<(), QueueError> {
        self.desk().dead.entry(queue).or_default().retain(|message| name(message) != held.handle);
        Ok(())
    }
}

impl Postpone for AtDesk {
    async fn postpone(&self, _: QueueName, messages: Vec<(String, u32)>) -> Result<(), QueueError> {
        self.desk().postponed.extend(messages);
        Ok(())
    }
}
