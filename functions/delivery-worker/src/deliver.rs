//! Writing to those who are queued.
//!
//! A crash between the provider's answer and its record means that the letter is handed over once more, under the same
//! id; the provider then sends nothing twice.

use std::collections::HashMap;

use crm_domain::audience;
use crm_domain::campaign::{Campaign, CampaignStatus};
use crm_domain::customer::{Channel, Customer};
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::links::Links;
use crm_domain::message::{Message, Phase, SkipReason};
use crm_domain::ports::{Enqueue, Letter, SendLetters, Sending, StoreError};
use crm_domain::template::{Rendered, Templates};
use crm_domain::time::Time;
use crm_domain::tracking::tracked;
use crm_lambda::addresses::suppressed_among;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::plan::RECIPIENTS;
use crate::worker::{Next, StepError, Store, Worker};

/// Shards read or counted side by side.
const SHARDS: usize = 8;
/// Outcomes recorded side by side.
const CONCURRENCY: usize = 16;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Settles everyone who is queued in the shards `first` to `last`.
    pub(crate) async fn deliver(&self, id: CampaignId, first: u32, last: u32) -> Result<Next, StepError> {
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
        let campaign = found.record;
        if campaign.state.status == CampaignStatus::Paused {
            // Resuming hands everyone out again.
            return Ok(Next::Done);
        }
        let last = last.min(campaign.shards.saturating_sub(1));
        let reads: Vec<_> = (first..=last).map(|shard| self.store.shard(&campaign, shard)).collect();
        let shards: Vec<Vec<Message>> = stream::iter(reads).buffered(SHARDS).try_collect().await?;
        let queued: Vec<Message> = shards.into_iter().flatten().filter(|entry| !entry.is_settled()).collect();
        for recipients in queued.chunks(RECIPIENTS as usize) {
            // Read again each time: a pause takes effect with the next hundred.
            let Some(now) = self.store.campaign(id).await? else { break };
            let settled = match now.record.state.status {
                CampaignStatus::Paused => break,
                CampaignStatus::Cancelled => recipients.iter().map(|entry| skipped(entry, SkipReason::Cancelled)).collect(),
                _ => self.write_to(&campaign, recipients).await?,
            };
            let records: Vec<_> = settled.iter().map(|entry| self.store.settle(&campaign, entry)).collect();
            stream::iter(records).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
        }
        let counts: Vec<_> = (first..=last).map(|shard| self.store.recount(&campaign, shard)).collect();
        let counts: Result<Vec<_>, StoreError> = stream::iter(counts).buffer_unordered(SHARDS).try_collect().await;
        if counts?.iter().all(|tally| tally.queued == 0)
            && self.store.tallies(id).await?.iter().all(|(_, tally)| tally.queued == 0)
        {
            self.finish(id).await?;
        }
        Ok(Next::Done)
    }

    /// Sends to up to a hundred recipients; returns their entries with what became of them.
    async fn write_to(&self, campaign: &Campaign, recipients: &[Message]) -> Result<Vec<Message>, StepError> {
        let templates = self.templates(campaign)?;
        let ids: Vec<CustomerId> = recipients.iter().map(|entry| entry.customer_id).collect();
        let customers = self.store.customers(&ids).await?;
        let customers: HashMap<CustomerId, Customer> =
            customers.into_iter().map(|found| (found.record.id, found.record)).collect();
        // Once more: since the launch they may have come onto the list.
        let key = self.addresses.key().await?;
        let suppressed = suppressed_among(&*self.store, &key, campaign.channel, customers.values()).await?;
        let links = self.letterhead.links().await?;
        let (mut settled, mut letters, mut sending) = (Vec::with_capacity(recipients.len()), Vec::new(), Vec::new());
        for entry in recipients {
            let customer = customers.get(&entry.customer_id);
            let entry =
                &Message { address: customer.and_then(|one| key.of(one, campaign.channel)).or(entry.address), ..entry.clone() };
            if suppressed.contains(&entry.customer_id) {
                settled.push(skipped(entry, SkipReason::Suppressed));
                continue;
            }
            match self.letter(campaign, &templates, &links, entry, customer) {
                Ok((letter, text)) => {
                    sending.push((entry.clone(), text));
                    letters.push(letter);
                }
                Err(outcome) => settled.push(*outcome),
            }
        }
        if !letters.is_empty() {
            let answers = self.provider.send(&letters).await?;
            settled.extend(sending.into_iter().zip(answers).map(|((entry, text), answer)| answered(&entry, text, answer)));
        }
        Ok(settled)
    }

    /// The letter to one recipient with its text as it was written, or their entry settled without one.
    fn letter(
        &self,
        campaign: &Campaign,
        templates: &Templates,
        links: &Links,
        entry: &Message,
        customer: Option<&Customer>,
    ) -> Result<(Letter, Rendered), Box<Message>> {
        let Some(customer) = customer else { return Err(Box::new(skipped(entry, SkipReason::Gone))) };
        if let Some(reason) = audience::barrier(customer, campaign.channel, self.consent_defaults) {
            return Err(Box::new(skipped(entry, reason)));
        }
        let to = match campaign.channel {
            Channel::Email => customer.email.to_string(),
            Channel::Sms | Channel::Whatsapp => customer.phone.clone().unwrap_or_default(),
        };
        let id = campaign.message_id(entry.customer_id);
        match templates.render(entry.variant, campaign.channel, customer) {
            Ok(text) => {
                let (body, headers) = match campaign.channel {
                    Channel::Email => (tracked(&text.body, links, id), links.headers(id)),
                    Channel::Sms | Channel::Whatsapp => (text.body.clone(), Vec::new()),
                };
                Ok((Letter { id, place: entry.place, to, subject: text.subject.clone(), body, headers }, text))
            }
            Err(reason) => Err(Box::new(failed(entry, reason))),
        }
    }
}

fn skipped(entry: &Message, reason: SkipReason) -> Message {
    Message { skipped_reason: Some(reason), skipped_phase: Some(Phase::Send), ..entry.clone() }
}

fn failed(entry: &Message, reason: String) -> Message {
    Message { failed_at: Some(Time::now()), failed_reason: Some(reason), ..entry.clone() }
}

/// The log keeps the text without the links that lead past us: they would open it for whoever reads it there.
fn answered(entry: &Message, text: Rendered, answer: Sending) -> Message {
    let Rendered { subject, body } = text;
    let entry = Message { subject, body: Some(body), ..entry.clone() };
    match answer {
        Sending::Taken(at) => Message { sent_at: Some(at), ..entry },
        Sending::Refused(reason) => failed(&entry, reason),
    }
}
