//! Applying events to customers, orders and activities: the one place where the write path decides anything.
//!
//! A [`Ledger`] holds the records that some events name, as they are stored. [`Ledger::apply`] changes them in memory;
//! the adapter then writes what differs, on condition that nobody else did meanwhile. The outcome depends only on the
//! set of events ever applied: not on their order, repetition, or split into batches.

mod events;
mod people;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::activity::Activity;
use crate::event::Event;
use crate::history::{Chapter, History};
use crate::identity::Identity;
use crate::ids::{ActivityId, CustomerId, OrderId};
use crate::money::Money;
use crate::order::Order;
use crate::time::Time;

pub(crate) use events::{ATTRIBUTE, BARRIER, LIST, TAG, TAGS, attribute_field, visits_field};
pub use events::{DEEDS, MAX_KEPT_ATTRIBUTES, MAX_KEPT_TAGS};
pub use people::Unmergeable;

/// A record as stored (with its version) and as it is to become.
#[derive(Debug, Clone, PartialEq)]
pub struct Held<T> {
    stored: Option<(u64, T)>,
    current: Option<T>,
}

/// The records that a batch of events names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    customers: BTreeMap<CustomerId, Held<Identity>>,
    orders: BTreeMap<OrderId, Held<Order>>,
    activities: BTreeMap<(CustomerId, ActivityId), Held<Activity>>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    Applied,
    /// The same thing was there already.
    Duplicate,
    /// Another version of the same order is known; the earlier one stands.
    Conflict,
    /// It tells of somebody who has been erased since; of an order only what it was worth is kept.
    Forgotten,
}

/// A change of the figures of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayDelta {
    pub orders: i64,
    pub revenue: i64,
    pub customers: i64,
}

impl<T: Clone + PartialEq> Held<T> {
    /// A record as read from storage, or its absence.
    #[must_use]
    pub fn stored(stored: Option<(u64, T)>) -> Self {
        let current = stored.as_ref().map(|(_, record)| record.clone());
        Self { stored, current }
    }

    /// What has to be written: the version that must still be stored (0: none), and the new record.
    #[must_use]
    pub fn change(&self) -> Option<(u64, &T)> {
        let current = self.current.as_ref()?;
        match &self.stored {
            Some((_, stored)) if stored == current => None,
            Some((version, _)) => Some((*version, current)),
            None => Some((0, current)),
        }
    }

    fn settle(&mut self) {
        if let Some((version, current)) = self.change().map(|(version, current)| (version, current.clone())) {
            self.stored = Some((version + 1, current));
        }
    }

    /// The stored record.
    #[must_use]
    pub fn before(&self) -> Option<&T> {
        self.stored.as_ref().map(|(_, record)| record)
    }

    /// The record as it is to become.
    #[must_use]
    pub const fn now(&self) -> Option<&T> {
        self.current.as_ref()
    }
}

impl Held<Identity> {
    /// The chapters of the history that have to be written, and those to be deleted. Those of somebody who is erased may be more
    /// than fit in a transaction: they are swept away afterwards, as all their other traces are.
    #[must_use]
    pub fn chapters(&self) -> (Vec<Chapter>, Vec<Chapter>) {
        if matches!(self.now(), Some(Identity::Erased(_))) {
            return (Vec::new(), Vec::new());
        }
        let none = History::default();
        let [before, now] = [self.before(), self.now()]
            .map(|identity| identity.and_then(Identity::customer).map_or(&none, |customer| &customer.history));
        (now.chapters_beyond(before), before.chapters_beyond(now))
    }
}

/// The records on which an event bears, found once: each id takes a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The customer it names, that of the order it names, and those into whom these were merged.
    pub customers: Vec<CustomerId>,
    pub order: Option<OrderId>,
    pub activity: Option<(CustomerId, ActivityId)>,
}

impl Ledger {
    /// Puts what stands under a customer's identity under the ledger's hand. Into whom it was merged must be held too.
    pub fn hold_customer(&mut self, id: CustomerId, stored: Option<(u64, Identity)>) {
        self.customers.insert(id, Held::stored(stored));
    }

    /// Puts an order under the ledger's hand. The customer of its standing version must be held too.
    pub fn hold_order(&mut self, id: OrderId, stored: Option<(u64, Order)>) {
        self.orders.insert(id, Held::stored(stored));
    }

