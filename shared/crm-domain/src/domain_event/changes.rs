//! Which events follow from a change of what is stored.

use crate::campaign::Campaign;
use crate::customer::Customer;
use crate::domain_event::data::{
    CampaignFinished, CustomerCreated, CustomerErased, Line, MAX_LINES, MessageNews, Moved, OrderApplied, OrderStatusChanged,
    SegmentRebuilt,
};
use crate::domain_event::{DomainEvent, EventType};
use crate::erasure::Erased;
use crate::ids::{CampaignId, CustomerId, SegmentId};
use crate::membership::{Cause, EditionId, Move};
use crate::message::{Message, MessageId, quoting_nobody};
use crate::money::Currency;
use crate::order::Order;
use crate::segment::Segments;
use crate::time::Time;

/// A change as a table's stream tells it.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// There is something under an identity for the first time. Streams of customers carry keys alone.
    Customer(CustomerId),
    Erased(Erased),
    /// An order as it was, if it was there, and as it is.
    Order(Option<Box<Order>>, Box<Order>),
    Moves(CustomerId, Vec<Move>),
    Message {
        campaign: CampaignId,
        before: Box<Message>,
        after: Box<Message>,
    },
    Campaign {
        before: Box<Campaign>,
        after: Box<Campaign>,
    },
    /// Readers are shown another meaning of a segment.
    Shown {
        segment: SegmentId,
        name: String,
        edition: EditionId,
    },
}

/// Makes events of changes.
#[derive(Debug, Clone)]
pub struct Teller {
    /// The `source` of its events.
    pub source: String,
    pub currency: Currency,
}

impl Teller {
    /// For a deployment.
    #[must_use]
    pub fn of_stage(stage: &str, currency: Currency) -> Self {
        Self { source: format!("/crm/{stage}"), currency }
    }

    /// Somebody who is new. `at`, here and below, is when the change was stored.
    #[must_use]
    pub fn created(&self, customer: &Customer, at: Time) -> DomainEvent {
        let id = customer.id.to_string();
        let data = CustomerCreated {
            customer_id: id.clone(),
            email: customer.email.to_string(),
            name: customer.name.clone(),
            phone: customer.phone.clone(),
            city: customer.city.clone(),
            country: customer.country.clone(),
            tags: customer.tags.clone(),
            created_at: customer.created_at(),
        };
        self.event(EventType::CustomerCreated, &[&id], format!("customers/{id}"), at, &data)
    }

    /// Somebody who was erased.
    #[must_use]
    pub fn erased(&self, erased: &Erased, at: Time) -> DomainEvent {
        let id = erased.id.to_string();
        let mut identities: Vec<String> = erased.identities.iter().map(ToString::to_string).collect();
        if !identities.contains(&id) {
            identities.insert(0, id.clone());
        }
        let data = CustomerErased { customer_id: id.clone(), identities };
        self.event(EventType::CustomerErased, &[&id, &erased.at.sortable()], format!("customers/{id}"), at, &data)
    }

    /// What is new of an order: that it stands, or another status. Of one that an erasure has made nobody's nothing is.
    #[must_use]
    pub fn order(&self, before: Option<&Order>, after: &Order, at: Time) -> Vec<DomainEvent> {
        let (id, subject) = (after.id.to_string(), format!("orders/{}", after.id));
        let Some((stamp, body)) = &after.standing else { return Vec::new() };
        let stood = before.and_then(|order| order.standing.as_ref());
        let customer_id = after.customer_id().map(|id| id.to_string());
        if stood.is_none_or(|(stood, _)| stood != stamp) {
            let Some(customer_id) = customer_id else { return Vec::new() };
            let major = |money| self.currency.to_major(money);
            let items = body.items.iter().take(MAX_LINES).map(|item| Line {
                sku: item.sku.clone(),
                name: item.name.clone(),
                quantity: item.quantity,
                unit_price: major(item.unit_price),
            });
            let data = OrderApplied {
                id: id.clone(),
                order_id: body.merchant_id.clone(),
                customer_id,
                email: body.email.to_string(),
                items: items.collect(),
                lines: body.items.len() as u64,
                total: major(body.total()),
                currency: self.currency.code().to_owned(),
                placed_at: after.placed_at(),
                status: after.status(),
            };
            let identity = [id.as_str(), &stamp.at.sortable(), &stamp.event];
            return vec![self.event(EventType::OrderApplied, &identity, subject, at, &data)];
        }
        let (Some(before), Some((stamp, _))) = (before, &after.status) else { return Vec::new() };
        if before.status() == after.status() {
            return Vec::new();
        }
        let data = OrderStatusChanged {
            id: id.clone(),
            order_id: body.merchant_id.clone(),
            customer_id,
            status: after.status(),
            previous_status: before.status(),
        };
        let identity = [id.as_str(), &stamp.at.sortable(), &stamp.event];
        vec![self.event(EventType::OrderStatusChanged, &identity, subject, at, &data)]
    }

