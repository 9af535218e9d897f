//! A made-up shop: its customers, and segments such as merchants make, or such as none would.

#![allow(clippy::unwrap_used, reason = "what it is made of is here, and right")]

use std::fmt::Write;

use crm_domain::customer::{AttributeValue, ConsentDefaults, Customer};
use crm_domain::email::Email;
use crm_domain::history::Product;
use crm_domain::json::Json;
use crm_domain::money::{Currency, Money};
use crm_domain::rules::{Context, Rules};
use crm_domain::time::{DAY, SECOND, Time};
use serde_json::{Value, json};

/// From where the conditions come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Out of what merchants use.
    Drawn,
    /// Out of everything.
    Distinct,
}

/// Numbers that look like chance and are the same each time (Knuth's MMIX generator, its upper bits).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

const CITIES: &[&str] = &[
    "Pune",
    "Mumbai",
    "Delhi",
    "Jaipur",
    "Chennai",
    "Kochi",
    "Nagpur",
    "Surat",
    "Indore",
    "Bhopal",
    "Patna",
    "Agra",
    "Thane",
    "Vadodara",
    "Ludhiana",
    "Kolkata",
    "Lucknow",
    "Bengaluru",
    "Hyderabad",
    "Ahmedabad",
    "Coimbatore",
    "Guwahati",
    "Mysuru",
    "Ranchi",
    "Raipur",
    "Udaipur",
    "Amritsar",
    "Varanasi",
    "Madurai",
    "Nashik",
];
const COUNTRIES: &[&str] = &["IN", "AE", "SG", "GB", "US", "DE", "NP", "LK"];
const NAMES: &[&str] = &["Priya", "Arjun", "Meera", "Élodie", "Rahul", "Sana", "Vikram", "Ananya", "Zoë", "Kabir"];
const TAGS: &[&str] = &[
    "VIP",
    "Loyal",
    "New",
    "Wholesale",
    "Coffee",
    "Tea",
    "Gift",
    "Newsletter",
    "Churn risk",
    "Beta",
    "Student",
    "Press",
    "Staff",
    "Refunded",
    "Referral",
    "Instagram",
    "Festival",
    "Diwali 2025",
    "Summer",
    "Corporate",
];
const WARES: &[&str] = &["Green Tea", "Black Coffee", "Tea Cup", "French Press", "Grinder", "Filter Paper", "Honey", "Biscuit"];
const SPANS: &[&str] = &["P7D", "P14D", "P30D", "P60D", "P90D", "P180D", "P1M", "P3M", "P6M", "P1Y"];
const SUMS: &[usize] = &[500, 1000, 2000, 2500, 5000, 10_000, 20_000, 25_000, 50_000, 100_000];
/// Articles that a shop has.
const SKUS: usize = 200;

/// When it is, and what is agreed to where nothing is said.
pub fn context() -> Context {
    Context { now: now(), consent_defaults: ConsentDefaults::default() }
}

fn now() -> Time {
    Time::parse("2026-11-22T10:00:00Z").unwrap()
}

/// Rules, read as those of a request are.
pub fn rules(wire: &Value) -> Rules {
    let json = Json::parse(wire.to_string().as_bytes()).unwrap();
    Rules::parse(&json, "rules", &Currency::parse("INR").unwrap()).unwrap()
}

/// A customer of whom most is known, with orders over the past two years.
pub fn person(dice: &mut Dice, orders: usize) -> Customer {
    let before = |dice: &mut Dice, days: usize| now().plus(-(dice.roll(days * 86_400) as i64) * SECOND);
    let name = dice.pick(NAMES);
    let email = format!("person{}@{}", dice.roll(1_000_000), dice.pick(&["example.com", "example.org", "mail.example.in"]));
    let mut customer = Customer::new(Email::parse(&email).unwrap(), now().plus(-900 * DAY));
    customer.name = Some(format!("{name} Sharma"));
    customer.phone = (dice.roll(3) > 0).then(|| format!("+9198{:08}", dice.roll(100_000_000)));
    customer.city = Some(dice.pick(CITIES).to_owned());
    customer.country = Some(dice.pick(COUNTRIES).to_owned());
    customer.time_zone = Some("Asia/Kolkata".to_owned());
    customer.tags = (0..4).map(|_| dice.pick(TAGS).to_owned()).collect();
    let mut know = |key: &str, value| customer.attributes.insert(key.to_owned(), value);
    know("tier", AttributeValue::Text(dice.pick(&["Gold", "Silver", "Bronze"]).to_owned()));
    know("score", AttributeValue::Number(dice.roll(100) as f64));
    know("subscribed", AttributeValue::Flag(dice.roll(2) == 0));
    know("birth_month", AttributeValue::Number((1 + dice.roll(12)) as f64));
    know("source", AttributeValue::Text(dice.pick(&["ads", "search", "friend", "shop"]).to_owned()));
    customer.consents.sms = Some(dice.roll(2) == 0);
    customer.visits_recorded = dice.roll(50) as u64;
    customer.seen_at = Some(before(dice, 60));
    for _ in 0..orders {
        let items: Vec<Product> = (0..=dice.roll(3)).map(|_| ware(dice.roll(SKUS))).collect();
        let total = Money::from_minor((100 + dice.roll(5000)) as i64 * 100);
        customer.history.add(before(dice, 730), total, dice.roll(20) > 0, items);
    }
    customer.recount();
    customer
}

fn ware(number: usize) -> Product {
    Product { sku: format!("SKU-{number:04}"), name: format!("{} No. {number}", WARES[number % WARES.len()]) }
}

/// Rules of that many segments, as they are sent.
pub fn segments(mix: Mix, count: usize) -> Vec<Value> {
    let mut dice = Dice(3);
    (0..count).map(|_| segment(&mut dice, mix)).collect()
}

