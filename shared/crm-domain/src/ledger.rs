//! Applying events to customers, orders and activities: the one place where the write path decides anything.
//!
//! A [`Ledger`] holds the records that some events name, as they are stored. [`Ledger::apply`] changes them in memory;
//! the adapter then writes what differs, on condition that nobody else did meanwhile. The outcome depends only on the
//! set of events ever applied: not on their order, repetition, or split into batches.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::activity::{Activity, ActivityBody};
use crate::amendment::Amendment;
use crate::customer::{AttributeValue, Customer};
use crate::email::Email;
use crate::event::{Command, Event};
use crate::faults::Patch;
use crate::history::{Chapter, History};
use crate::ids::{ActivityId, CustomerId, OrderId};
use crate::limits;
use crate::money::Money;
use crate::order::{Order, OrderBody, OrderStatus};
use crate::profile::Profile;
use crate::stamp::Stamp;
use crate::time::Time;

/// A record as stored (with its version) and as it is to become.
#[derive(Debug, Clone, PartialEq)]
pub struct Held<T> {
    stored: Option<(u64, T)>,
    current: Option<T>,
}

/// The records that a batch of events names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    customers: BTreeMap<CustomerId, Held<Customer>>,
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
}

/// A change of the figures of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayDelta {
    pub orders: i64,
    pub revenue: i64,
    pub customers: i64,
}

/// Most attribute keys that a customer keeps: those set last. A tombstone of a cleared key takes a place too, so that
/// which keys are kept does not depend on the order of arrival.
pub const MAX_KEPT_ATTRIBUTES: usize = 200;
/// Most tags of a customer of which it is kept when they were added or removed one by one: those said last.
pub const MAX_KEPT_TAGS: usize = 100;

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

impl Held<Customer> {
    /// The chapters of the history that have to be written, and those to be deleted.
    #[must_use]
    pub fn chapters(&self) -> (Vec<Chapter>, Vec<Chapter>) {
        let none = History::default();
        let [before, now] = [self.before(), self.now()].map(|customer| customer.map_or(&none, |customer| &customer.history));
        (now.chapters_beyond(before), before.chapters_beyond(now))
    }
}

