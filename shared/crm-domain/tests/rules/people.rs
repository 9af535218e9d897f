//! Random customers, rules and clocks, drawn from small pools so that they often meet exactly at their edges.

use crm_domain::customer::{AttributeValue, ConsentDefaults, Customer};
use crm_domain::email::Email;
use crm_domain::history::Product;
use crm_domain::json::Json;
use crm_domain::money::{Currency, Money};
use crm_domain::rules::{Context, Rules};
use crm_domain::time::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};

use crate::slow::{DEFAULTS, Order, Person};

pub const TEXTS: &[&str] =
    &["Priya Sharma", "priya", "PRIYA", "sharma", "Élodie", "éLODIE", "İzmir", "ΟΔΟΣ", "Straße", "a", "A b"];
pub const PRODUCTS: &[(&str, &str)] =
    &[("TEA-1", "Green Tea"), ("tea-1", "green tea"), ("CUP", "Tea Cup É"), ("É-9", "Straße"), ("x", "A")];
pub const WINDOWS: &[&str] = &[
    "P1D",
    "P7D",
    "P30D",
    "P1W",
    "P1M",
    "P2M",
    "P3M",
    "P12M",
    "P1Y",
    "PT12H",
    "PT36H",
    "PT1S",
    "P1M1D",
    "P1MT12H",
    "P1Y1M",
    "P200Y",
    "P1MT23H59M59S",
    "P13M3W",
];
pub const AMOUNTS: &[f64] = &[0.0, 0.01, 10.0, 12.5, 33.33, 33.34, 100.0, 66.67];

/// So many cases, unless `PROPTEST_CASES` asks for another number.
pub fn cases(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { asked.cases } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..asked }
}

pub fn currency() -> Currency {
    Currency::parse("INR").unwrap()
}

pub fn context(now: Timestamp) -> Context {
    let [email, sms, whatsapp] = DEFAULTS;
    Context { now: time(now), consent_defaults: ConsentDefaults { email, sms, whatsapp } }
}

pub fn time(at: Timestamp) -> Time {
    Time::from_micros(at.as_microsecond())
}

pub fn json_of(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes()).unwrap()
}

pub fn rules(value: &Value) -> Rules {
    Rules::parse(&json_of(value), "rules", &currency()).unwrap_or_else(|faults| panic!("{faults}: {value}"))
}

/// The person as the product stores one.
pub fn customer(person: &Person) -> Customer {
    let mut customer = Customer::new(Email::parse(&person.email).unwrap(), time(person.created));
    let text = |field: &str| person.texts.get(field).cloned();
    customer.name = text("name");
    customer.phone = text("phone");
    customer.city = text("city");
    customer.country = text("country");
    customer.time_zone = text("timeZone");
    customer.tags = person.tags.iter().cloned().collect();
    for (key, value) in &person.attributes {
        let value = match value {
            Value::Bool(flag) => AttributeValue::Flag(*flag),
            Value::Number(number) => AttributeValue::Number(number.as_f64().unwrap()),
            other => AttributeValue::Text(other.as_str().unwrap().to_owned()),
        };
        customer.attributes.insert((*key).to_owned(), value);
    }
    [customer.consents.email, customer.consents.sms, customer.consents.whatsapp] = person.consents;
    customer.visits_recorded = u64::try_from(person.visits).unwrap();
    customer.seen_at = person.seen.map(time);
    for order in &person.orders {
        let products = order.items.iter().map(|(sku, name)| Product { sku: (*sku).into(), name: (*name).into() });
        customer.history.add(time(order.at), Money::from_minor(i64::try_from(order.minor).unwrap()), order.counts, products);
    }
    customer.recount();
    customer
}

/// Mostly about the ends of the months from January to April, where calendars are tricky.
pub fn day() -> impl Strategy<Value = Date> {
    let tricky = (2024_i16..=2026, 1_i8..=4, select(vec![1_i8, 2, 15, 27, 28, 29, 30, 31]));
    let any = (2023_i16..=2027, 1_i8..=12, 1_i8..=31);
    prop_oneof![4 => tricky, 1 => any].prop_map(|(year, month, day)| {
        let first = Date::new(year, month, 1).unwrap();
        Date::new(year, month, day.min(first.days_in_month())).unwrap()
    })
}

pub fn instant() -> impl Strategy<Value = Timestamp> {
    const DAY: i64 = 86_400_000_000;
    let clock = select(vec![0, 1, DAY / 2, DAY / 2 + 1, DAY - 1_000_001, DAY - 1]);
    (day(), clock).prop_map(|(day, micros)| {
        let midnight = day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond();
        Timestamp::from_microsecond(midnight + micros).unwrap()
    })
}

