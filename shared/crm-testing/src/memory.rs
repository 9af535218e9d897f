//! Tables and queues in memory, with the same guarantees as the adapters: versions, conditions, all or nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;

use crm_domain::activity::Activity;
use crm_domain::audit::AuditEntry;
use crm_domain::bill::{Counts, Month};
use crm_domain::customer::Customer;
use crm_domain::erasure::Erased;
use crm_domain::event::Event;
use crm_domain::history::History;
use crm_domain::identity::Identity;
use crm_domain::ids::{ActivityId, CustomerId, ImportId, OrderId};
use crm_domain::ledger::{DayDelta, Held, Ledger};
use crm_domain::message::Receipt;
use crm_domain::order::{Order, OrderBody};
use crm_domain::ports::{
    ApplyEvents, CheckHealth, CountDeadLetters, DayFigures, EditCustomers, Enqueue, Figures, Outgoing, Page, Postpone,
    QueueError, QueueName, ReadCounts, ReadCustomers, ReadFigures, ReadOrders, ReadSecrets, ScanCustomers, ScanPart, SigningKeys,
    StoreError, Versioned,
};
use crm_domain::rules::Reads;
use crm_domain::settings::CampaignDefaults;
use crm_domain::time::Time;
use jiff::civil::Date;

use crate::access::House;
use crate::ai::Remembered;
use crate::alarms::Alarms;
use crate::campaigns::Mailroom;
use crate::files::Cabinet;
use crate::memberships::Registry;
use crate::reports::{self, Bookkeeping};
use crate::turns::Turnstile;

/// The whole CRM in memory.
#[derive(Default)]
pub struct Memory {
    tables: Mutex<Tables>,
    mailroom: Mutex<Mailroom>,
    pub(crate) house: Mutex<House>,
    registry: Mutex<Registry>,
    cabinet: Mutex<Cabinet>,
    bookkeeping: Mutex<Bookkeeping>,
    turnstile: Mutex<Turnstile>,
    alarms: Mutex<Alarms>,
    remembered: Mutex<Remembered>,
    pub(crate) suppressions: Mutex<crate::suppressions::List>,
    gemini_key: Mutex<Option<String>>,
    pub(crate) outbound: Mutex<crate::webhooks::Outbound>,
    pub(crate) defaults: Mutex<(u64, CampaignDefaults)>,
}

#[derive(Default)]
pub(crate) struct Tables {
    customers: BTreeMap<CustomerId, (u64, Identity)>,
    pub(crate) orders: BTreeMap<OrderId, (u64, Order)>,
    pub(crate) activities: BTreeMap<(CustomerId, ActivityId), (u64, Activity)>,
    days: BTreeMap<Date, DayDelta>,
    queues: BTreeMap<QueueName, VecDeque<Outgoing>>,
    pub(crate) dead: BTreeMap<QueueName, Vec<Outgoing>>,
    pub(crate) erasures: BTreeMap<String, Erased>,
    parts_applied: BTreeSet<(ImportId, u64)>,
    /// Commits to fail before any succeeds.
    conflicts: u32,
    /// Whose records nobody understands.
    unreadable: BTreeSet<CustomerId>,
    /// Of whom storage takes nothing.
    rejected: BTreeSet<CustomerId>,
    commits: u32,
    /// Whether nothing of events can be read.
    is_down: bool,
    postponed: Vec<(String, u32)>,
}

impl Memory {
    /// Puts a key of the model's service into the secret.
    pub fn set_gemini_key(&self, key: &str) {
        *self.gemini_key.lock().unwrap() = Some(key.to_owned());
    }

    /// Takes all messages off a queue.
    pub fn drain(&self, queue: QueueName) -> Vec<Outgoing> {
        self.lock().queues.entry(queue).or_default().drain(..).collect()
    }

    /// The dead letters of a queue.
    pub fn dead(&self, queue: QueueName) -> Vec<Outgoing> {
        self.lock().dead.get(&queue).cloned().unwrap_or_default()
    }

    /// Lets the next `count` commits fail as if somebody else had been faster.
    pub fn fail_commits(&self, count: u32) {
        self.lock().conflicts = count;
    }

