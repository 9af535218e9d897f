//! The write queues' messages: CloudEvents 1.0 JSON, one or an array of them, each holding one command.
//!
//! HTTP, imports and other systems all speak this; the worker reads it. A fault of one event never touches another.

use serde::{Serialize, Serializer};

use crate::activity::ActivityBody;
use crate::amendment::Amendment;
use crate::email::Email;
use crate::faults::{self, Faults, Fields};
use crate::ids::{ActivityId, CustomerId, OrderId};
use crate::json::Json;
use crate::message::Receipt;
use crate::money::Currency;
use crate::order::{OrderBody, OrderStatus};
use crate::profile::Profile;
use crate::stamp::Stamp;
use crate::time::{DAY, Time};

/// The kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    UpsertCustomer,
    AmendCustomer,
    PlaceOrder,
    ChangeOrderStatus,
    RecordActivity,
    RecordReceipt,
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    UpsertCustomer(Box<Profile>),
    AmendCustomer(Box<Amendment>),
    PlaceOrder(Box<OrderBody>),
    ChangeOrderStatus(OrderId, OrderStatus),
    RecordActivity(ActivityBody),
    RecordReceipt(Receipt),
}

/// A command with the event that carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: String,
    pub source: String,
    pub time: Time,
    pub command: Command,
}

/// A CloudEvent to be written: the command's body as it was given.
#[derive(Debug, Serialize)]
pub struct Envelope<'a> {
    pub specversion: &'static str,
    pub id: &'a str,
    pub source: &'a str,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub time: Time,
    pub data: &'a Json,
}

impl<'a> Envelope<'a> {
    #[must_use]
    pub const fn new(kind: Kind, source: &'a str, id: &'a str, time: Time, data: &'a Json) -> Self {
        Self { specversion: "1.0", id, source, kind, time, data }
    }
}

impl Kind {
    pub const ALL: [Self; 6] = [
        Self::UpsertCustomer,
        Self::AmendCustomer,
        Self::PlaceOrder,
        Self::ChangeOrderStatus,
        Self::RecordActivity,
        Self::RecordReceipt,
    ];

    /// The event's `type`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpsertCustomer => "crm.customer.upsert.v1",
            Self::AmendCustomer => "crm.customer.amend.v1",
            Self::PlaceOrder => "crm.order.place.v1",
            Self::ChangeOrderStatus => "crm.order.status.v1",
            Self::RecordActivity => "crm.activity.record.v1",
            Self::RecordReceipt => "crm.message.receipt.v1",
        }
    }

    /// Whether other systems may rely on it (`infra/asyncapi.yaml`). An amendment names segments by id, and changes with them.
    #[must_use]
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::AmendCustomer)
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Reads the event's `data`: the HTTP body of the same thing.
    ///
    /// # Errors
    /// Every fault found, with paths below `path`.
    pub fn command(self, data: &Json, path: &str, currency: &Currency, now: Time) -> Result<Command, Faults> {
        match self {
            Kind::UpsertCustomer => Profile::parse(data, path).map(|p| Command::UpsertCustomer(Box::new(p))),
            Kind::AmendCustomer => Amendment::parse(data, path).map(|a| Command::AmendCustomer(Box::new(a))),
            Kind::PlaceOrder => OrderBody::parse(data, path, currency, now).map(|o| Command::PlaceOrder(Box::new(o))),
            Kind::ChangeOrderStatus => status_change(data, path),
            Kind::RecordActivity => ActivityBody::parse(data, path).map(Command::RecordActivity),
            Kind::RecordReceipt => Receipt::parse(data, path).map(Command::RecordReceipt),
        }
    }
}

impl Event {
    /// Reads one CloudEvent.
    ///
    /// # Errors
    /// Every fault found; extension attributes are allowed, as CloudEvents demands.
    pub fn parse(json: &Json, currency: &Currency, now: Time) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        fields.required("specversion", |json| match json.as_text() {
            Some("1.0") => Ok(()),
            _ => Err("must be \"1.0\"".into()),
        });
        let id = fields.required("id", |json| faults::text(json, 200));
        let source = fields.required("source", |json| faults::text(json, 500));
        let kind = fields.required("type", |json| json.as_text().and_then(Kind::of).ok_or("is not a known type".into()));
        let time = fields.required("time", |json| match Time::from_json(json)? {
            // A time far ahead would win every later write.
            time if time > now.plus(DAY) => Err("must be at most 24 hours ahead".into()),
            time => Ok(time),
        });
        let data = fields.required("data", Ok);
        let command = match (kind, data) {
            (Some(kind), Some(data)) => fields.nested(kind.command(data, "data", currency, now)),
            _ => None,
        };
        fields.finish_open()?;
        match (id, source, time, command) {
            (Some(id), Some(source), Some(time), Some(mut command)) => {
                // Nothing is reported before it happens: whoever says so has a clock or a zone that is wrong.
                if let Command::RecordReceipt(receipt) = &mut command {
                    receipt.at = receipt.at.min(time);
                }
                Ok(Self { id, source, time, command })
            }
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    #[must_use]
    pub fn stamp(&self) -> Stamp {
        Stamp::new(self.time, &self.id, &self.source)
    }

    /// The customer whom this event names.
    #[must_use]
    pub fn customer(&self) -> Option<CustomerId> {
        self.email().map(CustomerId::of)
    }

    /// The order which this event names.
    #[must_use]
    pub fn order(&self) -> Option<OrderId> {
        match &self.command {
            Command::PlaceOrder(body) => Some(OrderId::of(body.merchant_id.as_deref(), &self.source, &self.id)),
            Command::ChangeOrderStatus(id, _) => Some(*id),
            _ => None,
        }
    }

    /// The activity which this event names.
    #[must_use]
    pub fn activity(&self) -> Option<(CustomerId, ActivityId)> {
        match &self.command {
            Command::RecordActivity(body) => {
                Some((CustomerId::of(&body.email), ActivityId::of(body.given_id.as_deref(), &self.source, &self.id)))
            }
            _ => None,
        }
    }

    fn email(&self) -> Option<&Email> {
        match &self.command {
            Command::UpsertCustomer(profile) => Some(&profile.email),
            Command::AmendCustomer(amendment) => Some(&amendment.email),
            Command::PlaceOrder(body) => Some(&body.email),
            Command::RecordActivity(body) => Some(&body.email),
            Command::ChangeOrderStatus(..) | Command::RecordReceipt(_) => None,
        }
    }
}

fn status_change(data: &Json, path: &str) -> Result<Command, Faults> {
    let mut fields = Fields::of(data, path)?;
    let id =
        fields.optional("id", |json| json.as_text().and_then(OrderId::parse).ok_or_else(|| "must be the id of an order".into()));
    let merchant_id = fields.optional("orderId", |json| faults::text(json, 100));
    let status = fields.required("status", OrderStatus::from_json);
    let id = id.value().or_else(|| merchant_id.value().map(|given| OrderId::of(Some(&given), "", "")));
    if id.is_none() {
        fields.fault("id", "is required where there is no orderId");
    }
    fields.finish()?;
    match (id, status) {
        (Some(id), Some(status)) => Ok(Command::ChangeOrderStatus(id, status)),
        _ => Err(Faults::of(path, "is incomplete")),
    }
}
