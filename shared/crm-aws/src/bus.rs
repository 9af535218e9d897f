//! The event bus of `EventBridge`, where there is one (`EVENT_BUS`).

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::primitives::DateTime;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use crm_domain::domain_event::DomainEvent;
use crm_domain::ports::{PublishEvents, QueueError};
use crm_domain::time::SECOND;

use crate::batch::pause;

/// Most entries of one `PutEvents`.
const BATCH_ENTRIES: usize = 10;
/// Most bytes of one `PutEvents`, all entries together: 256 KB, with room for what is counted besides.
const BATCH_BYTES: usize = 240_000;
/// Attempts for entries that the bus refused for its own reasons.
const ROUNDS: u32 = 6;

/// The bus, or none.
pub struct Bus {
    client: Client,
    name: Option<String>,
}

impl Bus {
    /// Reads `EVENT_BUS`; there is no bus where that is empty.
    #[must_use]
    pub fn from_env(config: &aws_config::SdkConfig) -> Self {
        Self { client: Client::new(config), name: std::env::var("EVENT_BUS").ok().filter(|name| !name.is_empty()) }
    }

    async fn put(&self, mut entries: Vec<PutEventsRequestEntry>) -> Result<(), QueueError> {
        for round in 0..ROUNDS {
            let answer = self.client.put_events().set_entries(Some(entries.clone())).send().await;
            let answer = answer.map_err(|error| QueueError(Box::new(error)))?;
            if answer.failed_entry_count == 0 {
                return Ok(());
            }
            // The answer has one result per entry, in order.
            let results = answer.entries.unwrap_or_default();
            let failed = |index: usize| results.get(index).is_none_or(|result| result.error_code.is_some());
            entries = entries.into_iter().enumerate().filter(|(index, _)| failed(*index)).map(|(_, entry)| entry).collect();
            pause(round).await;
        }
        Err(QueueError("the bus refuses events".into()))
    }
}

impl PublishEvents for Bus {
    fn is_on(&self) -> bool {
        self.name.is_some()
    }

    async fn publish(&self, events: &[DomainEvent]) -> Result<(), QueueError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for event in events {
            let detail = event.text();
            let size = detail.len() + event.source.len() + event.kind.as_str().len() + 14;
            if batch.len() == BATCH_ENTRIES || (bytes + size > BATCH_BYTES && !batch.is_empty()) {
                self.put(std::mem::take(&mut batch)).await?;
                bytes = 0;
            }
            bytes += size;
            let entry = PutEventsRequestEntry::builder()
                .set_event_bus_name(self.name.clone())
                .source(&event.source)
                .detail_type(event.kind.as_str())
                .time(DateTime::from_secs(event.time.micros() / SECOND))
                .detail(detail);
            batch.push(entry.build());
        }
        if batch.is_empty() { Ok(()) } else { self.put(batch).await }
    }
}