    /// Lets storage take nothing of a customer, as if it were too large.
    pub fn reject(&self, customer: CustomerId) {
        self.lock().rejected.insert(customer);
    }

    /// Lets nobody understand what is stored of a customer.
    pub fn garble(&self, customer: CustomerId) {
        self.lock().unreadable.insert(customer);
    }

    /// Lets storage answer nobody who wants to apply events, or do so again.
    pub fn set_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// Messages that were given back, by their receipts, each with the seconds for which.
    pub fn postponed(&self) -> Vec<(String, u32)> {
        self.lock().postponed.clone()
    }

    /// Number of commits that succeeded.
    pub fn commits(&self) -> u32 {
        self.lock().commits
    }

    /// Whether the part of an import has been reported as applied.
    pub fn part_applied(&self, import: ImportId, part: u64) -> bool {
        self.lock().parts_applied.contains(&(import, part))
    }

    /// Applies events directly, for tests of reading.
    pub fn apply(&self, events: &[Event]) {
        let mut ledger = self.loaded(&events.iter().collect::<Vec<_>>());
        for event in events {
            ledger.apply(event);
        }
        self.write(&[&ledger]).unwrap();
    }

    pub(crate) fn mailroom(&self) -> std::sync::MutexGuard<'_, Mailroom> {
        self.mailroom.lock().unwrap()
    }

    pub(crate) fn registry(&self) -> std::sync::MutexGuard<'_, Registry> {
        self.registry.lock().unwrap()
    }

    pub(crate) fn cabinet(&self) -> std::sync::MutexGuard<'_, Cabinet> {
        self.cabinet.lock().unwrap()
    }

    pub(crate) fn clockwork(&self) -> std::sync::MutexGuard<'_, Alarms> {
        self.alarms.lock().unwrap()
    }

    pub(crate) fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap()
    }

    pub(crate) fn bookkeeping(&self) -> std::sync::MutexGuard<'_, Bookkeeping> {
        self.bookkeeping.lock().unwrap()
    }

    pub(crate) fn turnstile(&self) -> std::sync::MutexGuard<'_, Turnstile> {
        self.turnstile.lock().unwrap()
    }

    /// The stored version of a customer; 0 for nobody.
    pub(crate) fn version_of(&self, id: CustomerId) -> u64 {
        self.lock().customer(id).map_or(0, |found| found.version)
    }

    /// What is stored under an identity.
    pub fn identity(&self, id: CustomerId) -> Option<Identity> {
        self.lock().customers.get(&id).map(|(_, identity)| identity.clone())
    }

    /// All orders that are stored.
    pub fn stored_orders(&self) -> Vec<Order> {
        self.lock().orders.values().map(|(_, order)| order.clone()).collect()
    }

    /// Removes a customer, as an erasure does.
    pub fn remove_customer(&self, id: CustomerId) {
        self.lock().customers.remove(&id);
    }

    pub(crate) fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    fn loaded(&self, events: &[&Event]) -> Ledger {
        let tables = self.lock();
        let mut ledger = Ledger::default();
        let mut customers: BTreeSet<CustomerId> = events.iter().filter_map(|event| event.customer()).collect();
        for id in events.iter().filter_map(|event| event.order()) {
            if let Some(order) = tables.orders.get(&id) {
                customers.extend(order.1.body().map(|body| CustomerId::of(&body.email)));
                ledger.hold_order(id, Some(order.clone()));
            }
        }
        tables.hold_followed(&mut ledger, customers);
        for key in events.iter().filter_map(|event| event.activity()) {
            if let Some(activity) = tables.activities.get(&key) {
                ledger.hold_activity(key.0, key.1, Some(activity.clone()));
            }
        }
        ledger
    }

    fn write(&self, ledgers: &[&Ledger]) -> Result<(), StoreError> {
        let mut tables = self.lock();
        if tables.conflicts > 0 {
            tables.conflicts -= 1;
            return Err(StoreError::Conflict);
        }
        let mut written = ledgers.iter().flat_map(|ledger| ledger.customers()).filter(|(_, held)| held.change().is_some());
        if written.any(|(id, _)| tables.rejected.contains(id)) {
            return Err(StoreError::Rejected("an item is too large".into()));
        }
        for ledger in ledgers {
            let moved = ledger.customers().any(|(id, held)| is_stale(held, tables.customers.get(id)))
                || ledger.orders().any(|(id, held)| is_stale(held, tables.orders.get(id)))
                || ledger.activities().any(|(id, held)| is_stale(held, tables.activities.get(id)));
            if moved {
                return Err(StoreError::Conflict);
            }
        }
        for ledger in ledgers {
            for (id, held) in ledger.customers() {
                tables.customers.extend(held.change().map(|(version, record)| (*id, (version + 1, record.clone()))));
            }
            for (id, held) in ledger.orders() {
                tables.orders.extend(held.change().map(|(version, record)| (*id, (version + 1, record.clone()))));
            }
            for (id, held) in ledger.activities() {
                tables.activities.extend(held.change().map(|(version, record)| (*id, (version + 1, record.clone()))));
            }
            for (date, delta) in ledger.day_deltas() {
                let day = tables.days.entry(date).or_default();
                day.orders += delta.orders;
                day.revenue += delta.revenue;
                day.customers += delta.customers;
            }
        }
        tables.commits += u32::from(ledgers.iter().any(|ledger| ledger.weight().0 > 0));
        Ok(())
    }
}

