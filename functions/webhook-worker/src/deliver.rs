//! One attempt: whether it is still to be made, the request, and what is written of it.
//!
//! An attempt is one write of the log, on condition that nobody else has written since it was read; who loses that race has
//! nothing more to do. A crash between request and write makes the same attempt again, which the receiver tells by the id.

use crm_domain::audit::{Actor, AuditEntry};
use crm_domain::domain_event::DomainEvent;
use crm_domain::error::chain;
use crm_domain::ids::{AuditId, WebhookId};
use crm_domain::ports::{CallWebhooks, Enqueue, PortError, Postpone, StoreError, Versioned, WebhookCall};
use crm_domain::signature::signature;
use crm_domain::time::{MINUTE, SECOND, Time};
use crm_domain::webhook::delivery::{Again, Answer, Delivery, Outcome};
use crm_domain::webhook::health::{Health, Leave};
use crm_domain::webhook::{DisabledReason, Webhook};
use crm_domain::world;

use crate::worker::{Store, Worker};

/// Times that a record is read again because somebody else was faster.
const ROUNDS: u32 = 4;
/// What rests is tried within so long after its rest, not all at once.
const SPREAD: i64 = MINUTE;

impl<S: Store, Q: Enqueue + Postpone, C: CallWebhooks> Worker<S, Q, C> {
    /// The first attempt of an event. `is_repeated` says that the message was taken before, by somebody who did not come to an end.
    pub(crate) async fn begin(&self, webhook: WebhookId, event: DomainEvent, is_repeated: bool) -> Result<(), PortError> {
        let fresh = Delivery::of(webhook, &event, Time::now());
        if self.is_forgotten(&event).await? {
            return Ok(());
        }
        match self.store.delivery(webhook, fresh.id).await? {
            None => self.attempt(Versioned { version: 0, record: fresh }).await,
            // An event that was told twice: whoever took it first goes on with it.
            Some(held) if is_repeated => self.resume(held.record).await,
            Some(_) => Ok(()),
        }
    }

    /// Whether somebody of whom it has more than ids was erased since: the message may have waited for longer than the erasure took.
    async fn is_forgotten(&self, event: &DomainEvent) -> Result<bool, StoreError> {
        let Some(person) = event.person() else { return Ok(false) };
        match self.store.customers(&[person]).await?.pop().map(|found| found.record) {
            // Somebody who came after an erasure: only what is from before them is to be forgotten. Events have whole seconds.
            Some(customer) => Ok(customer.erased_at.is_some() && event.time.plus(SECOND) <= customer.first_seen),
            // Who was merged has other identities, too; who was erased has none.
            None => Ok(self.store.identities(person).await?.len() < 2),
        }
    }

    /// A further attempt, which is due.
    pub(crate) async fn go_on(&self, again: Again, is_repeated: bool) -> Result<(), PortError> {
        let Some(held) = self.store.delivery(again.webhook, again.delivery).await? else { return Ok(()) };
        let has_been_done = held.record.attempts != again.attempts;
        match held.record.next_attempt_at {
            _ if held.record.outcome != Outcome::Waiting => Ok(()),
            _ if has_been_done && is_repeated => self.resume(held.record).await,
            _ if has_been_done => Ok(()),
            Some(due) if due > Time::now() => self.wait(Again { due, ..again }).await,
            _ => self.attempt(held).await,
        }
    }

    /// Puts on the queue what somebody may not have come to put there.
    async fn resume(&self, delivery: Delivery) -> Result<(), PortError> {
        match delivery.next_attempt_at.filter(|_| delivery.outcome == Outcome::Waiting) {
            Some(due) => self.wait(next(&delivery, due)).await,
            None => Ok(()),
        }
    }

    async fn attempt(&self, held: Versioned<Delivery>) -> Result<(), PortError> {
        let Some(webhook) = self.store.webhook(held.record.webhook).await? else { return Ok(()) };
        let Some(event) = held.record.event.clone().filter(|_| webhook.record.is_enabled()) else {
            self.record(held, Delivery::dropped).await?;
            return Ok(());
        };
        let health = self.store.health(webhook.record.id).await?;
        if let Some(until) = self.rests_until(&webhook.record, &health).await? {
            return self.put_off(held, until).await;
        }
        let answer = self.call(&webhook.record, &held.record, &event).await?;
        let (now, chance) = (Time::now(), world::fraction());
        let gone = answer.is_gone();
        let tried = self.record(held, |delivery| {
            let tried = delivery.tried(&answer, now, chance);
            if gone { tried.dropped() } else { tried }
        });
        let Some(tried) = tried.await? else { return Ok(()) };
        self.note_health(&webhook, health, &answer, now).await;
        match tried.next_attempt_at {
            Some(due) => self.wait(next(&tried, due)).await,
            None => Ok(()),
        }
    }

    /// Until when the receiver is left alone, if it is. When its rest is over, one attempt is made, by whoever notes it first.
    async fn rests_until(&self, webhook: &Webhook, health: &Versioned<Health>) -> Result<Option<Time>, StoreError> {
        let now = Time::now();
        match health.record.leave(now) {
            Leave::Granted => Ok(None),
            Leave::Rest(until) => Ok(Some(until)),
            Leave::Trial(trial) => match self.store.put_health(webhook.id, health.version, &trial).await {
                Ok(()) => Ok(None),
                Err(StoreError::Conflict) => Ok(Some(trial.rests_until.unwrap_or(now))),
                Err(error) => Err(error),
            },
        }
    }

