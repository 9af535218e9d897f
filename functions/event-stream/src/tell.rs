//! Telling: changes become events, events go on the bus and, one message for each webhook that wants to hear, on the queue.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crm_domain::customer::Customer;
use crm_domain::dead_letter;
use crm_domain::domain_event::{Change, DomainEvent, EventType, Teller};
use crm_domain::error::chain;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{
    Enqueue, KeepWebhooks, Outgoing, PortError, PublishEvents, QueueError, QueueName, ReadCustomers, ReadSegments, StoreError,
};
use crm_domain::segment::Segments;
use crm_domain::time::Time;
use crm_domain::webhook::Webhook;
use crm_domain::webhook::delivery::Task;
use crm_lambda::outbox::Record;
use serde_json::json;

/// For how long the list of webhooks is believed: a new one hears nothing for so long.
const BELIEVED: Duration = Duration::from_secs(5);

/// The storage that telling needs.
pub trait Store: KeepWebhooks + ReadCustomers + ReadSegments {}
impl<S: KeepWebhooks + ReadCustomers + ReadSegments> Store for S {}

/// Tells whoever wants to hear.
pub struct Herald<S, Q, B> {
    store: Arc<S>,
    queue: Arc<Q>,
    bus: Arc<B>,
    teller: Teller,
    known: Mutex<Option<(Instant, Arc<Known>)>>,
}

/// What is known of who hears what.
struct Known {
    webhooks: Vec<Webhook>,
    quiet_until: Option<Time>,
}

/// Who wants to hear.
struct Audience {
    known: Arc<Known>,
    has_bus: bool,
}

impl Audience {
    fn is_empty(&self) -> bool {
        !self.has_bus && !self.known.webhooks.iter().any(Webhook::is_enabled)
    }

    fn wants(&self, kind: EventType) -> bool {
        self.has_bus || self.known.webhooks.iter().any(|webhook| webhook.wants(kind))
    }
}

impl<S: Store, Q: Enqueue, B: PublishEvents> Herald<S, Q, B> {
    pub fn new(store: Arc<S>, queue: Arc<Q>, bus: Arc<B>, teller: Teller) -> Self {
        Self { store, queue, bus, teller, known: Mutex::default() }
    }

    /// Tells of a batch. A record that cannot be read is set aside by itself, so that it holds up nobody.
    ///
    /// # Errors
    /// Something does not answer; nothing is lost, since the batch comes again, with the same events.
    pub async fn handle(
        &self,
        mut records: Vec<Record>,
        read: impl Fn(&Record) -> Result<Option<Change>, StoreError>,
    ) -> Result<(), PortError> {
        let audience = Audience { known: self.known().await?, has_bus: self.bus.is_on() };
        records.retain(|record| audience.known.quiet_until.is_none_or(|until| until <= record.at));
        if audience.is_empty() || records.is_empty() {
            return Ok(());
        }
        let mut changes = Vec::with_capacity(records.len());
        for record in &records {
            match read(record) {
                Ok(change) => changes.extend(change.map(|change| (record.at, change))),
                Err(error) => self.set_aside(record, &error).await?,
            }
        }
        let mut events = self.events(&changes, &audience).await?;
        events.retain(|event| audience.wants(event.kind));
        if audience.has_bus && !events.is_empty() {
            self.bus.publish(&events).await?;
        }
        let messages = messages(&events, &audience.known.webhooks);
        tracing::info!(records = records.len(), events = events.len(), deliveries = messages.len(), "told");
        if !messages.is_empty() {
            self.queue.enqueue(QueueName::Webhooks, messages).await?;
        }
        Ok(())
    }

    async fn known(&self) -> Result<Arc<Known>, StoreError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, known)) = known
            && since.elapsed() < BELIEVED
        {
            return Ok(known);
        }
        let asked = Instant::now();
        let webhooks = self.store.webhooks().await?.into_iter().map(|held| held.record).collect();
        let read = Arc::new(Known { webhooks, quiet_until: self.store.quiet_until().await? });
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, read.clone()));
        Ok(read)
    }

    async fn events(&self, changes: &[(Time, Change)], audience: &Audience) -> Result<Vec<DomainEvent>, StoreError> {
        let customers = self.new_customers(changes, audience).await?;
        let segments = self.segments(changes, audience).await?;
        let mut events = Vec::new();
        for (at, change) in changes {
            match change {
                // Who is gone by now was merged into somebody who is known, or is to be forgotten.
                Change::Customer(id) => events.extend(customers.get(id).map(|customer| self.teller.created(customer, *at))),
                Change::Erased(erased) => events.push(self.teller.erased(erased, *at)),
                Change::Order(before, after) => events.extend(self.teller.order(before.as_deref(), after, *at)),
                Change::Moves(customer, moves) => events.extend(self.teller.moves(*customer, moves, &segments, *at)),
                Change::Message { campaign, before, after } => {
                    events.extend(self.teller.message(*campaign, before, after, *at));
                }
                Change::Campaign { before, after } => events.extend(self.teller.campaign(before, after, *at)),
                Change::Shown { segment, name, edition } => events.push(self.teller.shown(*segment, name, *edition, *at)),
            }
        }
        Ok(events)
    }

    async fn new_customers(
        &self,
        changes: &[(Time, Change)],
        audience: &Audience,
    ) -> Result<BTreeMap<CustomerId, Customer>, StoreError> {
        let new = changes.iter().filter_map(|(_, change)| match change {
            Change::Customer(id) => Some(*id),
            _ => None,
        });
        let ids: Vec<CustomerId> = new.collect();
        if ids.is_empty() || !audience.wants(EventType::CustomerCreated) {
            return Ok(BTreeMap::new());
        }
        let found = self.store.customers(&ids).await?;
        Ok(found.into_iter().map(|held| (held.record.id, held.record)).collect())
    }

    async fn segments(&self, changes: &[(Time, Change)], audience: &Audience) -> Result<Arc<Segments>, StoreError> {
        let has_moves = changes.iter().any(|(_, change)| matches!(change, Change::Moves(..)));
        if has_moves && (audience.wants(EventType::SegmentEntered) || audience.wants(EventType::SegmentLeft)) {
            return self.store.all_segments().await;
        }
        Ok(Arc::default())
    }

    async fn set_aside(&self, record: &Record, error: &StoreError) -> Result<(), QueueError> {
        tracing::error!(record = record.id, cause = %chain(error), "a change cannot be read");
        let body = json!({"task": "unreadable.v1", "stream": record.stream, "record": record.id});
        let letter = dead_letter::set_aside(QueueName::Webhooks, body.to_string(), &chain(error), 1, &[]);
        self.queue.bury(QueueName::Webhooks, letter).await
    }
}

/// A message for each event and each webhook that wants it.
fn messages(events: &[DomainEvent], webhooks: &[Webhook]) -> Vec<Outgoing> {
    let addressed = events.iter().flat_map(|event| {
        webhooks.iter().filter(|webhook| webhook.wants(event.kind)).map(move |webhook| {
            let task = Task::First { webhook: webhook.id, event: Box::new(event.clone()) };
            Outgoing { body: task.body(), group: Some(webhook.id.to_string()), ..Outgoing::default() }
        })
    });
    addressed.collect()
}
