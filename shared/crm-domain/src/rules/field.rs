//! The words of the rule language: fields, operators, combinators, and which operators go with which field.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::customer::Channel;
use crate::faults::Reason;
use crate::json::Json;

/// How the children of a group combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Combinator {
    /// All must hold; an empty group holds for everyone.
    And,
    /// One must hold; an empty group holds for no one.
    Or,
}

impl Combinator {
    pub(super) fn from_json(json: &Json) -> Result<Self, Reason> {
        match json.as_text() {
            Some("and") => Ok(Self::And),
            Some("or") => Ok(Self::Or),
            _ => Err("must be \"and\" or \"or\"".into()),
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

/// A text of the customer's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum TextField {
    Name,
    Email,
    Phone,
    City,
    Country,
    TimeZone,
}

/// A figure about orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    TotalSpend,
    OrderCount,
    AverageOrderValue,
}

/// A point in a customer's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Created,
    LastActive,
    FirstOrder,
    LastOrder,
}

/// By what an article is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Article {
    Sku,
    Name,
}

/// What a condition is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Text(TextField),
    Attribute(Box<str>),
    Orders(Measure),
    Visits,
    When(Moment),
    Tags,
    Purchased(Article),
    Consent(Channel),
    Segment,
}

/// What attributes' names begin with.
pub(super) const ATTRIBUTES: &str = "attributes.";

/// All fields but attributes.
pub(super) static NAMED: [Field; 21] = [
    Field::Text(TextField::Name),
    Field::Text(TextField::Email),
    Field::Text(TextField::Phone),
    Field::Text(TextField::City),
    Field::Text(TextField::Country),
    Field::Text(TextField::TimeZone),
    Field::Orders(Measure::TotalSpend),
    Field::Orders(Measure::AverageOrderValue),
    Field::Orders(Measure::OrderCount),
    Field::Visits,
    Field::When(Moment::Created),
    Field::When(Moment::LastActive),
    Field::When(Moment::FirstOrder),
    Field::When(Moment::LastOrder),
    Field::Tags,
    Field::Purchased(Article::Sku),
    Field::Purchased(Article::Name),
    Field::Consent(Channel::Email),
    Field::Consent(Channel::Sms),
    Field::Consent(Channel::Whatsapp),
    Field::Segment,
];

impl Field {
    pub(super) fn from_json(json: &Json) -> Result<Self, Reason> {
        let name = json.as_text().ok_or("must be text")?;
        if let Some(field) = NAMED.iter().find(|field| field.own_name() == Some(name)) {
            return Ok(field.clone());
        }
        let key = name.strip_prefix(ATTRIBUTES).ok_or("is not a known field")?;
        if !(1..=64).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err("must name an attribute by 1 to 64 letters, digits or underscores".into());
        }
        Ok(Self::Attribute(key.into()))
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Attribute(key) => format!("{ATTRIBUTES}{key}"),
            named => named.own_name().unwrap_or_default().to_owned(),
        }
    }

    /// The name of a field that every customer has; attributes are named by their keys.
    pub(super) const fn own_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Text(TextField::Name) => "name",
            Self::Text(TextField::Email) => "email",
            Self::Text(TextField::Phone) => "phone",
            Self::Text(TextField::City) => "city",
            Self::Text(TextField::Country) => "country",
            Self::Text(TextField::TimeZone) => "timeZone",
            Self::Orders(Measure::TotalSpend) => "totalSpend",
            Self::Orders(Measure::OrderCount) => "orderCount",
            Self::Orders(Measure::AverageOrderValue) => "averageOrderValue",
            Self::Visits => "visits",
            Self::When(Moment::Created) => "createdAt",
            Self::When(Moment::LastActive) => "lastActiveAt",
            Self::When(Moment::FirstOrder) => "firstOrderAt",
            Self::When(Moment::LastOrder) => "lastOrderAt",
            Self::Tags => "tags",
            Self::Purchased(Article::Sku) => "purchasedSku",
            Self::Purchased(Article::Name) => "purchasedName",
            Self::Consent(Channel::Email) => "emailConsent",
            Self::Consent(Channel::Sms) => "smsConsent",
            Self::Consent(Channel::Whatsapp) => "whatsappConsent",
            Self::Segment => "segment",
            Self::Attribute(_) => return None,
        })
    }

    /// The operators that go with it, as API.md's table has them.
    pub(super) const fn operators(&self) -> &'static [Operator] {
        match self {
            Self::Text(_) => TEXT,
            Self::Attribute(_) => ATTRIBUTE,
            Self::Orders(_) | Self::Visits => NUMBER,
            Self::When(_) => TIME,
            Self::Tags => SET,
            Self::Purchased(_) => BOUGHT,
            Self::Consent(_) => FLAG,
            Self::Segment => MEMBERSHIP,
        }
    }

    /// Whether the key `within` may narrow it to the orders of a stretch.
    pub(super) const fn takes_window(&self) -> bool {
        matches!(self, Self::Orders(_) | Self::Purchased(_))
    }
}

