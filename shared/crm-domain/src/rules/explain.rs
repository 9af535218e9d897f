//! The same walk as the evaluation, kept: what each condition saw, and when time will change it.

use serde::Serialize;

use crate::customer::AttributeValue;
use crate::ids::SegmentId;
use crate::json::{Json, Number};
use crate::money::{Currency, Money};
use crate::time::Time;

use super::Context;
use super::condition::{Condition, Group, Node, Test};
use super::evaluate::tally;
use super::field::{Combinator, Field, Measure};
use super::purchases::Run;
use super::subject::{Subject, fold};
use super::window::Window;

/// How many tags or articles are shown.
const MAX_SHOWN: usize = 20;

/// A rule tree with what each node makes of one customer. As JSON it has the wire form's members and those below.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Explanation {
    /// A group.
    Group {
        /// How its rules combine.
        combinator: Combinator,
        /// Whether the outcome is turned round.
        not: bool,
        /// The segment whose rules these are, where a condition names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        segment: Option<SegmentId>,
        /// Whether it holds, `not` included.
        holds: bool,
        /// Its rules, in the order in which they were written.
        rules: Vec<Explanation>,
    },
    /// A condition.
    Condition {
        /// What it is about.
        field: String,
        /// What it asks.
        operator: &'static str,
        /// What it compares with, as written.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Json>,
        /// The stretch of orders that it is narrowed to, as written.
        #[serde(skip_serializing_if = "Option::is_none")]
        within: Option<String>,
        /// Whether it holds.
        holds: bool,
        /// The customer's value: `null` when missing, money in major units, at most 20 tags or articles.
        seen: Json,
        /// When time alone will change `holds`.
        #[serde(skip_serializing_if = "Option::is_none")]
        flips_at: Option<Time>,
    },
}

impl Explanation {
    /// Whether this node holds.
    #[must_use]
    pub const fn holds(&self) -> bool {
        match self {
            Self::Group { holds, .. } | Self::Condition { holds, .. } => *holds,
        }
    }
}

pub(super) fn group(group: &Group, subject: &Subject<'_>, context: &Context, currency: &Currency) -> Explanation {
    let rules = group.written().into_iter().map(|node| match node {
        Node::Group(inner) => self::group(inner, subject, context, currency),
        Node::Condition(inner) => condition(inner, subject, context, currency),
    });
    Explanation::Group {
        combinator: group.combinator,
        not: group.negated(),
        segment: group.segment,
        holds: group.holds(subject, context),
        rules: rules.collect(),
    }
}

fn condition(condition: &Condition, subject: &Subject<'_>, context: &Context, currency: &Currency) -> Explanation {
    let verdict = condition.verdict(subject, context);
    let wire = &condition.wire;
    Explanation::Condition {
        field: wire.field.name(),
        operator: wire.operator.as_str(),
        value: wire.value.clone(),
        within: wire.within.clone(),
        holds: verdict.holds,
        seen: seen(condition, subject, context, currency),
        flips_at: verdict.flips_at,
    }
}

fn seen(condition: &Condition, subject: &Subject<'_>, context: &Context, currency: &Currency) -> Json {
    let customer = subject.customer;
    let found = match (&condition.wire.field, &condition.test) {
        (Field::Text(field), _) => subject.raw_text(*field).map(Json::from),
        (Field::Attribute(key), _) => customer.attributes.get(&**key).map(|value| match value {
            AttributeValue::Flag(flag) => Json::Bool(*flag),
            AttributeValue::Number(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
            AttributeValue::Text(text) => Json::from(text.as_str()),
        }),
        (Field::Visits, _) => Some(Json::Number(customer.visits().into())),
        (Field::When(moment), _) => subject.moment(*moment).map(|at| Json::Text(at.to_string())),
        (Field::Tags, _) => Some(texts(customer.tags.iter().map(String::as_str))),
        (_, Test::Listed(segments)) => {
            let found: Vec<String> =
                customer.lists.iter().filter(|list| segments.contains(list)).map(ToString::to_string).collect();
            Some(texts(found.iter().map(String::as_str)))
        }
        (Field::Consent(channel), _) => Some(Json::Bool(customer.consents_to(*channel, context.consent_defaults))),
        (_, Test::Orders(measure, _, window)) => figure(*measure, subject, *window, context.now, currency),
        (_, Test::Purchased(_, window)) => Some(bought(condition, subject, *window, context.now)),
        // A condition's test is made from its field, so no other pair occurs.
        _ => None,
    };
    found.unwrap_or(Json::Null)
}

fn figure(measure: Measure, subject: &Subject<'_>, window: Option<Window>, now: Time, currency: &Currency) -> Option<Json> {
    let tally = tally(subject, window, now);
    let total = Money::from_minor(i64::try_from(tally.total).unwrap_or(i64::MAX));
    match measure {
        Measure::TotalSpend => Some(Json::Number(currency.to_major(total))),
        Measure::OrderCount => Some(Json::Number(tally.count.into())),
        Measure::AverageOrderValue => currency.average(total, tally.count).map(Json::Number),
    }
}

/// What was bought in the stretch: what the condition looks for first, then the rest.
fn bought(condition: &Condition, subject: &Subject<'_>, window: Option<Window>, now: Time) -> Json {
    let Test::Purchased(test, _) = &condition.test else { return Json::Null };
    let history = &subject.customer.history;
    let orders = match window {
        Some(window) => Run::at(history.purchases(), window, now).of(history.purchases()),
        None => history.purchases(),
    };
    let mut indices: Vec<u32> =
        orders.iter().filter(|order| order.counts).flat_map(|order| order.product_indices().iter().copied()).collect();
    indices.sort_unstable();
    indices.dedup();
    let product = |index: &u32| history.products().get(*index as usize);
    let picked = |index: &u32| product(index).is_some_and(|product| test.picks(&fold(&product.sku), &fold(&product.name)));
    let (found, rest): (Vec<u32>, Vec<u32>) = indices.into_iter().partition(picked);
    let mut shown: Vec<&str> = Vec::new();
    for product in found.into_iter().chain(rest).filter_map(|index| product(&index)) {
        let shown_as = match condition.wire.field {
            Field::Purchased(super::field::Article::Sku) => product.sku.as_str(),
            _ => product.name.as_str(),
        };
        if shown.len() < MAX_SHOWN && !shown.contains(&shown_as) {
            shown.push(shown_as);
        }
    }
    texts(shown)
}

fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Json {
    Json::List(texts.into_iter().take(MAX_SHOWN).map(Json::from).collect())
}
