//! Customers drawn so that every value that some rules name occurs, and the values next to it.

use std::collections::BTreeMap;

use crm_domain::customer::{AttributeValue, Customer};
use crm_domain::email::Email;
use crm_domain::history::Product;
use crm_domain::ids::SegmentId;
use crm_domain::json::Json;
use crm_domain::money::Money;
use crm_domain::rules::Rules;
use crm_domain::time::{DAY, HOUR, Time};
use jiff::Span;
use jiff::tz::TimeZone;

/// How many customers are drawn.
const SIZE: usize = 1_200;
/// Most orders of one of them.
const MAX_ORDERS: u64 = 30;

/// Customers for comparing `rules` at `now`. The same rules give the same customers.
#[must_use]
pub fn population(rules: &[&Rules], now: Time) -> Vec<Customer> {
    let mut pools = Pools::new(now);
    for rules in rules {
        pools.note(&rules.to_json(), now);
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..SIZE).filter_map(|number| pools.customer(number, &mut dice)).collect()
}

/// The values that rules name, by field, with their neighbours.
struct Pools {
    texts: BTreeMap<String, Vec<String>>,
    /// In minor units for money.
    numbers: BTreeMap<String, Vec<f64>>,
    times: Vec<Time>,
}

impl Pools {
    fn new(now: Time) -> Self {
        let times = [0, -1, -HOUR, -DAY, -40 * DAY, -100 * DAY, -400 * DAY, -2_000 * DAY].map(|shift| now.plus(shift));
        Self { texts: BTreeMap::new(), numbers: BTreeMap::new(), times: times.into() }
    }