impl Tables {
    /// The customers under their own identity.
    fn living(&self) -> impl Iterator<Item = Versioned<Customer>> {
        self.customers.keys().filter_map(|id| self.customer(*id))
    }

    fn customer(&self, id: CustomerId) -> Option<Versioned<Customer>> {
        let (version, identity) = self.customers.get(&id)?;
        identity.customer().map(|customer| Versioned { version: *version, record: customer.clone() })
    }

    fn hold_followed(&self, ledger: &mut Ledger, mut ids: BTreeSet<CustomerId>) {
        while let Some(id) = ids.pop_first() {
            let Some(held) = self.customers.get(&id) else { continue };
            if let Identity::Merged(merged) = &held.1 {
                ids.insert(CustomerId::of(&merged.into));
            }
            ledger.hold_customer(id, Some(held.clone()));
        }
    }
}

fn without_history(customer: &Customer) -> Customer {
    Customer { history: History::default(), ..customer.clone() }
}

fn is_stale<T: Clone + PartialEq>(held: &Held<T>, stored: Option<&(u64, T)>) -> bool {
    held.change().is_some_and(|(version, _)| version != stored.map_or(0, |(version, _)| *version))
}

impl ApplyEvents for Memory {
    async fn load(&self, events: &[&Event]) -> Result<Ledger, StoreError> {
        if self.lock().is_down {
            return Err(StoreError::Unavailable("connection refused".into()));
        }
        Ok(self.loaded(events))
    }

    async fn commit(&self, ledgers: &[&Ledger]) -> Result<(), StoreError> {
        let (actions, bytes): (Vec<usize>, Vec<usize>) = ledgers.iter().map(|ledger| ledger.weight()).unzip();
        assert!(actions.iter().sum::<usize>() <= 100, "DynamoDB takes at most 100 actions in a transaction");
        assert!(bytes.iter().sum::<usize>() <= 4_000_000, "DynamoDB takes at most 4 MB in a transaction");
        self.write(ledgers)
    }

    async fn apply_receipts(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, StoreError> {
        Ok(self.note(receipts))
    }

    async fn import_part_applied(&self, import: ImportId, part: u64) -> Result<(), StoreError> {
        self.lock().parts_applied.insert((import, part));
        Ok(())
    }
}

impl ReadCustomers for Memory {
    async fn customer(&self, id: CustomerId) -> Result<Option<Versioned<Customer>>, StoreError> {
        let tables = self.lock();
        let mut ledger = Ledger::default();
        tables.hold_followed(&mut ledger, [id].into());
        Ok(ledger.followed(id).last().and_then(|id| tables.customer(*id)))
    }