impl Ledger {
    /// Puts a customer under the ledger's hand.
    pub fn hold_customer(&mut self, id: CustomerId, stored: Option<(u64, Customer)>) {
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

    /// Applies one event; records that it names and nobody holds count as absent.
    pub fn apply(&mut self, event: &Event) -> Outcome {
        let stamp = event.stamp();
        match &event.command {
            Command::UpsertCustomer(profile) => self.upsert(profile, &stamp),
            Command::AmendCustomer(amendment) => self.amend(amendment, &stamp),
            Command::PlaceOrder(body) => match event.order() {
                Some(id) => self.place(id, body, &stamp),
                None => Outcome::Duplicate,
            },
            Command::ChangeOrderStatus(id, status) => self.change_status(*id, *status, &stamp),
            Command::RecordActivity(body) => match event.activity() {
                Some((_, id)) => self.record(id, body, &stamp),
                None => Outcome::Duplicate,
            },
            // Receipts belong to the delivery log, not to the ledger.
            Command::RecordReceipt(_) => Outcome::Duplicate,
        }
    }

    /// The held customers.
    pub fn customers(&self) -> impl Iterator<Item = (&CustomerId, &Held<Customer>)> {
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

    /// The customers whom an event may change: the one it names, and the one of the order it names.
    #[must_use]
    pub fn touched_by(&self, event: &Event) -> Vec<CustomerId> {
        let standing = event.order().and_then(|id| self.orders.get(&id)).and_then(Held::now).and_then(Order::body);
        event.customer().into_iter().chain(standing.map(|body| CustomerId::of(&body.email))).collect()
    }

    /// A ledger of those records only that `events` touch.
    #[must_use]
    pub fn part(&self, events: &[&Event]) -> Self {
        let mut part = Self::default();
        for event in events {
            for id in self.touched_by(event) {
                part.customers.extend(self.customers.get(&id).map(|held| (id, held.clone())));
            }
            if let Some(id) = event.order() {
                part.orders.extend(self.orders.get(&id).map(|held| (id, held.clone())));
            }
            if let Some(key) = event.activity() {
                part.activities.extend(self.activities.get(&key).map(|held| (key, held.clone())));
            }
        }
        part
    }

    /// Number of records to write or delete, and roughly their bytes.
    #[must_use]
    pub fn weight(&self) -> (usize, usize) {
        let changed = self.customers.values().filter_map(|held| held.change().map(|(_, customer)| (held, customer)));
        let customers = changed.flat_map(|(held, customer)| {
            let (written, dropped) = held.chapters();
            let chapters = written.into_iter().chain(dropped).map(|chapter| chapter.bytes + 200);
            chapters.chain([customer.history.tail_bytes() + 16 * customer.history.chapters().len() + 1_500])
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
                if let Some(customer) = customer {
                    days.entry(customer.created_at().date()).or_default().customers += sign;
                }
            }
        }
        days.retain(|_, delta| *delta != DayDelta::default());
        days
    }

    fn customer(&mut self, email: &Email, at: Time) -> &mut Customer {
        let held = self.customers.entry(CustomerId::of(email)).or_insert_with(|| Held::stored(None));
        let customer = held.current.get_or_insert_with(|| Customer::new(email.clone(), at));
        customer.first_seen = customer.first_seen.min(at);
        customer
    }

    fn order(&mut self, id: OrderId) -> &mut Order {
        let held = self.orders.entry(id).or_insert_with(|| Held::stored(None));
        held.current.get_or_insert_with(|| Order::unknown(id))
    }

    fn upsert(&mut self, profile: &Profile, stamp: &Stamp) -> Outcome {
        let customer = self.customer(&profile.email, stamp.at);
        let before = customer.clone();
        set(customer, stamp, "name", &profile.name, |c| &mut c.name);
        set(customer, stamp, "phone", &profile.phone, |c| &mut c.phone);
        set(customer, stamp, "city", &profile.city, |c| &mut c.city);
        set(customer, stamp, "country", &profile.country, |c| &mut c.country);
        set(customer, stamp, "timeZone", &profile.time_zone, |c| &mut c.time_zone);
        set(customer, stamp, "createdAt", &profile.created_at, |c| &mut c.created_given);
        set(customer, stamp, "emailConsent", &profile.email_consent, |c| &mut c.consents.email);
        set(customer, stamp, "smsConsent", &profile.sms_consent, |c| &mut c.consents.sms);
        set(customer, stamp, "whatsappConsent", &profile.whatsapp_consent, |c| &mut c.consents.whatsapp);
        match &profile.tags {
            Patch::Absent => {}
            said => {
                if customer.stamps.admit(TAGS, stamp) {
                    replace_tags(customer, said.clone().value().unwrap_or_default().into_iter().collect(), stamp);
                }
            }
        }
        match profile.visits {
            Patch::Absent => {}
            ref said => {
                if customer.stamps.admit("visits", stamp) {
                    customer.visits_given = said.clone().value().unwrap_or_default();
                }
            }
        }
        if let Patch::Set(at) = profile.last_active_at {
            customer.seen_at = customer.seen_at.max(Some(at));
        }
        set_attributes(customer, &profile.attributes, stamp);
        if before == *customer { Outcome::Duplicate } else { Outcome::Applied }
    }

    fn amend(&mut self, amendment: &Amendment, stamp: &Stamp) -> Outcome {
        let customer = self.customer(&amendment.email, stamp.at);
        let before = customer.clone();
        let tags =
            amendment.tags_added.iter().map(|tag| (tag, true)).chain(amendment.tags_removed.iter().map(|tag| (tag, false)));
        for (tag, has) in tags {
            // Later than this the tags were said as a whole.
            let behind = customer.stamps.get(TAGS).is_some_and(|whole| whole >= stamp);
            if !behind && customer.stamps.admit(&format!("{TAG}{tag}"), stamp) {
                if has {
                    customer.tags.insert(tag.clone());
                } else {
                    customer.tags.remove(tag);
                }
            }
        }
        forget_oldest(customer, TAG, MAX_KEPT_TAGS, |customer, tag| {
            customer.tags.remove(tag);
        });
        let lists =
            amendment.lists_joined.iter().map(|list| (list, true)).chain(amendment.lists_left.iter().map(|list| (list, false)));
        for (list, on) in lists {
            if customer.stamps.admit(&format!("{LIST}{list}"), stamp) {
                if on {
                    customer.lists.insert(*list);
                } else {
                    customer.lists.remove(list);
                }
            }
        }
        forget_oldest(customer, LIST, limits::LISTS, |customer, list| {
            customer.lists.retain(|held| held.to_string() != list);
        });
        set_attributes(customer, &amendment.attributes, stamp);
        if before == *customer { Outcome::Duplicate } else { Outcome::Applied }
    }

    fn place(&mut self, id: OrderId, body: &OrderBody, stamp: &Stamp) -> Outcome {
        // Also a version that loses has told us of its customer.
        self.customer(&body.email, stamp.at);
        let order = self.order(id);
        let (replaces, outcome) = match &order.standing {
            None => (true, Outcome::Applied),
            Some((held, standing)) if standing == body => (stamp < held, Outcome::Duplicate),
            Some((held, _)) => {
                order.conflict = true;
                (stamp < held, Outcome::Conflict)
            }
        };
        if replaces {
            let old = order.clone();
            order.standing = Some((stamp.clone(), body.clone()));
            let new = order.clone();
            self.swap(&old, &new);
        }
        outcome
    }

    fn change_status(&mut self, id: OrderId, status: OrderStatus, stamp: &Stamp) -> Outcome {
        let order = self.order(id);
        if order.status.as_ref().is_some_and(|(held, _)| held >= stamp) {
            return Outcome::Duplicate;
        }
        let old = order.clone();
        order.status = Some((stamp.clone(), status));
        let new = order.clone();
        if old.status().counts() != new.status().counts() {
            self.swap(&old, &new);
        }
        Outcome::Applied
    }

    /// Takes one version of an order out of its customer's history and puts another into its own customer's.
    fn swap(&mut self, old: &Order, new: &Order) {
        for (order, enters) in [(old, false), (new, true)] {
            let (Some((stamp, body)), Some(at)) = (&order.standing, order.placed_at()) else { continue };
            let counts = order.status().counts();
            let customer = self.customer(&body.email, stamp.at);
            if enters {
                customer.history.add(at, body.total(), counts, body.products());
            } else {
                customer.history.remove(at, body.total(), counts, body.products());
            }
            customer.recount();
        }
    }

    fn record(&mut self, id: ActivityId, body: &ActivityBody, stamp: &Stamp) -> Outcome {
        let customer_id = CustomerId::of(&body.email);
        let new = Activity { customer: customer_id, id, kind: body.kind.clone(), at: body.at, stamp: stamp.clone() };
        let held = self.activities.entry((customer_id, id)).or_insert_with(|| Held::stored(None));
        let old = held.current.clone();
        if old.as_ref().is_none_or(|old| new.stamp < old.stamp) {
            held.current = Some(new.clone());
            let before = old.as_ref().is_some_and(Activity::is_visit);
            let customer = self.customer(&body.email, stamp.at);
            customer.visits_recorded += u64::from(new.is_visit());
            customer.visits_recorded -= u64::from(before);
        }
        let customer = self.customer(&body.email, stamp.at);
        customer.seen_at = customer.seen_at.max(Some(body.at));
        if old.is_none() { Outcome::Applied } else { Outcome::Duplicate }
    }
}

/// The day's share of an order that counts.
fn counted(order: &Order) -> Option<(Time, Money)> {
    if !order.status().counts() {
        return None;
    }
    Some((order.placed_at()?, order.body()?.total()))
}

fn set<T: Clone>(
    customer: &mut Customer,
    stamp: &Stamp,
    field: &str,
    said: &Patch<T>,
    place: impl FnOnce(&mut Customer) -> &mut Option<T>,
) {
    if !matches!(said, Patch::Absent) && customer.stamps.admit(field, stamp) {
        *place(customer) = said.clone().value();
    }
}

/// Says the tags as a whole. What was said of single ones later than that stands.
fn replace_tags(customer: &mut Customer, mut tags: BTreeSet<String>, stamp: &Stamp) {
    for field in customer.stamps.newest(TAG) {
        let tag = &field[TAG.len()..];
        if customer.stamps.get(&field) <= Some(stamp) {
            customer.stamps.forget(&field);
        } else if customer.tags.contains(tag) {
            tags.insert(tag.to_owned());
        } else {
            tags.remove(tag);
        }
    }
    customer.tags = tags;
}

/// Keeps what was said last of fields whose name begins with `prefix`; tombstones take a place too.
fn forget_oldest(customer: &mut Customer, prefix: &str, kept: usize, forget: impl Fn(&mut Customer, &str)) {
    for field in customer.stamps.newest(prefix).into_iter().skip(kept) {
        forget(customer, &field[prefix.len()..]);
        customer.stamps.forget(&field);
    }
}

/// Attributes merge by key. `null` for the whole object is a barrier: it clears every key set before it.
fn set_attributes(customer: &mut Customer, said: &Patch<Vec<(String, Option<AttributeValue>)>>, stamp: &Stamp) {
    match said {
        Patch::Absent => return,
        Patch::Clear => {
            if customer.stamps.admit(BARRIER, stamp) {
                let stamps = &customer.stamps;
                customer.attributes.retain(|key, _| stamps.get(&attribute_field(key)) > Some(stamp));
            }
        }
        Patch::Set(pairs) => {
            for (key, value) in pairs {
                let behind = customer.stamps.get(BARRIER).is_some_and(|barrier| barrier >= stamp);
                if customer.stamps.admit(&attribute_field(key), stamp) {
                    match value {
                        Some(value) if !behind => customer.attributes.insert(key.clone(), value.clone()),
                        _ => customer.attributes.remove(key),
                    };
                }
            }
        }
    }
    forget_oldest(customer, ATTRIBUTE, MAX_KEPT_ATTRIBUTES, |customer, key| {
        customer.attributes.remove(key);
    });
}

const ATTRIBUTE: &str = "a.";
const BARRIER: &str = "attributes";
const TAGS: &str = "tags";
const TAG: &str = "t.";
const LIST: &str = "l.";

fn attribute_field(key: &str) -> String {
    format!("{ATTRIBUTE}{key}")
}
