//! What falls due each minute: flips of memberships, builds of which nothing is heard, and the alarms of campaigns. And a look
//! at the dead-letter queues: one metric of them all costs one alarm, not one a queue.
//!
//! Flips are found by minute. The clock remembers up to which minute all of them have been made, so a tick that fails or
//! never comes is late, and nothing is lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::delivery;
use crm_domain::did;
use crm_domain::error::chain;
use crm_domain::membership::{Cause, Minute, Task};
use crm_domain::ports::{
    Alarm, CountDeadLetters, Enqueue, KeepAlarms, KeepSegments, Outgoing, QueueError, QueueName, StoreError,
};
use crm_domain::time::{HOUR, MINUTE, SECOND, Time};
use crm_lambda::memberships::{Keeper, Store, hand_on};
use serde_json::{Value, json};

/// Time after which a tick leaves the rest to the next one. The function itself has 60 s.
const BUDGET: Duration = Duration::from_secs(45);
/// Customers settled together.
const CHUNK: usize = 400;
/// Minutes from one look at the dead-letter queues to the next: each asks all of them.
const DEAD_LETTERS: i64 = 5;
/// Minutes looked at once more: a flip that was computed just before its minute may be written just after it.
const OVERLAP: i64 = 3;

/// The clock.
pub struct Clock<S, Q> {
    pub keeper: Keeper<S>,
    pub queue: Arc<Q>,
}

/// Why something is late.
#[derive(Debug, thiserror::Error)]
pub enum TickError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error("storage did not take what became of {0} customers")]
    Unsettled(usize),
}

/// What a tick did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tick {
    pub minutes: u32,
    pub evaluated: usize,
    pub moves: usize,
    /// Whether nothing that is due by now is left for the next one.
    pub is_caught_up: bool,
}

impl<S: Store + KeepAlarms + KeepSegments, Q: Enqueue + CountDeadLetters> Clock<S, Q> {
    /// Does all that is due at `now`; tells what was done. What fails is left to the next tick.
    pub async fn tick(&self, now: Time) -> Value {
        let started = Instant::now();
        let mut tick = Tick::default();
        let done = [
            (self.flip(now, started + BUDGET, &mut tick).await, "flips are late"),
            (self.wake_builds().await, "builds are late"),
            (self.ring(now).await, "alarms are late"),
            (self.count_dead_letters(now).await, "dead letters cannot be counted"),
        ];
        for (done, what) in &done {
            if let Err(error) = done {
                tracing::error!(cause = %chain(error), "{what}");
            }
        }
        let sound = done.iter().all(|(done, _)| done.is_ok());
        did!(clock.minutes = tick.minutes, clock.sound = sound);
        json!({
            "minutes": tick.minutes, "evaluated": tick.evaluated, "moves": tick.moves, "caughtUp": tick.is_caught_up, "sound": sound,
        })
    }

    /// Makes every flip up to the minute that has begun.
    pub async fn flip(&self, now: Time, deadline: Instant, tick: &mut Tick) -> Result<(), TickError> {
        let store = &self.keeper.store;
        let begun = Minute::begun(now);
        let drained = store.drained().await?;
        let mut minute = match drained {
            Some(drained) => drained.plus(1 - OVERLAP),
            None => store.earliest_due().await?.unwrap_or(begun),
        };
        while minute <= begun && Instant::now() < deadline {
            let due = store.due(minute).await?;
            for customers in due.chunks(CHUNK) {
                let outcome = self.keeper.settle(customers, Cause::Time, now).await?;
                tick.evaluated += outcome.evaluated;
                tick.moves += outcome.moves;
                if outcome.is_outage {
                    // The minute stays as it is, and comes first next time.
                    return Err(TickError::Unsettled(outcome.failed.len()));
                }
                hand_on(&*self.queue, &outcome.failed, Cause::Time).await?;
            }
            // Whoever was settled has taken their timer along: what is left at the last look is nobody's. Before, it may be of
            // somebody whom the stream has just put back to this minute, by a clock that is a little behind.
            if minute.plus(OVERLAP) <= begun {
                store.forget_due(minute, &due).await?;
            }
            if minute.begins_a_day() {
                self.fold_sizes().await;
            }
            if drained.is_none_or(|drained| drained < minute) {
                store.note_drained(minute).await?;
            }
            tick.minutes += 1;
            minute = minute.plus(1);
        }
        tick.is_caught_up = minute > begun;
        Ok(())
    }

    /// Rings every alarm that is due before the next tick: to the second, by the delay of its message. Whoever does what it is
    /// about claims it; until then it rings each minute.
    async fn ring(&self, now: Time) -> Result<(), TickError> {
        let store = &self.keeper.store;
        for (campaign, alarm) in store.alarms(Alarm::Wake, now.plus(MINUTE)).await? {
            let wait = (alarm.micros() - now.micros()).max(0).unsigned_abs().div_ceil(SECOND as u64);
            self.ask(&delivery::Task::Wake { campaign, alarm }, wait as u32).await?;
        }
        for (campaign, at) in store.alarms(Alarm::Recount, now).await? {
            self.ask(&delivery::Task::Recount { campaign, run: None, asked_at: now }, 0).await?;
            // Whoever makes the report says when it is due next. Should nobody make it, it is asked for again in an hour.
            store.claim_alarm(Alarm::Recount, campaign, at, now.plus(HOUR)).await?;
        }
        Ok(())
    }

    /// Says now and then how many dead letters there are, for the alarm.
    async fn count_dead_letters(&self, now: Time) -> Result<(), TickError> {
        if Minute::begun(now).number() % DEAD_LETTERS == 0
            && let waiting @ 1.. = self.queue.count_dead().await?
        {
            did!(letters.waiting = waiting);
        }
        Ok(())
    }

    async fn ask(&self, task: &delivery::Task, delay: u32) -> Result<(), QueueError> {
        self.queue.enqueue(QueueName::Delivery, vec![Outgoing { body: task.body(), delay, ..Outgoing::default() }]).await
    }

    /// Asks for days that are over to be folded away; what is lost here is asked for again tomorrow.
    async fn fold_sizes(&self) {
        let message = Outgoing { body: Task::Fold { after: None }.body(), ..Outgoing::default() };
        if let Err(error) = self.queue.enqueue(QueueName::Segments, vec![message]).await {
            tracing::warn!(cause = %chain(&error), "sizes are not folded away");
        }
    }

    /// Asks for builds that somebody may have failed to ask for.
    async fn wake_builds(&self) -> Result<(), TickError> {
        if self.is_unbuilt().await? {
            let message = Outgoing { body: Task::Build { everyone: false, after: None }.body(), ..Outgoing::default() };
            self.queue.enqueue(QueueName::Segments, vec![message]).await?;
        }
        Ok(())
    }

    /// Whether there is something to build, or a build under way: its parts may have been lost before they were handed out.
    async fn is_unbuilt(&self) -> Result<bool, StoreError> {
        let build = self.keeper.store.build().await?;
        Ok(build.is_some_and(|held| !held.record.finished) || self.keeper.store.all_segments().await?.is_unbuilt())
    }
}
