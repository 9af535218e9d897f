//! The queues and their dead-letter queues.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry};
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName, QueueState, WatchQueues};
use futures_util::future::try_join_all;

use crate::batch::pause;

/// Most entries of one `SendMessageBatch`.
const BATCH_ENTRIES: usize = 10;
/// Most bytes of one `SendMessageBatch`, all entries together.
const BATCH_BYTES: usize = 1_000_000;
/// Attempts for entries that SQS refused for its own reasons.
const ROUNDS: u32 = 5;

/// SQS; each queue's URL is in `NAME_QUEUE_URL`, its dead-letter queue's in `NAME_DEAD_URL`.
pub struct Sqs {
    client: Client,
}

impl Sqs {
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    async fn send(&self, url: &str, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for message in messages {
            let size =
                message.body.len() + message.attributes.iter().map(|(name, value)| name.len() + value.len() + 6).sum::<usize>();
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
        for (index, message) in messages.into_iter().enumerate() {
            let mut entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(message.body);
            if message.delay > 0 {
                entry = entry.delay_seconds(message.delay.min(900) as i32);
            }
            for (name, value) in message.attributes {
                let value = MessageAttributeValue::builder().data_type("String").string_value(value).build().map_err(failed)?;
                entry = entry.message_attributes(name, value);
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
        let (live, dead) = tokio::try_join!(self.depths(url(name, "QUEUE")?), self.depths(url(name, "DEAD")?))?;
        Ok(QueueState { name, waiting: live[0], in_flight: live[1], delayed: live[2], dead: dead.iter().sum() })
    }

    /// Messages waiting, in flight and delayed.
    async fn depths(&self, url: String) -> Result<[u64; 3], QueueError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
        let attributes = request.send().await.map_err(failed)?.attributes.unwrap_or_default();
        Ok(names.map(|name| attributes.get(&name).and_then(|value| value.parse().ok()).unwrap_or_default()))
    }

    async fn arn(&self, url: String) -> Result<String, QueueError> {
        let request = self.client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::QueueArn);
        let mut attributes = request.send().await.map_err(failed)?.attributes.unwrap_or_default();
        attributes.remove(&QueueAttributeName::QueueArn).ok_or_else(|| failed("the queue has no ARN"))
    }
}

impl Enqueue for Sqs {
    async fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.send(&url(queue, "QUEUE")?, messages).await
    }

    async fn bury(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.send(&url(queue, "DEAD")?, vec![message]).await
    }
}

impl WatchQueues for Sqs {
    async fn states(&self) -> Result<Vec<QueueState>, QueueError> {
        try_join_all(QueueName::ALL.map(|name| self.state(name))).await
    }

    async fn redrive(&self, queue: QueueName) -> Result<u64, QueueError> {
        let dead = url(queue, "DEAD")?;
        let waiting = self.depths(dead.clone()).await?[0];
        if waiting > 0 {
            let (from, to) = tokio::try_join!(self.arn(dead), self.arn(url(queue, "QUEUE")?))?;
            self.client.start_message_move_task().source_arn(from).destination_arn(to).send().await.map_err(failed)?;
        }
        Ok(waiting)
    }
}

fn url(queue: QueueName, which: &str) -> Result<String, QueueError> {
    let name = format!("{}_{which}_URL", queue.as_str().to_uppercase());
    std::env::var(&name).map_err(|_| failed(format!("environment variable {name} is not set")))
}

fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> QueueError {
    QueueError(cause.into())
}