fn order() -> impl Strategy<Value = Order> {
    let total = select(vec![0, 1, 1000, 1250, 3333, 3334, 10_000]);
    (instant(), total, prop::bool::weighted(0.8), subsequence(PRODUCTS, 0..3)).prop_map(|(at, minor, counts, items)| Order {
        at,
        minor,
        counts,
        items,
    })
}

pub fn person() -> impl Strategy<Value = Person> {
    let texts =
        btree_map(select(&["name", "phone", "city", "country", "timeZone"][..]), select(TEXTS).prop_map(str::to_owned), 0..5);
    let attribute = prop_oneof![
        select(TEXTS).prop_map(|text| json!(text)),
        select(AMOUNTS).prop_map(|number| json!(number)),
        any::<bool>().prop_map(|flag| json!(flag)),
    ];
    let attributes = btree_map(select(&["tier", "score", "vip"][..]), attribute, 0..4);
    let own = (select(&["priya@example.com", "a@b.co"][..]), texts, subsequence(TEXTS, 0..4), attributes);
    let acts = (0_i128..4, instant(), option::of(instant()), vec(order(), 0..7), any::<[Option<bool>; 3]>());
    (own, acts).prop_map(|((email, texts, tags, attributes), (visits, created, seen, orders, consents))| Person {
        email: email.to_owned(),
        texts,
        tags: tags.into_iter().map(str::to_owned).collect(),
        attributes,
        visits,
        created,
        seen,
        orders,
        consents,
    })
}

fn window() -> impl Strategy<Value = String> {
    let interval = (day(), day()).prop_map(|(a, b)| format!("{}/{}", a.min(b), a.max(b)));
    prop_oneof![3 => select(WINDOWS).prop_map(str::to_owned), 1 => interval]
}

/// A value for `operator` of elements from `one`, which which `lower` sorts.
fn value(operator: &'static str, one: BoxedStrategy<Value>, lower: fn(&Value, &Value) -> bool) -> BoxedStrategy<Value> {
    match operator {
        "in" | "notIn" => vec(one, 1..4).prop_map(Value::Array).boxed(),
        "between" | "notBetween" => {
            (one.clone(), one).prop_map(move |(a, b)| if lower(&b, &a) { json!([b, a]) } else { json!([a, b]) }).boxed()
        }
        "null" | "notNull" => prop_oneof![Just(json!(null)), one].boxed(),
        _ => one,
    }
}

fn by_number(a: &Value, b: &Value) -> bool {
    a.as_f64() < b.as_f64()
}

/// Dates and date-times in UTC compare as text, a date before the times of its day.
fn by_text(a: &Value, b: &Value) -> bool {
    let text = |value: &Value| value.as_str().map(|text| text.trim_end_matches('Z').to_owned());
    text(a) < text(b)
}

fn of_kind(
    fields: &'static [&'static str],
    operators: &'static [&'static str],
    one: BoxedStrategy<Value>,
    lower: fn(&Value, &Value) -> bool,
) -> BoxedStrategy<Value> {
    (select(fields), select(operators))
        .prop_flat_map(move |(field, operator)| {
            value(operator, one.clone(), lower)
                .prop_map(move |value| json!({"field": field, "operator": operator, "value": value}))
        })
        .boxed()
}

const TEXT: &[&str] = &[
    "=",
    "!=",
    "contains",
    "doesNotContain",
    "beginsWith",
    "doesNotBeginWith",
    "endsWith",
    "doesNotEndWith",
    "in",
    "notIn",
    "null",
    "notNull",
];
const NUMBER: &[&str] = &["=", "!=", "<", "<=", ">", ">=", "between", "notBetween", "in", "notIn", "null", "notNull"];
const SET: &[&str] = &["contains", "doesNotContain", "in", "notIn", "null", "notNull"];
const TIME: &[&str] = &["<", "<=", ">", ">=", "between", "notBetween", "null", "notNull"];

/// A condition that looks at windows of time.
pub fn moving() -> BoxedStrategy<Value> {
    let times = &["createdAt", "lastActiveAt", "firstOrderAt", "lastOrderAt"][..];
    let stretch = window().prop_map(|window| json!(window)).boxed();
    let orders = prop_oneof![money(), count(), bought()];
    let narrowed = (orders, window()).prop_map(|(mut condition, within)| {
        condition["within"] = json!(within);
        condition
    });
    prop_oneof![of_kind(times, &["within", "notWithin"], stretch, by_text), narrowed].boxed()
}

fn money() -> BoxedStrategy<Value> {
    let amount = select(AMOUNTS).prop_map(|amount| json!(amount)).boxed();
    of_kind(&["totalSpend", "averageOrderValue"], NUMBER, amount, by_number)
}

fn count() -> BoxedStrategy<Value> {
    let number = prop_oneof![4 => (0..5_i64).prop_map(|n| json!(n)), 1 => (0..5_i32).prop_map(|n| json!(f64::from(n)))].boxed();
    of_kind(&["orderCount"], NUMBER, number, by_number)
}