    /// Who came and went, in the meanings of segments that readers are shown. What new rules bring about is told of the
    /// segment as a whole ([`Teller::shown`]): it concerns everybody at once, and who leaves by it is written nowhere.
    #[must_use]
    pub fn moves(&self, customer: CustomerId, moves: &[Move], segments: &Segments, at: Time) -> Vec<DomainEvent> {
        let told = moves.iter().filter(|one| one.cause != Cause::Rules).filter_map(|one| {
            let segment = segments.all.iter().map(|held| &held.record).find(|segment| segment.id == one.segment)?;
            segment.shown.as_ref().filter(|shown| shown.id == one.edition)?;
            let kind = if one.entered { EventType::SegmentEntered } else { EventType::SegmentLeft };
            let (id, customer) = (segment.id.to_string(), customer.to_string());
            let data = Moved {
                segment_id: id.clone(),
                segment_name: segment.name.clone(),
                customer_id: customer.clone(),
                cause: one.cause,
                at: one.at,
            };
            let identity = [id.as_str(), &one.edition.to_string(), &customer, &one.at.sortable()];
            Some(self.event(kind, &identity, format!("segments/{id}"), at, &data))
        });
        told.collect()
    }

    /// A segment whose readers are shown another meaning.
    #[must_use]
    pub fn shown(&self, segment: SegmentId, name: &str, edition: EditionId, at: Time) -> DomainEvent {
        let id = segment.to_string();
        let data = SegmentRebuilt { segment_id: id.clone(), segment_name: name.to_owned(), edition };
        self.event(EventType::SegmentRebuilt, &[&id, &edition.to_string()], format!("segments/{id}"), at, &data)
    }

    /// What the log knows of a message that it did not know before. Times that only became more exact are no news.
    #[must_use]
    pub fn message(&self, campaign: CampaignId, before: &Message, after: &Message, at: Time) -> Vec<DomainEvent> {
        let known = |read: fn(&Message) -> Option<Time>| (read(before), read(after));
        let news = [
            (EventType::MessageSent, known(Message::taken_at)),
            (EventType::MessageDelivered, known(|one| one.delivered_at)),
            (EventType::MessageOpened, known(Message::opened)),
            (EventType::MessageClicked, known(|one| one.clicked_at)),
            (EventType::MessageConverted, known(|one| one.converted_at)),
            (EventType::MessageBounced, known(|one| one.bounced_at)),
            (EventType::MessageComplained, known(|one| one.complained_at)),
            (EventType::MessageUnsubscribed, known(|one| one.unsubscribed_at)),
            (EventType::MessageFailed, known(|one| one.failed_at)),
        ];
        let id = MessageId { campaign, customer: after.customer_id }.to_string();
        let told = news.into_iter().filter_map(|(kind, times)| {
            let (None, Some(happened)) = times else { return None };
            let has_reason = matches!(kind, EventType::MessageBounced | EventType::MessageFailed);
            let data = MessageNews {
                message_id: id.clone(),
                campaign_id: campaign.to_string(),
                customer_id: after.customer_id.to_string(),
                channel: after.channel,
                variant: after.variant,
                at: happened,
                // What was stored by older versions may quote an address.
                reason: after.why_failed().filter(|_| has_reason).map(quoting_nobody),
            };
            Some(self.event(kind, &[&id], format!("messages/{id}"), at, &data))
        });
        told.collect()
    }

    /// A campaign that has come to its end.
    #[must_use]
    pub fn campaign(&self, before: &Campaign, after: &Campaign, at: Time) -> Option<DomainEvent> {
        let finished_at = after.state.finished_at.filter(|_| before.state.finished_at.is_none())?;
        let id = after.id.to_string();
        let data = CampaignFinished {
            campaign_id: id.clone(),
            name: after.name.clone(),
            segment_id: after.segment_id.to_string(),
            channel: after.channel,
            status: after.state.status,
            audience: after.state.audience,
            finished_at,
        };
        Some(self.event(EventType::CampaignFinished, &[&id], format!("campaigns/{id}"), at, &data))
    }

    /// An event of this deployment.
    #[must_use]
    pub fn event(
        &self,
        kind: EventType,
        identity: &[&str],
        subject: String,
        at: Time,
        data: &impl serde::Serialize,
    ) -> DomainEvent {
        DomainEvent::new(kind, identity, &self.source, subject, at, data)
    }
}
