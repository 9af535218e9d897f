//! Campaigns and log entries as the API shows them.

use crm_domain::campaign::Campaign;
use crm_domain::message::{Message, Tally};
use serde_json::{Map, Value, json};

/// A campaign with the counts of its log.
pub fn campaign(campaign: &Campaign, tally: Tally) -> Value {
    let state = &campaign.state;
    shown([
        ("id", json!(campaign.id)),
        ("name", json!(campaign.name)),
        ("segmentId", json!(campaign.segment_id)),
        ("channel", json!(campaign.channel)),
        ("objective", json!(campaign.objective)),
        ("variants", json!(campaign.variants)),
        ("status", json!(state.status)),
        ("createdAt", json!(campaign.created_at)),
        ("scheduledAt", json!(campaign.scheduled_at)),
        ("finishedAt", json!(state.finished_at)),
        ("failedReason", json!(state.failed_reason)),
        ("planned", json!(state.planned)),
        ("audience", json!(tally.audience)),
        ("queued", json!(tally.queued)),
        ("sent", json!(tally.sent)),
        ("delivered", json!(tally.delivered)),
        ("opened", json!(tally.opened)),
        ("clicked", json!(tally.clicked)),
        ("bounced", json!(tally.bounced)),
        ("complained", json!(tally.complained)),
        ("unsubscribed", json!(tally.unsubscribed)),
        ("failed", json!(tally.failed)),
        ("skipped", json!(tally.skipped)),
    ])
}

/// An entry of the log.
pub fn message(campaign: &Campaign, message: &Message) -> Value {
    shown([
        ("id", json!(campaign.message_id(message.customer_id).to_string())),
        ("customerId", json!(message.customer_id)),
        ("email", json!(message.email)),
        ("channel", json!(message.channel)),
        ("status", json!(message.status())),
        ("variant", json!(message.variant)),
        ("queuedAt", json!(message.queued_at)),
        ("sentAt", json!(message.sent_at)),
        ("deliveredAt", json!(message.delivered_at)),
        ("openedAt", json!(message.opened_at)),
        ("clickedAt", json!(message.clicked_at)),
        ("bouncedAt", json!(message.bounced_at)),
        ("complainedAt", json!(message.complained_at)),
        ("unsubscribedAt", json!(message.unsubscribed_at)),
        ("failedAt", json!(message.failed_at)),
        ("failedReason", json!(message.failed_reason)),
        ("skippedReason", json!(message.skipped_reason)),
        ("phase", json!(message.skipped_phase)),
        ("subject", json!(message.subject)),
        ("body", json!(message.body)),
    ])
}

fn shown<const N: usize>(members: [(&str, Value); N]) -> Value {
    let known = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(known.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}
