//! Writing to those who are queued.
//!
//! A crash between the provider's answer and its record means that the letter is handed over once more, under the same
//! id, where the provider recognises it and sends nothing twice. Where it does not, the intent is noted before each letter
//! by itself; one that is found without an outcome is never sent again, but said to be unknown.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::audience;
use crm_domain::campaign::{Campaign, CampaignState, CampaignStatus};
use crm_domain::caps::Room;
use crm_domain::customer::{Channel, Customer};
use crm_domain::delivery::Task;
use crm_domain::did;
use crm_domain::error::chain;
use crm_domain::hand::Ending;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::links::Links;
use crm_domain::message::{Message, SkipReason, Tally, quoting_nobody};
use crm_domain::ports::{Enqueue, Letter, SendLetters, StoreError};
use crm_domain::round::RECIPIENTS;
use crm_domain::sending::{Intent, Sending};
use crm_domain::template::{Rendered, Templates};
use crm_domain::time::{SECOND, Time};
use crm_domain::tracking::tracked;
use crm_lambda::addresses::suppressed_among;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::worker::{Next, StepError, Store, Worker};

/// Shards read or counted side by side.
pub(crate) const SHARDS: usize = 8;
/// Letters that a provider without idempotency keys has in hand at once: as many may become unknown by a crash.
const HANDED: usize = 8;
/// Time after which such letters are left to the next look at the campaign, so that a pause is not waited for longer.
const STRETCH: Duration = Duration::from_secs(5);
/// Greatest delay of a queue message, in seconds.
const MAX_DELAY: u32 = 900;

impl<S: Store, Q: Enqueue, P: SendLetters> Worker<S, Q, P> {
    /// Settles everyone who is queued in some shards, as far as the provider and the time until `deadline`
    /// allow, and until the end of the round.
    pub(crate) async fn deliver(
        &self,
        id: CampaignId,
        shards: RangeInclusive<u32>,
        until: Option<Time>,
        deadline: Instant,
    ) -> Result<Next, StepError> {
        let (first, last) = shards.into_inner();
        let Some(found) = self.store.campaign(id).await? else { return Ok(Next::Wait) };
        let campaign = found.record;
        if campaign.state.is_held() {
            // Resuming hands everyone out again.
            return Ok(Next::Done);
        }
        let last = last.min(campaign.shards.saturating_sub(1));
        let reads: Vec<_> = (first..=last).map(|shard| self.store.shard(&campaign, shard)).collect();
        let shards: Vec<Vec<Message>> = stream::iter(reads).buffered(SHARDS).try_collect().await?;
        let queued: Vec<Message> = shards.into_iter().flatten().filter(|entry| !entry.is_settled()).collect();
        let mut again = Again::default();
        let piece = campaign.pace().map_or(RECIPIENTS as usize, |pace| pace.piece as usize);
        for recipients in queued.chunks(piece) {
            if Instant::now() >= deadline {
                again.after(0);
                break;
            }
            // Read again each time: a pause takes effect with the next hundred.
            let Some(now) = self.store.campaign(id).await? else { break };
            let state = &now.record.state;
            let (handed, open): (Vec<&Message>, Vec<&Message>) = recipients.iter().partition(|entry| entry.intent.is_some());
            let mut settled = match state.status {
                CampaignStatus::Paused | CampaignStatus::Failed => break,
                CampaignStatus::Cancelled => {
                    let cancelled = |entry: &Message| (entry.clone(), Ending::Skipped(SkipReason::Cancelled));
                    self.end(&campaign, open.into_iter().map(cancelled).collect()).await?
                }
                _ => {
                    let now = self.now();
                    let due: Vec<Message> = open.into_iter().filter_map(|entry| in_time(&campaign, entry, state, now)).collect();
                    if let Some(wait) = self.wait_for_pace(&campaign, &due).await? {
                        // A second that others may be quicker in is not worth coming back for.
                        again.after(wait.max(2));
                        break;
                    }
                    self.write_to(&campaign, &due, deadline, &mut again).await?
                }
            };
            settled.extend(handed.into_iter().filter_map(|entry| self.given_up(entry, &mut again)));
            self.settle(&campaign, &settled).await?;
        }
        let counts: Vec<_> = (first..=last).map(|shard| self.store.recount(&campaign, shard)).collect();
        let counts: Result<Vec<_>, StoreError> = stream::iter(counts).buffer_unordered(SHARDS).try_collect().await;
        let count = counts?.into_iter().fold(Tally::default(), Tally::plus);
        self.remember(&campaign, count.first_due).await?;
        if count.queued == 0 && !self.store.is_anybody_queued(&campaign, last).await? {
            self.finish(id).await?;
        }
        let in_round = |after: &u32| until.is_none_or(|until| self.now().plus(i64::from(*after) * SECOND) < until);
        let next = |after| Next::Then(Task::Deliver { campaign: id, first, last, until }, after);
        Ok(again.delay().filter(in_round).map_or(Next::Done, next))
    }