macro_rules! operators {
    ($($name:ident $text:literal,)*) => {
        /// What a condition asks of its field.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Operator { $($name,)* }

        impl Operator {
            pub(super) fn from_json(json: &Json) -> Result<Self, Reason> {
                match json.as_text().ok_or("must be text")? {
                    $($text => Ok(Self::$name),)*
                    _ => Err("is not a known operator".into()),
                }
            }

            pub(super) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

operators! {
    Equal "=",
    NotEqual "!=",
    Less "<",
    AtMost "<=",
    Greater ">",
    AtLeast ">=",
    Contains "contains",
    DoesNotContain "doesNotContain",
    BeginsWith "beginsWith",
    DoesNotBeginWith "doesNotBeginWith",
    EndsWith "endsWith",
    DoesNotEndWith "doesNotEndWith",
    In "in",
    NotIn "notIn",
    Between "between",
    NotBetween "notBetween",
    Within "within",
    NotWithin "notWithin",
    Null "null",
    NotNull "notNull",
}

impl Operator {
    /// Its positive twin, and whether it is the negation of that.
    pub(super) const fn positive(self) -> (Self, bool) {
        match self {
            Self::NotEqual => (Self::Equal, true),
            Self::DoesNotContain => (Self::Contains, true),
            Self::DoesNotBeginWith => (Self::BeginsWith, true),
            Self::DoesNotEndWith => (Self::EndsWith, true),
            Self::NotIn => (Self::In, true),
            Self::NotBetween => (Self::Between, true),
            Self::NotWithin => (Self::Within, true),
            Self::Null => (Self::NotNull, true),
            positive => (positive, false),
        }
    }
}

impl Serialize for Operator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

use Operator as O;

const TEXT: &[Operator] = &[
    O::Equal,
    O::NotEqual,
    O::Contains,
    O::DoesNotContain,
    O::BeginsWith,
    O::DoesNotBeginWith,
    O::EndsWith,
    O::DoesNotEndWith,
    O::In,
    O::NotIn,
    O::Null,
    O::NotNull,
];
const NUMBER: &[Operator] = &[
    O::Equal,
    O::NotEqual,
    O::Less,
    O::AtMost,
    O::Greater,
    O::AtLeast,
    O::Between,
    O::NotBetween,
    O::In,
    O::NotIn,
    O::Null,
    O::NotNull,
];
/// An attribute is text, number or boolean by the condition's operator and value.
const ATTRIBUTE: &[Operator] = &[
    O::Equal,
    O::NotEqual,
    O::Less,
    O::AtMost,
    O::Greater,
    O::AtLeast,
    O::Contains,
    O::DoesNotContain,
    O::BeginsWith,
    O::DoesNotBeginWith,
    O::EndsWith,
    O::DoesNotEndWith,
    O::Between,
    O::NotBetween,
    O::In,
    O::NotIn,
    O::Null,
    O::NotNull,
];
const TIME: &[Operator] =
    &[O::Less, O::AtMost, O::Greater, O::AtLeast, O::Between, O::NotBetween, O::Within, O::NotWithin, O::Null, O::NotNull];
const SET: &[Operator] = &[O::Contains, O::DoesNotContain, O::In, O::NotIn, O::Null, O::NotNull];
const BOUGHT: &[Operator] = &[O::Contains, O::DoesNotContain, O::In, O::NotIn];
const FLAG: &[Operator] = &[O::Equal, O::NotEqual];
const MEMBERSHIP: &[Operator] = &[O::In, O::NotIn];