/// One to five conditions. Most segments want all of them; some have alternatives in a group of their own.
fn segment(dice: &mut Dice, mix: Mix) -> Value {
    let count = dice.pick(&[1, 1, 2, 2, 2, 3, 3, 3, 4, 5]);
    let mut conditions: Vec<Value> = (0..count)
        .map(|_| match mix {
            Mix::Drawn => drawn(dice),
            Mix::Distinct => distinct(dice),
        })
        .collect();
    if count >= 4 {
        let inner = conditions.split_off(2);
        conditions.push(json!({"combinator": "or", "not": dice.roll(4) == 0, "rules": inner}));
    }
    json!({"combinator": if dice.roll(5) == 0 { "or" } else { "and" }, "rules": conditions})
}

fn condition(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"field": field, "operator": operator, "value": value.into()})
}

fn narrowed(mut condition: Value, within: impl Into<Value>) -> Value {
    condition["within"] = within.into();
    condition
}

fn drawn(dice: &mut Dice) -> Value {
    let compare = dice.pick(&["<", "<=", ">", ">="]);
    let sum = dice.pick(SUMS);
    let span = dice.pick(SPANS);
    match dice.roll(50) {
        0..=5 => condition("city", dice.pick(&["=", "!="]), dice.pick(CITIES)),
        6 => condition("city", dice.pick(&["in", "notIn"]), vec![dice.pick(CITIES), dice.pick(CITIES), dice.pick(CITIES)]),
        7..=9 => condition("country", dice.pick(&["=", "!="]), dice.pick(COUNTRIES)),
        10 => condition("email", "endsWith", dice.pick(&["@example.com", "@example.org", ".in"])),
        11 => condition("name", dice.pick(&["contains", "beginsWith"]), dice.pick(NAMES)),
        12..=17 => condition("tags", dice.pick(&["contains", "doesNotContain"]), dice.pick(TAGS)),
        18 => condition("tags", "in", vec![dice.pick(TAGS), dice.pick(TAGS)]),
        19..=21 => condition("attributes.tier", "=", dice.pick(&["gold", "silver", "bronze"])),
        22 => condition("attributes.source", "!=", dice.pick(&["ads", "search", "friend", "shop"])),
        23..=24 => condition("attributes.score", compare, 10 * dice.roll(10)),
        25 => condition("attributes.subscribed", "=", dice.roll(2) == 0),
        26..=29 => condition("totalSpend", compare, sum),
        30..=32 => condition("orderCount", compare, 1 + dice.roll(20)),
        33..=34 => condition("averageOrderValue", compare, sum / 10),
        35 => condition("visits", compare, 5 * dice.roll(10)),
        36..=37 => condition("createdAt", compare, format!("202{}-{:02}-01", 3 + dice.roll(4), 1 + dice.roll(12))),
        38..=40 => condition("lastOrderAt", dice.pick(&["within", "notWithin"]), span),
        41..=42 => condition("lastActiveAt", dice.pick(&["within", "notWithin"]), span),
        43..=44 => narrowed(condition("orderCount", compare, 1 + dice.roll(5)), span),
        45 => narrowed(condition("totalSpend", compare, sum), span),
        46 => condition("purchasedSku", "contains", ware(dice.roll(SKUS)).sku),
        47 => narrowed(condition("purchasedSku", "contains", ware(dice.roll(SKUS)).sku), span),
        48 => narrowed(condition("purchasedName", "contains", dice.pick(&["tea", "coffee", "press", "honey"])), span),
        _ => condition("smsConsent", "=", dice.roll(2) == 0),
    }
}

/// As [`drawn`], kind by kind, with values from ranges so wide that two are hardly ever the same.
fn distinct(dice: &mut Dice) -> Value {
    let compare = dice.pick(&["<", "<=", ">", ">="]);
    let any = dice.roll(100_000_000);
    let span = format!("P{}DT{}H{}M", 1 + dice.roll(400), dice.roll(24), dice.roll(60));
    let mut word = dice.pick(CITIES).to_owned();
    write!(word, " {any}").unwrap();
    match dice.roll(50) {
        0..=6 => condition("city", dice.pick(&["=", "!="]), word),
        7..=9 => condition("country", dice.pick(&["=", "!="]), word),
        10 => condition("email", "endsWith", format!("{any}.example.com")),
        11 => condition("name", dice.pick(&["contains", "beginsWith"]), word),
        12..=18 => condition("tags", dice.pick(&["contains", "doesNotContain"]), word),
        19..=22 => condition("attributes.tier", "=", word),
        23..=25 => condition("attributes.score", compare, any as f64 / 1e6),
        26..=29 => condition("totalSpend", compare, any as f64 / 100.0),
        30..=32 => condition("orderCount", compare, any),
        33..=34 => condition("averageOrderValue", compare, any as f64 / 100.0),
        35 => condition("visits", compare, any),
        36..=37 => condition("createdAt", compare, now().plus(-(any as i64) * SECOND).to_string()),
        38..=40 => condition("lastOrderAt", dice.pick(&["within", "notWithin"]), span),
        41..=42 => condition("lastActiveAt", dice.pick(&["within", "notWithin"]), span),
        43..=44 => narrowed(condition("orderCount", compare, 1 + dice.roll(5)), span),
        45 => narrowed(condition("totalSpend", compare, any as f64 / 100.0), span),
        46 => condition("purchasedSku", "contains", word),
        47 => narrowed(condition("purchasedSku", "contains", ware(dice.roll(SKUS)).sku), span),
        48 => narrowed(condition("purchasedName", "contains", dice.pick(&["tea", "coffee", "press", "honey"])), span),
        _ => condition("smsConsent", "=", dice.roll(2) == 0),
    }
}
