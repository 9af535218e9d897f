//! Campaigns and log entries as the API shows them.

use crm_domain::campaign::{Campaign, CampaignDraft, CampaignStatus};
use crm_domain::cost::{Prices, Usage};
use crm_domain::funnel::{self, Example, STEPS, Sample, Survey};
use crm_domain::ids::CustomerId;
use crm_domain::message::{Message, Tally};
use crm_lambda::contract::launches::{ExpectedCost, Funnel, FunnelStep, Person, TestPhase};
use crm_lambda::contract::shapes;

use crate::results::rounded;

/// A campaign with the counts of its log.
pub fn campaign(campaign: &Campaign, tally: &Tally) -> shapes::Campaign {
    let state = &campaign.state;
    shapes::Campaign {
        id: campaign.id.to_string(),
        name: campaign.name.clone(),
        segment_id: campaign.segment_id.to_string(),
        channel: campaign.channel,
        objective: campaign.objective.clone(),
        variants: campaign.variants.clone(),
        holdout: campaign.holdout,
        test: campaign.test.map(|test| TestPhase {
            share: test.share,
            minutes: test.minutes,
            by: test.by,
            until: state.test_until,
            winner: state.winner,
        }),
        funnel: state.funnel.as_ref().map(funnel),
        status: state.status,
        created_at: campaign.created_at,
        launched_at: campaign.launched_at,
        scheduled_at: campaign.scheduled_at,
        timing: campaign.timing.clone(),
        caps: campaign.caps,
        finished_at: state.finished_at,
        failed_reason: state.failed_reason.clone().filter(|_| state.status == CampaignStatus::Failed),
        planned: state.planned,
        attribution_days: campaign.attribution_days,
        counts: (*tally).into(),
    }
}

/// What a preview of `draft` has found, with what a launch would cost.
pub fn survey(survey: &Survey, draft: &CampaignDraft) -> Funnel {
    let found = steps(&survey.funnel, |index| (survey.left.get(index).map(people), survey.dropped.get(index).map(people)));
    let cost = Prices::listed().map(|prices| expected_cost(found.will_send, draft, prices));
    Funnel { cost, ..found }
}

fn expected_cost(recipients: u64, draft: &CampaignDraft, prices: &Prices) -> ExpectedCost {
    let letters = draft.variants.iter().map(|one| one.body.len() + one.subject.as_ref().map_or(0, String::len));
    let (capped, letter) = (draft.caps.is_some(), letters.max().unwrap_or_default());
    let usage = Usage::most_of_campaign(recipients, capped, letter);
    ExpectedCost {
        at_most: rounded(prices.of(&usage), 9),
        price_per_million: rounded(prices.of(&Usage::most_of_campaign(1_000_000, capped, letter)), 4),
        currency: prices.currency.clone(),
        region: prices.region.clone(),
        prices_as_of: prices.as_of.clone(),
    }
}

/// A funnel that was frozen.
pub fn funnel(funnel: &funnel::Funnel) -> Funnel {
    steps(funnel, |_| (None, None))
}

/// A funnel with the samples that `sampled` has for each step.
fn steps(funnel: &funnel::Funnel, sampled: impl Fn(usize) -> (Option<Vec<Person>>, Option<Vec<Person>>)) -> Funnel {
    let mut before = funnel.matching;
    let counted = STEPS.into_iter().zip(funnel.counts()).enumerate().map(|(index, (step, count))| {
        let dropped = before - count;
        before = count;
        let (sample, dropped_sample) = sampled(index);
        FunnelStep { step, count, dropped, sample, dropped_sample }
    });
    Funnel { steps: counted.collect(), will_send: funnel.will_send(), cost: None }
}

fn people(sample: &Sample) -> Vec<Person> {
    let person = |(id, example): (CustomerId, &Example)| Person {
        id: id.to_string(),
        email: example.email.clone(),
        name: example.name.clone(),
    };
    sample.people().map(person).collect()
}

/// An entry of the log.
pub fn message(campaign: &Campaign, message: Message) -> shapes::Message {
    let (taken_at, opened_at, machine_opened_at) = (message.taken_at(), message.opened(), message.machine_opened());
    let failed_reason = message.why_failed().map(ToOwned::to_owned);
    shapes::Message {
        id: campaign.message_id(message.customer_id).to_string(),
        customer_id: message.customer_id.to_string(),
        status: message.status(),
        email: message.email,
        channel: message.channel,
        variant: message.variant,
        queued_at: message.queued_at,
        due_at: message.due_at,
        sent_at: taken_at,
        delivered_at: message.delivered_at,
        opened_at,
        machine_opened_at,
        clicked_at: message.clicked_at,
        converted_at: message.converted_at,
        bounced_at: message.bounced_at,
        complained_at: message.complained_at,
        unsubscribed_at: message.unsubscribed_at,
        failed_at: message.failed_at,
        failed_reason,
        unknown_at: message.unknown_at,
        provider_id: message.provider_id,
        skipped_reason: message.skipped_reason,
        phase: message.skipped_phase,
        subject: message.subject,
        body: message.body,
    }
}
