//! What must be there in the end: the same events applied plainly, one after the other, and their sums added up in the
//! slowest way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use crm_domain::activity::Activity;
use crm_domain::event::Event;
use crm_domain::history::History;
use crm_domain::identity::Identity;
use crm_domain::ids::{ActivityId, CustomerId, OrderId};
use crm_domain::ledger::{DEEDS, DayDelta, Ledger};
use crm_domain::money::Money;
use crm_domain::order::Order;
use crm_domain::stamp::Stamps;
use crm_domain::time::Time;
use jiff::civil::Date;

/// Records of customers, orders and activities.
#[derive(Debug, Default, PartialEq)]
pub struct Records {
    pub customers: BTreeMap<CustomerId, Identity>,
    pub orders: BTreeMap<OrderId, Order>,
    pub activities: BTreeMap<(CustomerId, ActivityId), Activity>,
}

impl Records {
    /// Those of a ledger.
    #[must_use]
    pub fn of(ledger: &Ledger) -> Self {
        Self {
            customers: ledger.customers().filter_map(|(id, held)| Some((*id, comparable(held.now()?)))).collect(),
            orders: ledger.orders().filter_map(|(id, held)| Some((*id, held.now()?.clone()))).collect(),
            activities: ledger.activities().filter_map(|(id, held)| Some((*id, held.now()?.clone()))).collect(),
        }
    }

    /// Those that are left when all of `events` have been applied, sorted by what they say.
    #[must_use]
    pub fn after(events: &[&Event]) -> Self {
        let mut sorted = events.to_vec();
        sorted.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        let mut ledger = Ledger::default();
        for event in sorted {
            ledger.apply(event);
        }
        Self::of(&ledger)
    }

    /// The figures of each day, counted.
    #[must_use]
    pub fn days(&self) -> BTreeMap<Date, DayDelta> {
        let mut days: BTreeMap<Date, DayDelta> = BTreeMap::new();
        for order in self.orders.values().filter(|order| order.status().counts()) {
            if let (Some(at), Some(body)) = (order.placed_at(), order.body()) {
                let day = days.entry(at.date()).or_default();
                day.orders += 1;
                day.revenue += body.total().minor();
            }
        }
        for customer in self.customers.values().filter_map(Identity::customer) {
            days.entry(customer.created_at().date()).or_default().customers += 1;
        }
        days
    }

    /// Whether each customer's sums are what there is of theirs.
    pub fn check_sums(&self) -> Result<(), String> {
        for customer in self.customers.values().filter_map(Identity::customer) {
            let emails: BTreeSet<&str> = customer.emails().map(crm_domain::email::Email::as_str).collect();
            let own = self.orders.values().filter(|order| order.body().is_some_and(|body| emails.contains(body.email.as_str())));
            let own: Vec<&Order> = own.collect();
            let counting: Vec<&&Order> = own.iter().filter(|order| order.status().counts()).collect();
            let total = counting.iter().filter_map(|order| order.body()).map(|body| body.total().minor()).sum();
            let visits = self.activities.values().filter(|one| customer.identities().contains(&one.customer) && one.is_visit());
            let who = customer.email.as_str();
            same(&format!("orders of {who}"), &customer.sums.order_count, &(counting.len() as u64))?;
            same(&format!("spend of {who}"), &customer.sums.total_spend, &Money::from_minor(total))?;
            let placed = || counting.iter().filter_map(|order| order.placed_at());
            same(&format!("first order of {who}"), &customer.sums.first_order_at, &placed().min())?;
            same(&format!("last order of {who}"), &customer.sums.last_order_at, &placed().max())?;
            let purchase = own.iter().filter_map(|order| order.placed_at()).max();
            same(&format!("last purchase of {who}"), &customer.last_purchase_at, &purchase)?;
            same(&format!("visits of {who}"), &customer.visits_recorded, &(visits.count() as u64))?;
        }
        Ok(())
    }

    /// Whether these are `expected`; says what is not.
    pub fn check_against(&self, expected: &Self) -> Result<(), String> {
        each("customer", &self.customers, &expected.customers)?;
        each("order", &self.orders, &expected.orders)?;
        each("activity", &self.activities, &expected.activities)
    }
}

/// Without what says when it was written, or what came first, and in its packed form, as storage has it.
fn comparable(identity: &Identity) -> Identity {
    let Identity::Customer(customer) = identity else { return identity.clone() };
    let mut customer = customer.clone();
    if let Some(history) = History::join(&[], &customer.history.tail()) {
        customer.history = history;
    }
    if let Some(stamps) = Stamps::unpack(&customer.stamps.pack()) {
        customer.stamps = stamps;
    }
    customer.updated_at = Time::from_micros(0);
    customer.stamps.forget(DEEDS);
    Identity::Customer(customer)
}

fn each<K: Ord + Debug, V: PartialEq + Debug>(
    kind: &str,
    found: &BTreeMap<K, V>,
    expected: &BTreeMap<K, V>,
) -> Result<(), String> {
    for (id, wanted) in expected {
        match found.get(id) {
            None => return Err(format!("{kind} {id:?} is missing: {wanted:?}")),
            Some(found) => same(&format!("{kind} {id:?}"), found, wanted)?,
        }
    }
    match found.keys().find(|id| !expected.contains_key(id)) {
        Some(id) => Err(format!("{kind} {id:?} should not be there")),
        None => Ok(()),
    }
}

/// Whether two things are the same; says how they differ.
pub fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} is there, {expected:?} was expected")) }
}