    async fn put_off(&self, held: Versioned<Delivery>, until: Time) -> Result<(), PortError> {
        let until = until.plus((SPREAD as f64 * world::fraction()) as i64);
        // One that is in the log already is found by its message alone.
        if held.version > 0 {
            return self.wait(next(&held.record, until)).await;
        }
        match self.record(held, |delivery| delivery.put_off(until)).await? {
            Some(delivery) => self.wait(next(&delivery, until)).await,
            None => Ok(()),
        }
    }

    async fn call(&self, webhook: &Webhook, delivery: &Delivery, event: &str) -> Result<Answer, PortError> {
        // A restored deployment has no right key until somebody has brought it along: that is worth waiting for.
        let key = self.addresses.key().await.map_err(|error| match error {
            StoreError::Corrupt(cause) => StoreError::Unavailable(cause.into()),
            other => other,
        })?;
        let (id, now) = (delivery.event_id.to_string(), Time::now());
        let timestamp = now.micros() / SECOND;
        let signed = signature(&webhook.keys(&key, now), &id, timestamp, event.as_bytes());
        let call = WebhookCall { url: &webhook.url, id: &id, timestamp, signature: &signed, body: event };
        let answer = self.receivers.call(call).await;
        tracing::info!(
            webhook = %webhook.id,
            delivery = %delivery.id,
            attempt = delivery.attempts + 1,
            status = answer.status,
            cause = answer.cause,
            duration_ms = answer.millis,
            "webhook called"
        );
        Ok(answer)
    }

    /// Writes what becomes of a delivery; `None` when somebody else has written what comes of the same attempt.
    async fn record(
        &self,
        held: Versioned<Delivery>,
        change: impl Fn(&Delivery) -> Delivery,
    ) -> Result<Option<Delivery>, StoreError> {
        let (attempts, mut held) = (held.record.attempts, held);
        for _ in 0..ROUNDS {
            let changed = change(&held.record);
            match self.store.put_delivery(held.version, &changed).await {
                Ok(()) => return Ok(Some(changed)),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
            match self.store.delivery(changed.webhook, changed.id).await? {
                // It was written, and the answer lost: asked once more by the SDK, it met itself.
                Some(found) if found.record == changed => return Ok(Some(changed)),
                // Only its event was forgotten, or it was asked to be sent again.
                Some(found) if found.record.attempts == attempts && held.version > 0 => held = found,
                _ => return Ok(None),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Remembers how the receiver fares, and disables its webhook when there is no hope. What cannot be noted is noted next time.
    /// Of many requests that failed at once, one is noted: they are one failure.
    async fn note_health(&self, webhook: &Versioned<Webhook>, health: Versioned<Health>, answer: &Answer, now: Time) {
        let (id, seen, mut health) = (webhook.record.id, health.record.failures, health);
        for _ in 0..ROUNDS {
            let next = if answer.is_good() { Health::default() } else { health.record.failed(now) };
            if answer.is_good() && health.record.is_good() {
                return;
            }
            let noted = self.store.put_health(id, health.version, &next).await;
            match noted {
                Ok(()) => {
                    let reason = match () {
                        () if answer.is_gone() => Some(DisabledReason::Gone),
                        () if next.is_hopeless(now) => Some(DisabledReason::Failing),
                        () => None,
                    };
                    if let Some(reason) = reason {
                        self.disable(webhook, reason, now).await;
                    }
                    return;
                }
                Err(StoreError::Conflict) => {}
                Err(error) => return tracing::warn!(webhook = %id, cause = %chain(&error), "a receiver's state was not noted"),
            }
            match self.store.health(id).await {
                Ok(found) if found.record.failures > seen && !answer.is_good() && !answer.is_gone() => return,
                Ok(found) => health = found,
                Err(error) => return tracing::warn!(webhook = %id, cause = %chain(&error), "a receiver's state was not noted"),
            }
        }
    }

    async fn disable(&self, webhook: &Versioned<Webhook>, reason: DisabledReason, now: Time) {
        let disabled = webhook.record.given_up(reason, now);
        let told = |webhook: &Webhook| serde_json::to_value(webhook).ok();
        let (before, after) = AuditEntry::difference(told(&webhook.record), told(&disabled));
        let audit = AuditEntry {
            id: AuditId::generate(),
            at: now,
            actor: Actor { id: "webhook-worker".to_owned(), name: "webhook-worker".to_owned() },
            action: "disable_webhook".to_owned(),
            object: format!("webhooks/{}", disabled.id),
            before,
            after,
            request_id: String::new(),
        };
        match self.store.put_webhook(webhook.version, &disabled, None, &audit).await {
            Ok(()) => tracing::warn!(webhook = %disabled.id, ?reason, "webhook disabled"),
            // It was changed meanwhile: the next failure is held against what it is now.
            Err(StoreError::Conflict) => {}
            Err(error) => tracing::warn!(webhook = %disabled.id, cause = %chain(&error), "webhook was not disabled"),
        }
    }
}

fn next(delivery: &Delivery, due: Time) -> Again {
    Again { webhook: delivery.webhook, delivery: delivery.id, attempts: delivery.attempts, due }
}
