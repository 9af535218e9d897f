//! An order: what was bought, what it counts for, and which of two versions of it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::faults::{self, Faults, Fields, Patch, Reason};
use crate::history::Product;
use crate::ids::{CustomerId, OrderId};
use crate::json::Json;
use crate::limits;
use crate::money::{Currency, MAX_MAJOR, Money};
use crate::stamp::Stamp;
use crate::time::{DAY, Time};

/// Where an order stands with the merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Placed,
    Fulfilled,
    Cancelled,
    Refunded,
}

impl OrderStatus {
    /// Whether the order takes part in sums and windows.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, OrderStatus::Placed | OrderStatus::Fulfilled)
    }

    /// Reads one of the four words.
    pub fn from_json(json: &Json) -> Result<Self, Reason> {
        match json.as_text() {
            Some("placed") => Ok(Self::Placed),
            Some("fulfilled") => Ok(Self::Fulfilled),
            Some("cancelled") => Ok(Self::Cancelled),
            Some("refunded") => Ok(Self::Refunded),
            _ => Err("must be placed, fulfilled, cancelled or refunded".into()),
        }
    }
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub sku: String,
    pub name: String,
    pub quantity: u32,
    pub unit_price: Money,
}

/// What an event says of an order, exactly as given: two events agree when these are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderBody {
    pub merchant_id: Option<String>,
    pub email: Email,
    pub items: Vec<Item>,
    /// What was paid, when it was given.
    pub paid: Option<Money>,
    /// Number of articles of an order without items.
    pub quantity: Option<u32>,
    pub placed_at: Option<Time>,
    pub status: Option<OrderStatus>,
}

/// The whole state of one order. Without a body it only remembers a status that came first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    /// The version that stands: of all received, the one with the smallest stamp.
    pub standing: Option<(Stamp, OrderBody)>,
    /// The latest change of status.
    pub status: Option<(Stamp, OrderStatus)>,
    /// Whether a version that says something else was ever received.
    pub conflict: bool,
}

impl OrderBody {
    /// Reads the body of `POST /api/orders`.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str, currency: &Currency, now: Time) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let email = fields.required("email", Email::from_json);
        let merchant_id = fields.optional("orderId", |json| faults::text(json, 100)).value();
        let items = items(&mut fields, currency);
        let paid = fields.optional("total", |json| currency.amount(json));
        let quantity = fields.optional("quantity", |json| faults::integer(json, 1, 1_000_000)).value();
        fields.optional("currency", |json| match json.as_text() {
            Some(code) if code == currency.code() => Ok(()),
            _ => Err(format!("must be {}, the currency of this deployment", currency.code()).into()),
        });
        let placed_at = fields.optional("placedAt", |json| match Time::from_json(json)? {
            at if at > now.plus(DAY) => Err("must be at most 24 hours ahead".into()),
            at => Ok(at),
        });
        let status = fields.optional("status", OrderStatus::from_json).value();
        match (&items, &paid) {
            (Patch::Absent | Patch::Clear, Patch::Absent | Patch::Clear)
                if fields.raw("items").is_none_or(|i| *i == Json::Null)
                    && fields.raw("total").is_none_or(|t| *t == Json::Null) =>
            {
                fields.fault("total", "is required where there are no items");
            }
            (Patch::Set(items), Patch::Absent | Patch::Clear) if sum(items).minor() > MAX_MAJOR * currency.scale() => {
                fields.fault("items", "must add up to at most 1000000000000");
            }
            _ => {}
        }
        fields.finish()?;
        Ok(Self {
            merchant_id,
            // `finish` has failed where a required field is missing.
            email: email.ok_or_else(|| Faults::of(path, "is incomplete"))?,
            items: items.value().unwrap_or_default(),
            paid: paid.value(),
            quantity: quantity.map(|q| q as u32),
            placed_at: placed_at.value(),
            status,
        })
    }

    /// The same order of nobody in particular.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { email: Email::erased(), ..self.clone() }
    }

    /// What counts: what was paid if given, else the items' sum.
    #[must_use]
    pub fn total(&self) -> Money {
        self.paid.unwrap_or_else(|| sum(&self.items))
    }

    /// When it was placed, as given; else `fallback`.
    // Kept out of line: inlined into `Order::placed_at`, rustc 1.95 turns the choice into one load at a computed address and
    // moves it before the check that there is a standing version, which crashes for an order of which only the status is known.
    #[inline(never)]
    fn placed_or(&self, fallback: Time) -> Time {
        self.placed_at.unwrap_or(fallback)
    }

    /// The articles, for the customer's history.
    pub fn products(&self) -> impl Iterator<Item = Product> {
        self.items.iter().map(|item| Product { sku: item.sku.clone(), name: item.name.clone() })
    }
}

impl Order {
    /// An order of which nothing is known yet.
    #[must_use]
    pub const fn unknown(id: OrderId) -> Self {
        Self { id, standing: None, status: None, conflict: false }
    }

    #[must_use]
    pub fn body(&self) -> Option<&OrderBody> {
        self.standing.as_ref().map(|(_, body)| body)
    }

    /// Under which identity its customer is known; nobody's where they were erased since.
    #[must_use]
    pub fn customer_id(&self) -> Option<CustomerId> {
        self.body().filter(|body| !body.email.is_erased()).map(|body| CustomerId::of(&body.email))
    }

    /// When it was placed: as given, else when the event that brought it happened.
    #[must_use]
    pub fn placed_at(&self) -> Option<Time> {
        self.standing.as_ref().map(|(stamp, body)| body.placed_or(stamp.at))
    }

    #[must_use]
    pub fn status(&self) -> OrderStatus {
        let given = self.body().and_then(|body| body.status);
        self.status.as_ref().map(|(_, status)| *status).or(given).unwrap_or(OrderStatus::Placed)
    }
}

fn sum(items: &[Item]) -> Money {
    items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.unit_price.times(i64::from(item.quantity))))
}

fn items(fields: &mut Fields<'_>, currency: &Currency) -> Patch<Vec<Item>> {
    let path = fields.place("items");
    let listed = fields.optional("items", |json| match faults::list(json, limits::ORDER_LINES)? {
        [] => Err("must have at least one element".into()),
        list => Ok(list),
    });
    let list = match listed {
        Patch::Absent => return Patch::Absent,
        Patch::Clear => return Patch::Clear,
        Patch::Set(list) => list,
    };
    let mut items = Vec::with_capacity(list.len());
    for (index, json) in list.iter().enumerate() {
        if let Some(item) = fields.nested(item(json, &format!("{path}[{index}]"), currency)) {
            items.push(item);
        }
    }
    Patch::Set(items)
}

fn item(json: &Json, path: &str, currency: &Currency) -> Result<Item, Faults> {
    let mut fields = Fields::of(json, path)?;
    let sku = fields.required("sku", |json| faults::text(json, 100));
    let name = fields.required("name", |json| faults::text(json, 200));
    let quantity = fields.required("quantity", |json| faults::integer(json, 1, 1_000_000));
    let unit_price = fields.required("unitPrice", |json| currency.amount(json));
    fields.finish()?;
    match (sku, name, quantity, unit_price) {
        (Some(sku), Some(name), Some(quantity), Some(unit_price)) => {
            Ok(Item { sku, name, quantity: quantity as u32, unit_price })
        }
        _ => Err(Faults::of(path, "is incomplete")),
    }
}