    fn note(&mut self, rule: &Json, now: Time) {
        if let Some(Json::List(rules)) = rule.get("rules") {
            for rule in rules {
                self.note(rule, now);
            }
            return;
        }
        let field = rule.get("field").and_then(Json::as_text).unwrap_or_default().to_owned();
        self.note_time(rule.get("within"), now);
        self.texts.entry(field.clone()).or_default();
        let values = match rule.get("value") {
            Some(Json::List(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        for value in values {
            match value {
                Json::Text(text) if field.ends_with("At") => self.note_time(Some(&Json::from(text.as_str())), now),
                Json::Text(text) => {
                    let like =
                        [text.clone(), text.to_uppercase(), format!("{text} x"), format!("x{text}"), format!("x {text} x")];
                    self.texts.entry(field.clone()).or_default().extend(like);
                }
                Json::Number(number) => {
                    let number = number.as_f64().unwrap_or_default();
                    let numbers = self.numbers.entry(field.clone()).or_default();
                    numbers.extend([
                        number,
                        number - 1.0,
                        number + 1.0,
                        number - 0.01,
                        number + 0.01,
                        number * 2.0,
                        number * 10.0,
                    ]);
                }
                _ => {}
            }
        }
    }

    fn note_time(&mut self, value: Option<&Json>, now: Time) {
        let Some(text) = value.and_then(Json::as_text) else { return };
        for part in text.split('/') {
            let edge = match part.parse::<Span>() {
                Ok(span) => now
                    .timestamp()
                    .to_zoned(TimeZone::UTC)
                    .checked_sub(span)
                    .ok()
                    .map(|at| Time::from_micros(at.timestamp().as_microsecond())),
                Err(_) => Time::parse(part).ok(),
            };
            // What is stored lies between 1900 and tomorrow.
            let possible = |at: &Time| *at <= now.plus(DAY) && at.date().year() >= 1900;
            let near = [-40 * DAY, -DAY, -1, 0, 1, HOUR, DAY - 1, DAY, 40 * DAY];
            self.times.extend(edge.into_iter().flat_map(|edge| near.map(|shift| edge.plus(shift))).filter(possible));
        }
    }

    fn customer(&self, number: usize, dice: &mut Dice) -> Option<Customer> {
        let mut customer = Customer::new(self.email(number, dice)?, self.time(dice));
        customer.name = self.text("name", dice);
        customer.phone = self.text("phone", dice).or_else(|| dice.below(2).eq(&0).then(|| "+919800000000".to_owned()));
        customer.city = self.text("city", dice);
        customer.country = self.text("country", dice);
        customer.time_zone = self.text("timeZone", dice);
        for tag in self.texts.get("tags").into_iter().flatten() {
            if dice.below(5) == 0 {
                customer.tags.insert(tag.clone());
            }
        }
        if dice.below(4) == 0 {
            customer.tags.insert("another".to_owned());
        }
        self.add_attributes(&mut customer, dice);
        let lists = self.texts.get("segment").into_iter().flatten().filter_map(|id| SegmentId::parse(id));
        customer.lists = lists.filter(|_| dice.below(2) == 0).collect();
        let consents = &mut customer.consents;
        for consent in [&mut consents.email, &mut consents.sms, &mut consents.whatsapp] {
            *consent = [None, Some(true), Some(false)][dice.below(3)];
        }
        customer.visits_recorded = self.number("visits", dice).unwrap_or_else(|| dice.below(3) as f64) as u64;
        customer.seen_at = (dice.below(4) > 0).then(|| self.time(dice));
        self.add_orders(&mut customer, dice);
        customer.recount();
        Some(customer)
    }

    /// An address that holds a text of the pool, at one of the places where it may.
    fn email(&self, number: usize, dice: &mut Dice) -> Option<Email> {
        let pool = self.texts.get("email").filter(|pool| !pool.is_empty());
        let text = pool.and_then(|_| self.text("email", dice)).unwrap_or_default().replace(' ', "");
        let forms = match text.find('@') {
            Some(0) => vec![format!("c{number}{text}")],
            Some(_) => vec![text],
            None => vec![format!("{text}{number}@example.in"), format!("c{number}@{text}"), format!("c{number}@{text}.in")],
        };
        let place = dice.below(forms.len());
        let fits = forms.into_iter().cycle().skip(place).take(3).find_map(|form| Email::parse(&form).ok());
        fits.or_else(|| Email::parse(&format!("c{number}@example.in")).ok())
    }

    fn add_attributes(&self, customer: &mut Customer, dice: &mut Dice) {
        let fields = self.texts.keys().chain(self.numbers.keys());
        for field in fields.filter(|field| field.starts_with("attributes.")) {
            let text = self.text(field, dice).map(AttributeValue::Text);
            let number = self.number(field, dice).map(AttributeValue::Number);
            if let Some(value) = number.or(text) {
                customer.attributes.insert(field.trim_start_matches("attributes.").to_owned(), value);
            }
        }
        for key in ["club_member", "vip"] {
            if dice.below(3) > 0 {
                customer.attributes.entry(key.to_owned()).or_insert(AttributeValue::Flag(dice.below(2) == 0));
            }
        }
    }

    /// So many orders, and of such a sum, as some rule asks about.
    fn add_orders(&self, customer: &mut Customer, dice: &mut Dice) {
        let count = self.number("orderCount", dice).map_or(dice.below(4) as u64, |count| count as u64).min(MAX_ORDERS);
        let minor = |major: f64| (major * 100.0).round() as i64;
        let sum = self.number("totalSpend", dice).map(minor);
        let average = self.number("averageOrderValue", dice).map(minor);
        let mut left = sum.unwrap_or_else(|| dice.below(100_000) as i64);
        // Many have not ordered for a while.
        let latest = self.time(dice);
        let lapsed = dice.below(2) == 0;
        for place in 0..count {
            let last = place + 1 == count;
            let total = match average.filter(|_| sum.is_none() || dice.below(2) == 0) {
                Some(average) => average,
                None if last => left.max(0),
                None => dice.below(usize::try_from(left.max(0) / 2 + 1).unwrap_or(1)) as i64,
            };
            left -= total;
            let at = if lapsed { self.time(dice).min(latest) } else { self.time(dice) };
            let items = dice.below(3);
            let products: Vec<Product> = (0..items)
                .map(|_| Product {
                    sku: self.text("purchasedSku", dice).unwrap_or_else(|| "OTHER".to_owned()),
                    name: self.text("purchasedName", dice).unwrap_or_else(|| "Other".to_owned()),
                })
                .collect();
            customer.history.add(at, Money::from_minor(total), dice.below(10) > 0, products);
        }
    }

    fn text(&self, field: &str, dice: &mut Dice) -> Option<String> {
        let Some(pool) = self.texts.get(field).filter(|pool| !pool.is_empty()) else {
            return (dice.below(2) == 0).then(|| "Elsewhere".to_owned());
        };
        // The values themselves, which stand first of each five, come half of the time.
        let place = dice.below(pool.len());
        let place = if dice.below(2) == 0 { place / 5 * 5 } else { place };
        (dice.below(4) > 0).then(|| pool.get(place).cloned()).flatten()
    }

    fn number(&self, field: &str, dice: &mut Dice) -> Option<f64> {
        let pool = self.numbers.get(field)?;
        (dice.below(6) > 0).then(|| pool.get(dice.below(pool.len())).copied()).flatten().map(|number| number.max(0.0))
    }

    fn time(&self, dice: &mut Dice) -> Time {
        self.times.get(dice.below(self.times.len())).copied().unwrap_or(Time::from_micros(0))
    }
}

/// Marsaglia's xorshift: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}
