//! The queues and their dead-letter queues.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use crm_domain::dead_letter;
use crm_domain::did;
use crm_domain::email::Email;
use crm_domain::erasure::{self, Scrubbed};
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName, QueueState, ScrubQueues, WatchQueues};
use crm_domain::time::Time;
use futures_util::future::try_join_all;

use crate::batch::pause;
use crate::dynamo::{Variables, env};
use crate::meter;

/// Most entries of one `SendMessageBatch`.
const BATCH_ENTRIES: usize = 10;
/// Most bytes of one `SendMessageBatch`, all entries together.
const BATCH_BYTES: usize = 1_000_000;
/// Most dead letters moved by one request, so that it ends in time.
const REDRIVE: u64 = 500;
/// Attempts for entries that SQS refused for its own reasons.
const ROUNDS: u32 = 5;
/// Seconds for which dead letters are out of sight while all of them are looked at.
const LOOK: i32 = 120;

/// SQS; each queue's URL is in `NAME_QUEUE_URL`, its dead-letter queue's in `NAME_DEAD_URL`. Without that one, it is the queue's
/// own with `-dead` behind it, as template.yaml names them all.
pub struct Sqs {
    pub(crate) client: Client,
    variables: Variables,
}

impl Sqs {
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self::named_by(config, env)
    }

    /// The same, from variables of another environment than this process has.
    #[must_use]
    pub fn named_by(config: &aws_config::SdkConfig, variables: Variables) -> Self {
        let counted = aws_sdk_sqs::config::Builder::from(config).interceptor(meter::sqs::Counting);
        Self { client: Client::from_conf(counted.build()), variables }
    }

    /// The URL of a queue (`QUEUE`) or of its dead-letter queue (`DEAD`).
    pub(crate) fn url(&self, queue: QueueName, which: &str) -> Result<String, QueueError> {
        let named = |which: &str| format!("{}_{which}_URL", queue.as_str().to_uppercase());
        // A function that knows every queue could not be told of both of each: Lambda takes 4,096 bytes of variables.
        let beside = || if which == "DEAD" { (self.variables)(&named("QUEUE")).map(|url| format!("{url}-dead")) } else { None };
        let told = (self.variables)(&named(which)).or_else(beside);
        told.ok_or_else(|| failed(format!("environment variable {} is not set", named(which))))
    }

    pub(crate) async fn send(&self, url: &str, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for message in messages {
            let size = message.bytes();
            if batch.len() == BATCH_ENTRIES || (bytes + size > BATCH_BYTES && !batch.is_empty()) {
                self.send_batch(url, std::mem::take(&mut batch)).await?;
                bytes = 0;
            }
            bytes += size;
            batch.push(message);
        }
        if batch.is_empty() { Ok(()) } else { self.send_batch(url, batch).await }
    }

    async fn send_batch(&self, url: &str, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let mut entries = Vec::with_capacity(messages.len());
        // The runtime sets it for each invocation: X-Ray then shows the consumer in the trace of whoever asked.
        let trace = std::env::var("_X_AMZN_TRACE_ID").ok();
        for (index, message) in messages.into_iter().enumerate() {
            let mut entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(message.body);
            entry = entry.set_message_group_id(message.group);
            if message.delay > 0 {
                entry = entry.delay_seconds(message.delay.min(900) as i32);
            }
            for (name, value) in message.attributes {
                let value = MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(failed)?;
                entry = entry.message_attributes(name, value);
            }
            if let Some(trace) = &trace {
                let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace);
                let value = value.build().map_err(failed)?;
                entry = entry.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value);
            }
            entries.push(entry.build().map_err(failed)?);
        }
        for round in 0..ROUNDS {
            let answer = self.client.send_message_batch().queue_url(url).set_entries(Some(entries.clone())).send().await;
            let answer = answer.map_err(failed)?;
            if answer.failed.is_empty() {
                return Ok(());
            }
            entries.retain(|entry| answer.failed.iter().any(|failure| failure.id == entry.id));
            pause(round).await;
        }
        Err(failed("some messages were refused"))
    }

    async fn state(&self, name: QueueName) -> Result<QueueState, QueueError> {
        let (live, dead) = tokio::try_join!(self.depths(self.url(name, "QUEUE")?), self.depths(self.url(name, "DEAD")?))?;
        Ok(QueueState { name, waiting: live[0], in_flight: live[1], delayed: live[2], dead: dead.iter().sum() })
    }

    /// Messages waiting, in flight and delayed.
    pub(crate) async fn depths(&self, url: String) -> Result<[u64; 3], QueueError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
        let attributes = request.send().await.map_err(failed)?.attributes.unwrap_or_default();
        Ok(names.map(|name| attributes.get(&name).and_then(|value| value.parse().ok()).unwrap_or_default()))
    }
}

impl Enqueue for Sqs {
    async fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.send(&self.url(queue, "QUEUE")?, messages).await
    }

    async fn bury(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.send(&self.url(queue, "DEAD")?, vec![message]).await?;
        did!(letters.dead = 1);
        Ok(())
    }
}

impl WatchQueues for Sqs {
    async fn states(&self) -> Result<Vec<QueueState>, QueueError> {
        try_join_all(QueueName::ALL.map(|name| self.state(name))).await
    }

