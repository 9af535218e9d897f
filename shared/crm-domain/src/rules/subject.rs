//! One customer made ready for many rules: texts are lower-cased once, stretches of orders followed once, and only those
//! that some rule asks for.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use crate::customer::{AttributeValue, Customer};
use crate::time::Time;

use super::bought::Bought;
use super::compare::{Needles, TextTest};
use super::field::{Moment, TextField};
use super::purchases::Courses;

/// A view of one customer for [`super::Rules::holds_for`] and [`super::Rules::evaluate_for`]. Cheap to make; it pays when the
/// same customer is tried against more than one set of rules.
pub struct Subject<'a> {
    pub(super) customer: &'a Customer,
    ready: OnceCell<Ready<'a>>,
}

/// What is made ready so far. In a scan most rules need none of it, and then it costs nothing.
#[derive(Default)]
struct Ready<'a> {
    texts: [OnceCell<Option<Cow<'a, str>>>; 6],
    attributes: OnceCell<Vec<(&'a str, Attribute<'a>)>>,
    tags: OnceCell<Vec<Cow<'a, str>>>,
    /// Set apart, as most rules need none of it.
    orders: OnceCell<Box<Orders<'a>>>,
}

/// What is made of the history for conditions about articles and stretches.
pub(super) struct Orders<'a> {
    pub(super) bought: Bought<'a>,
    pub(super) courses: RefCell<Courses<'a>>,
}

/// An attribute with its text lower-cased.
pub(super) enum Attribute<'a> {
    Flag(bool),
    Number(f64),
    Text(Cow<'a, str>),
}

impl<'a> Subject<'a> {
    /// A view of `customer`.
    #[must_use]
    pub fn new(customer: &'a Customer) -> Self {
        Self { customer, ready: OnceCell::new() }
    }

    fn ready(&self) -> &Ready<'a> {
        self.ready.get_or_init(Ready::default)
    }

    /// A text as it is stored.
    pub(super) fn raw_text(&self, field: TextField) -> Option<&'a str> {
        let customer = self.customer;
        match field {
            TextField::Name => customer.name.as_deref(),
            TextField::Email => Some(customer.email.as_str()),
            TextField::Phone => customer.phone.as_deref(),
            TextField::City => customer.city.as_deref(),
            TextField::Country => customer.country.as_deref(),
            TextField::TimeZone => customer.time_zone.as_deref(),
        }
    }

    /// A text, lower-cased.
    pub(super) fn text(&self, field: TextField) -> Option<&str> {
        self.ready().texts[field as usize].get_or_init(|| self.raw_text(field).map(fold)).as_deref()
    }

    /// Whether a text is there and passes.
    pub(super) fn passes(&self, field: TextField, test: &TextTest) -> bool {
        let Some(raw) = self.raw_text(field) else { return false };
        if let TextTest::Equals(needle) = test {
            // In a scan this is all that is asked of a customer: a copy in lower case would take longer than the rest. Whatever
            // else a text has, one that begins with a letter of ASCII begins with it in lower case.
            match raw.as_bytes().first().zip(needle.as_bytes().first()) {
                Some((first, wanted)) if first.is_ascii() && first.to_ascii_lowercase() != *wanted => return false,
                _ if raw.is_ascii() => return raw.eq_ignore_ascii_case(needle),
                _ => {}
            }
        }
        self.text(field).is_some_and(|text| test.passes(text))
    }

    pub(super) fn attribute(&self, key: &str) -> Option<&Attribute<'a>> {
        let attributes = self.ready().attributes.get_or_init(|| {
            // A map's keys come sorted.
            self.customer.attributes.iter().map(|(key, value)| (key.as_str(), Attribute::of(value))).collect()
        });
        let place = attributes.binary_search_by(|(held, _)| (*held).cmp(key)).ok()?;
        attributes.get(place).map(|(_, value)| value)
    }

    /// Whether a tag is among `needles`.
    pub(super) fn has_tag(&self, needles: &Needles) -> bool {
        self.tags().iter().any(|tag| needles.include(tag))
    }

    /// The tags, lower-cased.
    pub(super) fn tags(&self) -> &[Cow<'a, str>] {
        self.ready().tags.get_or_init(|| self.customer.tags.iter().map(|tag| fold(tag)).collect())
    }

    pub(super) fn orders(&self) -> &Orders<'a> {
        self.ready().orders.get_or_init(|| {
            let history = &self.customer.history;
            Box::new(Orders { bought: Bought::new(history), courses: RefCell::new(Courses::new(history.purchases())) })
        })
    }

    pub(super) fn moment(&self, moment: Moment) -> Option<Time> {
        let customer = self.customer;
        match moment {
            Moment::Created => Some(customer.created_at()),
            Moment::LastActive => customer.last_active_at(),
            Moment::FirstOrder => customer.sums.first_order_at,
            Moment::LastOrder => customer.sums.last_order_at,
        }
    }
}

impl<'a> Attribute<'a> {
    fn of(value: &'a AttributeValue) -> Self {
        match value {
            AttributeValue::Flag(flag) => Self::Flag(*flag),
            AttributeValue::Number(number) => Self::Number(*number),
            AttributeValue::Text(text) => Self::Text(fold(text)),
        }
    }
}

/// Text as rules compare it: Unicode lower case.
pub(super) fn fold(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else if text.is_ascii() {
        // Most texts by far, and several times as quick.
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Owned(text.to_lowercase())
    }
}