    async fn identities(&self, id: CustomerId) -> Result<Vec<CustomerId>, StoreError> {
        Ok(self.customer(id).await?.map_or_else(|| vec![id], |found| found.record.identities()))
    }

    async fn customers(&self, ids: &[CustomerId]) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let found = self.customers_with_history(ids).await?.into_iter();
        Ok(found.map(|held| Versioned { version: held.version, record: without_history(&held.record) }).collect())
    }

    async fn customers_with_history(&self, ids: &[CustomerId]) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let tables = self.lock();
        match ids.iter().find(|id| tables.unreadable.contains(id)) {
            Some(id) => Err(StoreError::Corrupt(format!("customer {id}"))),
            None => Ok(ids.iter().filter_map(|id| tables.customer(*id)).collect()),
        }
    }

    async fn recent_customers(&self, after: Option<String>, limit: usize) -> Result<Page<Customer>, StoreError> {
        let all = self.lock().living().map(|found| without_history(&found.record)).collect();
        Ok(paged(all, |customer| format!("{}#{}", customer.created_at().sortable(), customer.id), after.as_deref(), limit))
    }

    async fn search_customers(&self, query: &str, after: Option<String>, limit: usize) -> Result<Page<Customer>, StoreError> {
        let query = query.to_lowercase();
        let fits = |customer: &Customer| {
            let tokens = customer.search_tokens();
            query.split_whitespace().all(|word| tokens.iter().any(|token| token.starts_with(word)))
        };
        let found = self.lock().living().map(|found| without_history(&found.record)).filter(fits).collect();
        Ok(paged(found, |customer| customer.id.to_string(), after.as_deref(), limit))
    }
}

impl EditCustomers for Memory {
    async fn hold(&self, ids: &[CustomerId]) -> Result<Ledger, StoreError> {
        let tables = self.lock();
        let mut ledger = Ledger::default();
        tables.hold_followed(&mut ledger, ids.iter().copied().collect());
        let merged = ids.iter().filter_map(|id| ledger.known_by(*id)).flat_map(Customer::identities).collect();
        tables.hold_followed(&mut ledger, merged);
        Ok(ledger)
    }

    async fn edit(&self, ledger: &Ledger, audit: Option<&AuditEntry>, erased: Option<&Erased>) -> Result<(), StoreError> {
        self.commit(&[ledger]).await?;
        if let Some(erased) = erased {
            self.lock().erasures.insert(format!("{}#{}", erased.at.sortable(), erased.id), erased.clone());
        }
        if let Some(audit) = audit {
            self.tell(audit);
        }
        Ok(())
    }
}

impl ScanCustomers for Memory {
    async fn scan(&self, part: &ScanPart, reads: &Reads) -> Result<(Vec<Customer>, Option<CustomerId>), StoreError> {
        let (page, next) = self.scan_consistently(part, reads).await?;
        Ok((page.into_iter().map(|found| found.record).collect(), next))
    }

    async fn scan_consistently(
        &self,
        part: &ScanPart,
        _: &Reads,
    ) -> Result<(Vec<Versioned<Customer>>, Option<CustomerId>), StoreError> {
        assert!(part.part < part.of, "DynamoDB refuses a segment that is none of all");
        // Small pages, so that callers must go on.
        let tables = self.lock();
        let own = tables.living().filter(|found| found.record.id.shard(part.of) == part.part);
        let rest = own.filter(|found| part.after.is_none_or(|after| found.record.id > after));
        let most = part.most.unwrap_or(3).clamp(1, 3);
        let mut page: Vec<Versioned<Customer>> = rest.take(most + 1).collect();
        let next = (page.len() > most).then(|| page.remove(most)).and(page.last().map(|found| found.record.id));
        Ok((page, next))
    }
}

impl ReadOrders for Memory {
    async fn order(&self, id: OrderId) -> Result<Option<Versioned<Order>>, StoreError> {
        let tables = self.lock();
        let found = tables.orders.get(&id).filter(|(_, order)| order.standing.is_some());
        Ok(found.map(|(version, record)| Versioned { version: *version, record: record.clone() }))
    }

