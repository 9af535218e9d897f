//! What the outside world says in a history: few people, orders and keys, so that events meet.

use std::collections::BTreeMap;

use crm_domain::email::Email;
use crm_domain::event::{Event, Kind};
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::ports::QueueName;
use crm_domain::time::{DAY, SECOND, Time};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::world::{self, BEGIN};

/// The currency of the deployment.
///
/// # Panics
/// Never: it is a currency.
#[must_use]
pub fn currency() -> Currency {
    Currency::parse("INR").expect("a currency")
}

/// The time at which something is said that comes as the `number`th.
#[must_use]
pub fn stamp(number: usize) -> Time {
    BEGIN.plus(SECOND * (number as i64 - 100_000))
}

/// An event, and the queue that it is put on.
#[derive(Debug, Clone)]
pub struct Said {
    pub queue: QueueName,
    pub kind: Kind,
    /// The text of the event.
    pub text: String,
    /// What it says; nothing where it cannot be read.
    pub event: Option<Event>,
}

/// What is said in the history of a seed, in the order in which it is said: at most so many events.
#[must_use]
pub fn events(seed: u64, most: u32) -> Vec<Said> {
    let mut chance = StdRng::seed_from_u64(seed);
    let people = chance.random_range(1..=5);
    let count = chance.random_range(3..=most);
    (0..count).map(|number| said(number, people, &mut chance)).collect()
}

/// People of whom some are merged and some erased.
pub const ACQUAINTANCES: u32 = 5;

/// What is said of people of whom some are merged and some erased: what each is called is said of nobody else.
#[must_use]
pub fn gossip(seed: u64, most: u32) -> Vec<Said> {
    let mut chance = StdRng::seed_from_u64(seed);
    let count = chance.random_range(most / 2..=most);
    let mut named = |number: u32| {
        let one = said(number, ACQUAINTANCES, &mut chance);
        let who = one.data()["email"].as_str().and_then(|email| (0..ACQUAINTANCES).find(|who| *email == self::email(*who)));
        match who.filter(|_| one.kind == Kind::UpsertCustomer) {
            Some(who) => one.with("name", &json!(name(who))),
            None => one,
        }
    };
    (0..count).map(&mut named).collect()
}

/// What somebody is called.
fn name(number: u32) -> String {
    format!("Nominata{number}")
}

/// Whether a text names somebody.
#[must_use]
pub fn tells_of(text: &str, number: u32) -> bool {
    let text = text.to_lowercase();
    text.contains(&email(number)) || text.contains(&name(number).to_lowercase())
}

/// So many people as they are first heard of; some of them want no e-mail.
#[must_use]
pub fn introductions(people: u32, chance: &mut StdRng) -> Vec<Said> {
    let introduced = |number: u32| {
        let data = json!({"email": email(number), "name": format!("P{number}"), "emailConsent": chance.random_ratio(5, 6)});
        let envelope = json!({
            "specversion": "1.0", "id": format!("i{number}"), "source": "/simulated", "type": Kind::UpsertCustomer.as_str(),
            "time": BEGIN.plus(-20 * DAY).to_string(), "data": data,
        });
        Said::new(QueueName::Customers, Kind::UpsertCustomer, &envelope)
    };
    (0..people).map(introduced).collect()
}

/// More than one message takes, said at once: what a shop knows of so many people. Elsewhere nobody speaks of them.
#[must_use]
pub fn bulk(people: u32) -> Vec<Said> {
    let known = |number: u32| {
        let notes: BTreeMap<String, String> = (0..7).map(|note| (format!("n{note}"), format!("{number:0>500}"))).collect();
        let data = json!({"email": format!("b{number}@x.in"), "attributes": notes});
        let envelope = json!({
            "specversion": "1.0", "id": format!("b{number}"), "source": "/simulated", "type": Kind::UpsertCustomer.as_str(),
            "time": BEGIN.to_string(), "data": data,
        });
        Said::new(QueueName::Customers, Kind::UpsertCustomer, &envelope)
    };
    (0..people).map(known).collect()
}

/// The address of somebody.
#[must_use]
pub fn email(number: u32) -> String {
    format!("p{number}@x.in")
}

impl Said {
    /// An event of this kind.
    #[must_use]
    pub fn new(queue: QueueName, kind: Kind, envelope: &Value) -> Self {
        let text = envelope.to_string();
        let event = Json::parse(text.as_bytes()).ok().and_then(|json| Event::parse(&json, &currency(), world::now()).ok());
        Self { queue, kind, text, event }
    }

    /// What it says, without who says it and when.
    #[must_use]
    pub fn data(&self) -> Value {
        let mut envelope: Value = serde_json::from_str(&self.text).unwrap_or_default();
        envelope["data"].take()
    }