    /// Notes in the log how entries have ended.
    async fn settle(&self, campaign: &Campaign, entries: &[Message]) -> Result<(), StoreError> {
        let outcomes = self.store.settle(campaign, entries).await;
        let noted = entries.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        match noted.filter(|(entry, _)| entry.sent_at.is_some()).count() {
            0 => {}
            sent => did!(messages.sent = sent),
        }
        outcomes.into_iter().collect()
    }

    /// An entry that somebody else handed over, as it stands when they cannot be at work any more.
    fn given_up(&self, entry: &Message, again: &mut Again) -> Option<Message> {
        match entry.intent.as_ref()?.wait(self.now(), self.lease) {
            Some(seconds) => {
                again.after(seconds);
                None
            }
            None => Some(Ending::Unknown.settle(entry, self.now())),
        }
    }

    /// Sends to up to a hundred recipients; returns the entries that are to be settled.
    async fn write_to(
        &self,
        campaign: &Campaign,
        recipients: &[Message],
        deadline: Instant,
        again: &mut Again,
    ) -> Result<Vec<Message>, StepError> {
        if recipients.is_empty() {
            return Ok(Vec::new());
        }
        let templates = self.templates(campaign)?;
        let recipients = self.take_turns(campaign, recipients, again).await?;
        let ids: Vec<CustomerId> = recipients.iter().map(|entry| entry.customer_id).collect();
        let customers = self.store.customers(&ids).await?;
        let customers: BTreeMap<CustomerId, Customer> =
            customers.into_iter().map(|found| (found.record.id, found.record)).collect();
        // Once more: since the launch they may have come onto the list.
        let key = self.addresses.key().await?;
        let suppressed = suppressed_among(&*self.store, &key, campaign.channel, customers.values()).await?;
        let rooms = self.rooms(campaign, &customers).await?;
        let links = self.letterhead.links().await?;
        let (mut endings, mut sending) = (Vec::new(), Vec::new());
        for entry in self.in_their_hours(campaign, &customers, &recipients).await? {
            let customer = customers.get(&entry.customer_id);
            let entry =
                &Message { address: customer.and_then(|one| key.of(one, campaign.channel)).or(entry.address), ..entry.clone() };
            if suppressed.contains(&entry.customer_id) {
                endings.push((entry.clone(), Ending::Skipped(SkipReason::Suppressed)));
                continue;
            }
            let letter = self.letter(campaign, &templates, &links, entry, customer);
            match (letter, rooms.get(&entry.customer_id)) {
                (Err(ending), _) => endings.push((entry.clone(), ending)),
                (Ok(_), Some(Room::Full)) => endings.push((entry.clone(), Ending::Skipped(SkipReason::Capped))),
                (Ok(_), Some(Room::Unsure(seconds))) => again.after(*seconds),
                (Ok((letter, text)), _) => sending.push((entry.clone(), text, letter)),
            }
        }
        let mut settled = self.end(campaign, endings).await?;
        if self.provider.recognises(campaign.channel) {
            settled.extend(self.hand_over(campaign, sending, again).await?);
            return Ok(settled);
        }
        let deadline = deadline.min(Instant::now() + STRETCH);
        let handed: Vec<_> = sending
            .into_iter()
            .map(|(entry, text, letter)| self.hand_over_once(campaign, entry, text, letter, deadline))
            .collect();
        // All of them to their end: one that were dropped half-way would be unknown, whatever became of it.
        let ends: Vec<Result<Option<u32>, StepError>> = stream::iter(handed).buffer_unordered(HANDED).collect().await;
        for end in ends {
            match end? {
                None => again.moves = true,
                Some(seconds) => again.after(seconds),
            }
        }
        Ok(settled)
    }