    /// Moves them itself, ten at a time: unlike `StartMessageMoveTask` that leaves out the reason and says what it moved.
    /// A crash between sending and deleting moves a message twice, which no consumer minds. What comes back meanwhile, since it
    /// failed again, stays.
    async fn redrive(&self, queue: QueueName) -> Result<u64, QueueError> {
        let (dead, live) = (self.url(queue, "DEAD")?, self.url(queue, "QUEUE")?);
        let (mut moved, begun) = (0, Time::now());
        while moved < REDRIVE {
            let request = self.client.receive_message().queue_url(&dead).max_number_of_messages(10);
            let request = request.message_attribute_names("All").visibility_timeout(LOOK);
            let request = request.message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
            let letters = request.send().await.map_err(failed)?.messages.unwrap_or_default();
            let (newer, letters): (Vec<Message>, Vec<Message>) =
                letters.into_iter().partition(|letter| sent_at(letter).is_some_and(|at| at > begun));
            self.release(&dead, newer.into_iter().filter_map(|letter| letter.receipt_handle).collect()).await;
            if letters.is_empty() {
                break;
            }
            self.send(&live, letters.iter().map(copied).map(dead_letter::again).collect()).await?;
            for letter in &letters {
                let handle = letter.receipt_handle.clone().unwrap_or_default();
                self.client.delete_message().queue_url(&dead).receipt_handle(handle).send().await.map_err(failed)?;
            }
            moved += letters.len() as u64;
        }
        Ok(moved)
    }
}

impl ScrubQueues for Sqs {
    async fn scrub(&self, queue: QueueName, emails: &[Email], until: Time) -> Result<u64, QueueError> {
        let dead = self.url(queue, "DEAD")?;
        // Letters that were looked at stay out of sight until all were.
        let (mut touched, mut looked_at) = (0, Vec::new());
        loop {
            let request = self.client.receive_message().queue_url(&dead).max_number_of_messages(10);
            // Waiting asks all servers of the queue: an empty answer then says that it is empty.
            let request = request.message_attribute_names("All").visibility_timeout(LOOK).wait_time_seconds(1);
            let letters = request.send().await.map_err(failed)?.messages.unwrap_or_default();
            if letters.is_empty() {
                break;
            }
            for letter in letters {
                let handle = letter.receipt_handle.clone().unwrap_or_default();
                match erasure::scrub(letter.body.as_deref().unwrap_or_default(), emails, until) {
                    Scrubbed::Untouched => {
                        looked_at.push(handle);
                        continue;
                    }
                    Scrubbed::Rest(body) => self.send(&dead, vec![Outgoing { body, ..copied(&letter) }]).await?,
                    Scrubbed::Nothing => {}
                }
                self.client.delete_message().queue_url(&dead).receipt_handle(handle).send().await.map_err(failed)?;
                touched += 1;
            }
        }
        let hidden = self.depths(dead.clone()).await?[1];
        let unseen = hidden > looked_at.len() as u64;
        self.release(&dead, looked_at).await;
        if unseen { Err(failed("somebody else is looking at some of the dead letters")) } else { Ok(touched) }
    }
}

/// A dead letter with its attributes.
pub(crate) fn copied(letter: &Message) -> Outgoing {
    let attributes = dead_letter::ATTRIBUTES.into_iter().filter_map(|name| {
        let value = letter.message_attributes.as_ref()?.get(name)?.string_value.clone()?;
        Some((name, value))
    });
    Outgoing { body: letter.body.clone().unwrap_or_default(), attributes: attributes.collect(), ..Outgoing::default() }
}

/// When a message was sent to the queue in which it lies; SQS keeps that where it moves one by itself.
pub(crate) fn sent_at(letter: &Message) -> Option<Time> {
    let millis: i64 = letter.attributes.as_ref()?.get(&MessageSystemAttributeName::SentTimestamp)?.parse().ok()?;
    Some(Time::from_micros(millis.saturating_mul(1_000)))
}

pub(crate) fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> QueueError {
    QueueError(cause.into())
}

#[cfg(all(test, feature = "providers"))]
mod tests {
    use super::*;
    use crate::providers::tests::config;

    #[test]
    fn a_queue_that_is_known_leads_to_its_dead_letter_queue() {
        let sqs = Sqs::named_by(&config("http://127.0.0.1:1"), |name| match name {
            "ORDERS_QUEUE_URL" => Some("https://sqs.example/orders".to_owned()),
            "SEGMENTS_QUEUE_URL" => Some("https://sqs.example/segments".to_owned()),
            "SEGMENTS_DEAD_URL" => Some("https://sqs.example/elsewhere".to_owned()),
            "IMPORTS_DEAD_URL" => Some("https://sqs.example/imports-dead".to_owned()),
            _ => None,
        });
        for (queue, which, expected) in [
            (QueueName::Orders, "QUEUE", Some("https://sqs.example/orders")),
            (QueueName::Orders, "DEAD", Some("https://sqs.example/orders-dead")),
            (QueueName::Segments, "DEAD", Some("https://sqs.example/elsewhere")),
            (QueueName::Imports, "QUEUE", None),
            (QueueName::Imports, "DEAD", Some("https://sqs.example/imports-dead")),
            (QueueName::Receipts, "DEAD", None),
        ] {
            assert_eq!(sqs.url(queue, which).ok().as_deref(), expected, "{queue:?} {which}");
        }
    }
}
