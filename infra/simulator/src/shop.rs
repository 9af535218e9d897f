//! Shops that say things by the API: one by one or many at once, each request under one key until it is answered.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crm_domain::event::Kind;
use crm_domain::ids::OrderId;
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::client::{Answered, Client};
use crate::cloud::Cloud;
use crate::functions::{customers_api, orders_api};
use crate::workload::Said;

/// Things that are said by one request, at most, unless more are to be.
const AT_ONCE: usize = 6;

/// The shops of a history, and what they were told.
pub struct Shops {
    orders: Client,
    customers: Client,
    /// Requests so far: each has a key of its own.
    requests: Cell<usize>,
    told: RefCell<Told>,
}

/// What the shops were told.
#[derive(Debug, Default)]
pub struct Told {
    /// Of this they know that it is accepted.
    pub accepted: Vec<Accepted>,
    /// Changes of status that they asked for, whatever was answered. These have no keys: each attempt is a change of its own.
    pub changes: Vec<Value>,
    /// Those of which they know that they are accepted.
    pub changed: Vec<Value>,
    /// Answers that are no answer to what was asked.
    pub amiss: Vec<String>,
}

/// Something that was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// Which event among those of its caller is to follow from it: the request's key, and the place in it.
    pub event: String,
    pub kind: Kind,
    pub data: Value,
    /// The id that the answer gives to what was said.
    pub id: String,
}

/// How something is said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Alone or with others.
    Post(&'static str),
    /// Of an order that is there.
    Patch(OrderId),
}

impl Shops {
    /// Shops that have said nothing yet.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>) -> Self {
        Self {
            orders: Client::new(cloud, "OrdersApiFunction", orders_api),
            customers: Client::new(cloud, "CustomersApiFunction", customers_api),
            requests: Cell::new(0),
            told: RefCell::default(),
        }
    }

    /// Whether a shop can say it: what is only amended comes from elsewhere.
    #[must_use]
    pub fn can_say(said: &Said) -> bool {
        way(said).is_some()
    }

    /// Says one thing after the other, some of them together.
    pub async fn say(&self, said: &[Said], seconds: u64, mut chance: StdRng) {
        let mut rest = said;
        while !rest.is_empty() {
            let some = if chance.random_ratio(1, 3) { 1 } else { chance.random_range(1..=rest.len().min(AT_ONCE)) };
            let (some, others) = rest.split_at(some);
            rest = others;
            self.say_at_once(some).await;
            sleep(Duration::from_millis(chance.random_range(0..seconds * 1_000))).await;
        }
    }

    /// Says so much with as few requests as it takes.
    pub async fn say_at_once(&self, some: &[Said]) {
        let mut by_way: BTreeMap<Way, Vec<&Said>> = BTreeMap::new();
        for one in some {
            if let Some(way) = way(one) {
                by_way.entry(way).or_default().push(one);
            }
        }
        for (way, said) in by_way {
            match (way, said.as_slice()) {
                (Way::Post(path), [one]) => self.post_one(path, one).await,
                (Way::Post(path), many) => self.post_many(path, many).await,
                (Way::Patch(order), changes) => {
                    for one in changes {
                        self.patch(order, one).await;
                    }
                }
            }
        }
    }

    async fn post_one(&self, path: &str, one: &Said) {
        let key = self.fresh_key();
        let data = one.data();
        let answered = self.client(path).ask("POST", path, Some(&data), &key).await;
        match answered.status {
            202 if one.event.is_some() => self.accept(&key, 0, one.kind, data, &answered.body),
            422 if one.event.is_none() => {}
            _ => self.wonder(&key, &answered),
        }
    }

    async fn post_many(&self, path: &str, many: &[&Said]) {
        let key = self.fresh_key();
        let items: Vec<Value> = many.iter().map(|one| one.data()).collect();
        let answered = self.client(path).ask("POST", path, Some(&json!({"items": items})), &key).await;
        let is_hopeless = many.iter().all(|one| one.event.is_none());
        if answered.status != if is_hopeless { 422 } else { 202 } {
            return self.wonder(&key, &answered);
        }
        if is_hopeless {
            return;
        }
        for (index, (one, data)) in many.iter().zip(items).enumerate() {
            let outcome = &answered.body["items"][index];
            match outcome["status"].as_str() {
                Some("queued") if one.event.is_some() => self.accept(&key, index, one.kind, data, outcome),
                Some("rejected") if one.event.is_none() => {}
                _ => self.wonder(&key, &answered),
            }
        }
    }

    async fn patch(&self, order: OrderId, one: &Said) {
        let key = self.fresh_key();
        let status = one.data()["status"].take();
        let (path, body) = (format!("/api/orders/{order}"), json!({"status": status}));
        let change = json!({"id": order.to_string(), "status": status});
        self.told.borrow_mut().changes.push(change.clone());
        let answered = self.orders.ask("PATCH", &path, Some(&body), &key).await;
        match answered.status {
            202 => self.told.borrow_mut().changed.push(change),
            // It has not come to be known yet.
            404 => {}
            _ => self.wonder(&key, &answered),
        }
    }

    fn client(&self, path: &str) -> &Client {
        if path == "/api/orders" { &self.orders } else { &self.customers }
    }

    fn fresh_key(&self) -> String {
        let number = self.requests.get();
        self.requests.set(number + 1);
        format!("q{number}")
    }

    fn accept(&self, key: &str, index: usize, kind: Kind, data: Value, told: &Value) {
        let id = told["id"].as_str().unwrap_or_default().to_owned();
        self.told.borrow_mut().accepted.push(Accepted { event: format!("{key}.{index:03}"), kind, data, id });
    }

    fn wonder(&self, key: &str, answered: &Answered) {
        self.told.borrow_mut().amiss.push(format!("{key} was answered {}: {}", answered.status, answered.body));
    }

    /// What they were told, once they have ended.
    #[must_use]
    pub fn end(self) -> Told {
        self.told.into_inner()
    }
}

fn way(said: &Said) -> Option<Way> {
    match said.kind {
        Kind::UpsertCustomer => Some(Way::Post("/api/customers")),
        Kind::PlaceOrder => Some(Way::Post("/api/orders")),
        Kind::RecordActivity => Some(Way::Post("/api/activities")),
        Kind::ChangeOrderStatus => said.event.as_ref()?.order().map(Way::Patch),
        Kind::AmendCustomer | Kind::RecordReceipt => None,
    }
}