    async fn recent_orders(&self, after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        Ok(paged(self.standing(|_| true), order_position, after.as_deref(), limit))
    }

    async fn orders_of(&self, identities: &[CustomerId], after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        let theirs = |body: &OrderBody| !body.email.is_erased() && identities.contains(&CustomerId::of(&body.email));
        let own = self.standing(|order| order.body().is_some_and(theirs));
        Ok(paged(own, order_position, after.as_deref(), limit))
    }
}

impl Memory {
    fn standing(&self, wanted: impl Fn(&Order) -> bool) -> Vec<Order> {
        let tables = self.lock();
        tables.orders.values().map(|(_, order)| order.clone()).filter(|order| order.standing.is_some() && wanted(order)).collect()
    }
}

fn order_position(order: &Order) -> String {
    format!("{}#{}", order.placed_at().unwrap().sortable(), order.id)
}

/// Newest first by position.
pub(crate) fn paged<T>(items: Vec<T>, position: impl Fn(&T) -> String, after: Option<&str>, limit: usize) -> Page<T> {
    let mut items: Vec<(String, T)> = items.into_iter().map(|item| (position(&item), item)).collect();
    items.sort_by(|a, b| b.0.cmp(&a.0));
    items.retain(|(at, _)| after.is_none_or(|after| at.as_str() < after));
    let next = (items.len() > limit).then(|| items[limit - 1].0.clone());
    items.truncate(limit);
    Page { items: items.into_iter().map(|(_, item)| item).collect(), next }
}

impl Enqueue for Memory {
    async fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.step().await.map_err(|error| QueueError(error.into()))?;
        // SQS takes ten messages with one request.
        for request in messages.chunks(10) {
            reports::queued(request.iter().map(|message| message.body.len()).sum());
        }
        self.lock().queues.entry(queue).or_default().extend(messages);
        Ok(())
    }

    async fn bury(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        if message.bytes() > Outgoing::GREATEST {
            return Err(QueueError("the message is too long".into()));
        }
        self.lock().dead.entry(queue).or_default().push(message);
        Ok(())
    }
}

impl CountDeadLetters for Memory {
    async fn count_dead(&self) -> Result<u64, QueueError> {
        self.step().await.map_err(|error| QueueError(error.into()))?;
        Ok(self.lock().dead.values().map(Vec::len).sum::<usize>() as u64)
    }
}

impl Postpone for Memory {
    async fn postpone(&self, _: QueueName, messages: Vec<(String, u32)>) -> Result<(), QueueError> {
        self.lock().postponed.extend(messages);
        Ok(())
    }
}

impl ReadFigures for Memory {
    async fn figures(&self) -> Result<Figures, StoreError> {
        let tables = self.lock();
        let days = tables.days.iter().filter(|(_, figures)| **figures != DayDelta::default());
        Ok(Figures {
            segments: self.registry().segments.len() as u64,
            days: days.map(|(date, figures)| DayFigures { date: *date, figures: *figures }).collect(),
            ..Figures::default()
        })
    }

    async fn customer_count(&self) -> Result<u64, StoreError> {
        let customers: i64 = self.lock().days.values().map(|day| day.customers).sum();
        Ok(u64::try_from(customers).unwrap_or_default())
    }
}

impl ReadCounts for Memory {
    async fn counts(&self, month: Month, _: Time) -> Result<Counts, StoreError> {
        let tables = self.lock();
        let days = tables.days.iter().filter(|(date, _)| month.has(Time::start_of(**date)));
        Ok(days.fold(Counts::default(), |sum, (_, day)| Counts {
            orders: sum.orders + day.orders as u64,
            customers: sum.customers + day.customers as u64,
            ..sum
        }))
    }
}

impl CheckHealth for Memory {
    async fn is_reachable(&self) -> bool {
        true
    }
}

impl ReadSecrets for Memory {
    async fn signing_keys(&self) -> Result<SigningKeys, StoreError> {
        Ok(crate::http::signing_keys())
    }

    async fn gemini_key(&self) -> Result<Option<String>, StoreError> {
        Ok(self.gemini_key.lock().unwrap().clone())
    }
}