    /// Whether it is about somebody who is not among the first `people`.
    #[must_use]
    pub fn brings_somebody_new(&self, people: u32) -> bool {
        let known: Vec<_> =
            (0..people).filter_map(|number| Email::parse(&email(number)).ok()).map(|one| CustomerId::of(&one)).collect();
        self.event.as_ref().and_then(Event::customer).is_some_and(|id| !known.contains(&id))
    }

    /// The same, with another value of a field.
    fn with(&self, field: &str, value: &Value) -> Self {
        let mut envelope: Value = serde_json::from_str(&self.text).unwrap_or_default();
        envelope["data"][field] = value.clone();
        Self::new(self.queue, self.kind, &envelope)
    }

    /// The same, said at another time.
    #[must_use]
    pub fn at(&self, time: Time) -> Self {
        let mut envelope: Value = serde_json::from_str(&self.text).unwrap_or_default();
        envelope["time"] = json!(time.to_string());
        Self::new(self.queue, self.kind, &envelope)
    }
}

fn said(number: u32, people: u32, chance: &mut StdRng) -> Said {
    let email = email(chance.random_range(0..people));
    // Most of it falls so that stretches of a week or a month, counted back from now, lose it while the history runs.
    let past = |chance: &mut StdRng| {
        let days = [7, 30].choose(chance).copied().filter(|_| chance.random_ratio(3, 4));
        let ago = match days {
            None => chance.random_range(1..60) * DAY,
            Some(days) => days * DAY - chance.random_range(0..300) * SECOND,
        };
        BEGIN.plus(-ago).to_string()
    };
    let order = format!("o{}", chance.random_range(0..2 * people));
    let (queue, kind, data) = match chance.random_range(0..14) {
        0..2 => (QueueName::Customers, Kind::UpsertCustomer, profile(&email, chance)),
        2..4 => (QueueName::Customers, Kind::AmendCustomer, amendment(&email, chance)),
        4..9 => {
            let mut data = json!({"email": email, "orderId": order});
            let price: u32 = chance.random_range(0..400);
            if chance.random() {
                data["items"] = json!([{"sku": format!("s{price}"), "name": "Thing", "quantity": 2, "unitPrice": price}]);
            } else {
                data["total"] = json!(f64::from(price) + 0.5);
            }
            if chance.random() {
                data["placedAt"] = json!(past(chance));
            }
            (QueueName::Orders, Kind::PlaceOrder, data)
        }
        9..11 => {
            let status = ["placed", "fulfilled", "cancelled", "refunded"].choose(chance);
            (QueueName::Orders, Kind::ChangeOrderStatus, json!({"orderId": order, "status": status}))
        }
        11..13 => {
            let kind = ["visit", "open"].choose(chance);
            let id = format!("a{}", chance.random_range(0..6));
            let data = json!({"email": email, "type": kind, "at": past(chance), "activityId": id});
            (QueueName::Activities, Kind::RecordActivity, data)
        }
        // Nobody can do anything with this.
        _ => (QueueName::Orders, Kind::PlaceOrder, json!({"email": "nobody", "total": -1})),
    };
    let time = BEGIN.plus(-chance.random_range(0..9) * DAY);
    let envelope = json!({
        "specversion": "1.0", "id": format!("e{number}"), "source": "/simulated", "type": kind.as_str(),
        "time": time.to_string(), "data": data,
    });
    Said::new(queue, kind, &envelope)
}

fn profile(email: &str, chance: &mut StdRng) -> Value {
    let mut data = json!({"email": email});
    let mut say = |name: &str, values: &[Value]| {
        if chance.random() {
            data[name] = values.choose(chance).cloned().unwrap_or_default();
        }
    };
    say("name", &[json!("Asha"), json!("Ravi"), Value::Null]);
    say("city", &[json!("Pune"), json!("Goa")]);
    say("tags", &[json!(["vip"]), json!(["new", "vip"]), Value::Null]);
    say("attributes", &[json!({"k": 1}), json!({"k": null, "l": "x"}), json!({"m": true})]);
    say("visits", &[json!(3), json!(7), Value::Null]);
    say("createdAt", &[json!("2025-01-05"), json!("2025-03-01"), Value::Null]);
    say("lastActiveAt", &[json!("2025-01-05"), json!("2026-02-27"), Value::Null]);
    say("smsConsent", &[json!(true), json!(false)]);
    data
}

fn amendment(email: &str, chance: &mut StdRng) -> Value {
    let which = if chance.random() { "tagsAdded" } else { "tagsRemoved" };
    let tags: Vec<&str> = ["vip", "new", "old"].into_iter().filter(|_| chance.random()).collect();
    json!({"email": email, which: tags, "attributes": {"k": chance.random::<bool>()}})
}