fn bought() -> BoxedStrategy<Value> {
    let text = select(&["tea-1", "TEA", "cup", "é", "x", "green tea", "nothing"][..]).prop_map(|text| json!(text)).boxed();
    of_kind(&["purchasedSku", "purchasedName"], &["contains", "doesNotContain", "in", "notIn"], text, by_text)
}

/// Any condition of the language.
pub fn condition() -> BoxedStrategy<Value> {
    let text = select(TEXTS).prop_map(|text| json!(text)).boxed();
    let amount = select(AMOUNTS).prop_map(|amount| json!(amount)).boxed();
    let small = (0..5_i64).prop_map(|n| json!(n)).boxed();
    let flag = any::<bool>().prop_map(|flag| json!(flag)).boxed();
    let at = prop_oneof![day().prop_map(|day| json!(day.to_string())), instant().prop_map(|at| json!(at.to_string()))].boxed();
    prop_oneof![
        2 => of_kind(&["name", "email", "phone", "city", "country", "timeZone"], TEXT, text.clone(), by_text),
        1 => of_kind(&["attributes.tier", "attributes.score", "attributes.vip"], TEXT, text.clone(), by_text),
        1 => of_kind(&["attributes.tier", "attributes.score", "attributes.vip"], NUMBER, amount, by_number),
        1 => of_kind(&["attributes.tier", "attributes.vip"], &["=", "!="], flag.clone(), by_text),
        1 => of_kind(&["visits"], NUMBER, small, by_number),
        2 => of_kind(&["createdAt", "lastActiveAt", "firstOrderAt", "lastOrderAt"], TIME, at, by_text),
        1 => of_kind(&["tags"], SET, text, by_text),
        1 => of_kind(&["emailConsent", "smsConsent", "whatsappConsent"], &["=", "!="], flag, by_text),
        2 => prop_oneof![money(), count(), bought()],
        4 => moving(),
    ]
    .boxed()
}

pub fn group(condition: BoxedStrategy<Value>, most: usize) -> BoxedStrategy<Value> {
    let put = |rules: Vec<Value>, combinator: &str, not: Option<bool>| match not {
        Some(not) => json!({"combinator": combinator, "not": not, "rules": rules}),
        None => json!({"combinator": combinator, "rules": rules}),
    };
    let parts = move |rule: BoxedStrategy<Value>, most: usize| {
        (vec(rule, 0..=most), select(&["and", "or"][..]), option::of(any::<bool>()))
            .prop_map(move |(rules, combinator, not)| put(rules, combinator, not))
    };
    let inner = parts(condition.clone(), most).boxed();
    let middle = parts(prop_oneof![2 => condition.clone(), 1 => inner].boxed(), most).boxed();
    parts(prop_oneof![2 => condition, 1 => middle].boxed(), most).boxed()
}

/// Rules, a person and a clock. Half of the time the clock stands near an edge of one of the rules' stretches.
pub fn scene(wire: BoxedStrategy<Value>) -> impl Strategy<Value = (Value, Person, Timestamp)> {
    scene_of(wire, person().boxed())
}

/// As [`scene`], with such persons.
pub fn scene_of(wire: BoxedStrategy<Value>, person: BoxedStrategy<Person>) -> impl Strategy<Value = (Value, Person, Timestamp)> {
    let edge = option::of((any::<[Index; 3]>(), -1_i64..=1));
    (wire, person, instant(), edge).prop_map(|(wire, person, any, edge)| {
        let spans = spans_in(&wire);
        let now = edge.filter(|_| !spans.is_empty()).and_then(|([event, span, place], micros)| {
            let edges = edges_of(*event.get(&person.events()), *span.get(&spans));
            (!edges.is_empty()).then(|| place.get(&edges).checked_add(micros.microseconds()).unwrap())
        });
        (wire, person, now.unwrap_or(any))
    })
}

/// The durations that rules name.
pub fn spans_in(rule: &Value) -> Vec<Span> {
    let beneath = rule["rules"].as_array().into_iter().flatten().flat_map(spans_in);
    let own = [&rule["value"], &rule["within"]].into_iter().filter_map(Value::as_str);
    beneath.chain(own.filter(|text| text.starts_with('P')).filter_map(|text| text.parse().ok())).collect()
}

/// Where a stretch of this duration may let go of an event: that much later, on the days about it, and at their midnights.
pub fn edges_of(event: Timestamp, span: Span) -> Vec<Timestamp> {
    let Ok(about) = event.to_zoned(TimeZone::UTC).checked_add(span) else { return Vec::new() };
    let days = (-1..=4).map(|days: i64| about.checked_add(days.days()).unwrap());
    days.flat_map(|then| [then.timestamp(), then.start_of_day().unwrap().timestamp()]).collect()
}