    /// Puts an activity under the ledger's hand.
    pub fn hold_activity(&mut self, customer: CustomerId, id: ActivityId, stored: Option<(u64, Activity)>) {
        self.activities.insert((customer, id), Held::stored(stored));
    }

    /// The held identities of customers.
    pub fn customers(&self) -> impl Iterator<Item = (&CustomerId, &Held<Identity>)> {
        self.customers.iter()
    }

    /// The held orders.
    pub fn orders(&self) -> impl Iterator<Item = (&OrderId, &Held<Order>)> {
        self.orders.iter()
    }

    /// The held activities.
    pub fn activities(&self) -> impl Iterator<Item = (&(CustomerId, ActivityId), &Held<Activity>)> {
        self.activities.iter()
    }

    /// The records on which an event bears.
    #[must_use]
    pub fn touched_by(&self, event: &Event) -> Touched {
        let (order, activity) = (event.order(), event.activity());
        let standing = order.and_then(|id| self.orders.get(&id)).and_then(Held::now).and_then(Order::body);
        let named = event.customer().into_iter().chain(standing.map(|body| CustomerId::of(&body.email)));
        Touched { customers: named.flat_map(|id| self.followed(id)).collect(), order, activity }
    }

    /// A ledger of those records only that are touched.
    #[must_use]
    pub fn part<'a>(&self, touched: impl IntoIterator<Item = &'a Touched>) -> Self {
        let mut part = Self::default();
        for Touched { customers, order, activity } in touched {
            part.customers.extend(customers.iter().filter_map(|id| Some((*id, self.customers.get(id)?.clone()))));
            part.orders.extend(order.and_then(|id| Some((id, self.orders.get(&id)?.clone()))));
            part.activities.extend(activity.and_then(|key| Some((key, self.activities.get(&key)?.clone()))));
        }
        part
    }

    /// Number of records to write or delete, and roughly their bytes.
    #[must_use]
    pub fn weight(&self) -> (usize, usize) {
        let changed = self.customers.values().filter_map(|held| held.change().map(|(_, identity)| (held, identity)));
        let customers = changed.flat_map(|(held, identity)| {
            let (written, dropped) = held.chapters();
            let chapters = written.into_iter().chain(dropped).map(|chapter| chapter.bytes + 200);
            let history = identity.customer().map(|customer| &customer.history);
            chapters.chain([history.map_or(0, |history| history.tail_bytes() + 16 * history.chapters().len()) + 1_500])
        });
        let orders = self.orders.values().filter_map(Held::change).map(|(_, order)| {
            order.body().map_or(0, |body| body.items.iter().map(|item| item.sku.len() + item.name.len() + 60).sum::<usize>())
                + 700
        });
        let activities = self.activities.values().filter_map(Held::change).map(|_| 500);
        customers.chain(orders).chain(activities).fold((0, 0), |(count, bytes), more| (count + 1, bytes + more))
    }

    /// After the changes have been written: what was to become is now stored.
    pub fn settle(&mut self) {
        self.customers.values_mut().for_each(Held::settle);
        self.orders.values_mut().for_each(Held::settle);
        self.activities.values_mut().for_each(Held::settle);
    }

    /// How the daily figures change when everything is written.
    #[must_use]
    pub fn day_deltas(&self) -> BTreeMap<Date, DayDelta> {
        let mut days: BTreeMap<Date, DayDelta> = BTreeMap::new();
        for held in self.orders.values() {
            for (order, sign) in [(held.before(), -1), (held.now(), 1)] {
                if let Some((at, total)) = order.and_then(counted) {
                    let day = days.entry(at.date()).or_default();
                    day.orders += sign;
                    day.revenue += sign * total.minor();
                }
            }
        }
        for held in self.customers.values() {
            for (customer, sign) in [(held.before(), -1), (held.now(), 1)] {
                if let Some(customer) = customer.and_then(Identity::customer) {
                    days.entry(customer.created_at().date()).or_default().customers += sign;
                }
            }
        }
        days.retain(|_, delta| *delta != DayDelta::default());
        days
    }
}

/// The day's share of an order that counts.
fn counted(order: &Order) -> Option<(Time, Money)> {
    if !order.status().counts() {
        return None;
    }
    Some((order.placed_at()?, order.body()?.total()))
}
