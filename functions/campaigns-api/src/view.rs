//! Campaigns and log entries as the API shows them.

use crm_domain::campaign::Campaign;
use crm_domain::message::{Message, Tally};
use crm_lambda::contract::shapes;

/// A campaign with the counts of its log.
pub fn campaign(campaign: &Campaign, tally: Tally) -> shapes::Campaign {
    let state = &campaign.state;
    shapes::Campaign {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
        segment_id: campaign.segment_id.to_string(),
        channel: campaign.channel,
        objective: campaign.objective.clone(),
        variants: campaign.variants.clone(),
        status: state.status,
        created_at: campaign.created_at,
        scheduled_at: campaign.scheduled_at,
        finished_at: state.finished_at,
        failed_reason: state.failed_reason.clone(),
        planned: state.planned,
        audience: tally.audience,
        queued: tally.queued,
        sent: tally.sent,
        delivered: tally.delivered,
        opened: tally.opened,
        clicked: tally.clicked,
        bounced: tally.bounced,
        complained: tally.complained,
        unsubscribed: tally.unsubscribed,
        failed: tally.failed,
        skipped: tally.skipped,
    }
}

/// An entry of the log.
pub fn message(campaign: &Campaign, message: Message) -> shapes::Message {
    let (opened_at, machine_opened_at) = (message.opened(), message.machine_opened());
    shapes::Message {
        id: campaign.message_id(message.customer_id).to_string(),
        customer_id: message.customer_id.to_string(),
        status: message.status(),
        email: message.email,
        channel: message.channel,
        variant: message.variant,
        queued_at: message.queued_at,
        sent_at: message.sent_at,
        delivered_at: message.delivered_at,
        opened_at,
        machine_opened_at,
        clicked_at: message.clicked_at,
        bounced_at: message.bounced_at,
        complained_at: message.complained_at,
        unsubscribed_at: message.unsubscribed_at,
        failed_at: message.failed_at,
        failed_reason: message.failed_reason,
        skipped_reason: message.skipped_reason,
        phase: message.skipped_phase,
        subject: message.subject,
        body: message.body,
    }
}