    /// Hands a letter to a provider that would send it again if it were asked again, and records the outcome. Returns after
    /// how many seconds to try again, when it is still queued.
    async fn hand_over_once(
        &self,
        campaign: &Campaign,
        entry: Message,
        text: Rendered,
        letter: Letter,
        deadline: Instant,
    ) -> Result<Option<u32>, StepError> {
        if Instant::now() >= deadline {
            return Ok(Some(0));
        }
        let customer_id = entry.customer_id;
        let intent = Intent::new(self.now());
        if !self.store.note_intent(campaign, customer_id, &intent).await? {
            // Whoever is at it settles it.
            return Ok(None);
        }
        let answer = match self.provider.send(campaign.channel, std::slice::from_ref(&letter)).await {
            Ok(answers) => answers.into_iter().next(),
            Err(error) => {
                tracing::warn!(campaign = %campaign.id, cause = %chain(&error), "the provider's answer was lost");
                None
            }
        };
        let answer = answer.unwrap_or_else(|| Sending::Unknown("the provider's answer was lost".to_owned()));
        match answered(&Message { intent: Some(intent), ..entry }, text, answer) {
            Ok(entry) => self.settle(campaign, &[entry]).await.map(|()| None),
            Err(seconds) => self.store.withdraw_intent(campaign, customer_id, &intent).await.map(|()| Some(seconds)),
        }
        .map_err(StepError::from)
    }

    /// The letter to one recipient with its text as it was written, or how it ends for them without one.
    fn letter(
        &self,
        campaign: &Campaign,
        templates: &Templates,
        links: &Links,
        entry: &Message,
        customer: Option<&Customer>,
    ) -> Result<(Letter, Rendered), Ending> {
        let Some(customer) = customer else { return Err(Ending::Skipped(SkipReason::Gone)) };
        if let Some(reason) = audience::barrier(customer, campaign.channel, self.consent_defaults) {
            return Err(Ending::Skipped(reason));
        }
        let to = match campaign.channel {
            Channel::Email => customer.email.to_string(),
            Channel::Sms | Channel::Whatsapp => customer.phone.clone().unwrap_or_default(),
        };
        let id = campaign.message_id(entry.customer_id);
        match templates.render(entry.variant, campaign.channel, customer) {
            Ok(text) => {
                let (body, headers) = match campaign.channel {
                    Channel::Email => (
                        tracked(&text.body, templates.addresses(entry.variant), links, id),
                        links.headers(id).into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                    ),
                    Channel::Sms | Channel::Whatsapp => (text.body.clone(), Vec::new()),
                };
                Ok((Letter { id, place: entry.place, to, subject: text.subject.clone(), body, headers }, text))
            }
            Err(reason) => Err(Ending::Failed(reason)),
        }
    }
}

/// The entry of somebody who is to be written to now, in the variant that they get; none while they wait for their time, or
/// for a test's winner.
fn in_time(campaign: &Campaign, entry: &Message, state: &CampaignState, now: Time) -> Option<Message> {
    let is_due = entry.due_at.is_none_or(|due| due <= now);
    campaign.due(entry, state).filter(|_| is_due).map(|variant| Message { variant, ..entry.clone() })
}

/// The entry with what the provider answered, in words that quote nobody. It keeps the text without the links that lead past
/// us, which would open it for whoever reads it there; seconds until it may be asked again, when it has not taken the letter
/// yet.
pub(crate) fn answered(entry: &Message, text: Rendered, answer: Sending) -> Result<Message, u32> {
    let Rendered { subject, body } = text;
    let entry = Message { subject, body: Some(body), ..entry.clone() };
    match answer {
        Sending::Taken { at, provider_id } => Ok(Message { sent_at: Some(at), provider_id, ..entry }),
        Sending::Refused(reason) => {
            Ok(Message { failed_at: Some(Time::now()), failed_reason: Some(quoting_nobody(&reason)), ..entry })
        }
        Sending::Unknown(reason) => {
            Ok(Message { unknown_at: Some(Time::now()), failed_reason: Some(quoting_nobody(&reason)), ..entry })
        }
        Sending::Deferred(seconds) => Err(seconds),
    }
}

/// After how many seconds a step goes on.
#[derive(Default)]
pub(crate) struct Again {
    /// Somebody is left for lack of time alone.
    left: bool,
    /// The longest wait of those who wait for something else.
    wait: Option<u32>,
    /// The provider has dealt with somebody.
    pub(crate) moves: bool,
}

impl Again {
    /// Somebody is to be looked at again after `seconds`.
    pub(crate) fn after(&mut self, seconds: u32) {
        if seconds <= 1 {
            self.left = true;
        } else {
            self.wait = self.wait.max(Some(seconds.min(MAX_DELAY)));
        }
    }

    /// `None` when nobody is left. Those who could be next do not wait for one who has to, as long as anybody gets through.
    pub(crate) const fn delay(&self) -> Option<u32> {
        match self.wait {
            Some(wait) if !self.left || !self.moves => Some(wait),
            _ if self.left => Some(0),
            wait => wait,
        }
    }
}
