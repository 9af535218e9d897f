//! The loop of the questions queue: each question by itself, back on the queue while the model is over its quota, and to the
//! offline engine once it has waited long enough.

use std::sync::Arc;

use crm_ai::{Asker, Assistant, Store as Reads};
use crm_domain::ai::{Question, Refusal, Step, Task, Waiting};
use crm_domain::error::chain;
use crm_domain::ports::{Enqueue, KeepWaiting, QueueError, QueueName, ReadSecrets};
use crm_domain::step;
use crm_domain::time::{MINUTE, SECOND, Time};
use crm_lambda::batch::Incoming;
use crm_lambda::contract::ai;
use crm_lambda::tasks;
use uuid::Uuid;

/// How long a question waits for the model.
const LONGEST_WAIT: i64 = 15 * MINUTE;
/// Seconds between two looks at whether the model answers again, at first and at most.
const PAUSE: i64 = 5;
const LONGEST_PAUSE: i64 = 60;

/// The storage that answering needs.
pub trait Store: Reads + KeepWaiting {}
impl<S: Reads + KeepWaiting> Store for S {}

/// What the tasks work with.
pub struct Worker<S, Q, K> {
    pub store: Arc<S>,
    pub queue: Arc<Q>,
    pub assistant: Assistant<S, K>,
}

impl<S: Store, Q: Enqueue, K: ReadSecrets> Worker<S, Q, K> {
    /// Takes a batch; returns the ids of the messages that must come again.
    pub async fn handle(&self, batch: Vec<Incoming>) -> Vec<String> {
        tasks::each(&*self.queue, batch, 1, Step::parse, |step| self.run(step)).await
    }

    async fn run(&self, Step { task, attempt }: Step) -> Result<(), QueueError> {
        let Task::Answer { id, user, asked_at, question } = &task;
        match self.answer(*id, user, *asked_at, question).await {
            Ok(()) => Ok(()),
            // Waiting is no failure.
            Err(Refusal::Waits) => {
                let pause = pause(*asked_at);
                self.again(&Step { task, attempt }, pause).await
            }
            Err(error) => {
                if let Some(pause) = step::pause(attempt, false) {
                    tracing::warn!(attempt, cause = %chain(&error), "question not answered");
                    return self.again(&Step { task, attempt: attempt + 1 }, pause).await;
                }
                tracing::error!(cause = %chain(&error), "question set aside");
                let reason = chain(&error);
                let outcome = Some(ai::outcome(Err(error)));
                let waiting = Waiting { id: *id, user: user.clone(), asked_at: *asked_at, outcome };
                // Whoever waits for it is told, if that much can be done.
                if let Err(error) = self.store.finish_waiting(&waiting).await {
                    tracing::warn!(cause = %chain(&error), "nobody hears that the question is set aside");
                }
                tasks::set_aside(&*self.queue, QueueName::Questions, task, &reason, attempt + 1).await
            }
        }
    }

    /// Answers a question and keeps the outcome, refusals too; an error when it has to come again.
    async fn answer(&self, id: Uuid, user: &str, asked_at: Time, question: &Question) -> Result<(), Refusal> {
        let now = Time::now();
        let known = self.store.waiting(id, now).await?;
        let Some(waiting) = known.filter(|waiting| waiting.outcome.is_none()) else {
            // Answered before, or nobody can ask for the answer any more.
            return Ok(());
        };
        let asker = Asker { user: user.to_owned(), waits: now.micros() - asked_at.micros() < LONGEST_WAIT };
        let answer = match self.assistant.answer(question, &asker, now).await {
            Err(Refusal::Waits) => return Err(Refusal::Waits),
            Err(Refusal::Store(error)) => return Err(error.into()),
            answer => answer,
        };
        self.store.finish_waiting(&Waiting { outcome: Some(ai::outcome(answer)), ..waiting }).await?;
        Ok(())
    }

    async fn again(&self, step: &Step, delay: u32) -> Result<(), QueueError> {
        tasks::again(&*self.queue, QueueName::Questions, step, delay).await
    }
}

/// Less and less often: each time about as long as it has waited so far.
fn pause(asked_at: Time) -> u32 {
    let waited = (Time::now().micros() - asked_at.micros()) / SECOND;
    waited.clamp(PAUSE, LONGEST_PAUSE) as u32
}
