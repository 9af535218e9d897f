//! How a model is asked, whatever for: only while there is a key, a budget and hope, and once more when its answer is of no
//! use. What it answers to the same question is kept for a day.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crm_domain::ai::{AnswerKey, Breaker, Lack, Passage, Source, Tokens, Use};
use crm_domain::error::chain;
use crm_domain::ports::{KeepAiState, ReadSecrets, StoreError, Versioned};
use crm_domain::time::{DAY, Time};
use crm_domain::world;
use serde_json::Value;
use tokio::time::Instant;

use crate::error::{AiError, Refusal};
use crate::gemini::{Answer, Gemini, Question, Turn};

/// For how long an answer is given again.
const KEPT: i64 = DAY;
/// How long a key counts before it is looked up again: how soon a withdrawn one is used no more.
const KEY_KEPT: Duration = Duration::from_mins(5);
/// How long it counts that there is none: how soon a first one is used.
const NO_KEY_KEPT: Duration = Duration::from_secs(30);

/// A question as a model gets it, and how its answer is read.
pub(crate) trait Ask: Sync {
    type Read: Send;

    /// What it is told to do: ours, but for names of things.
    fn instructions(&self) -> String;
    /// What somebody wrote, or the data that it is about.
    fn prompt(&self) -> String;
    /// What its answer must look like.
    fn schema(&self) -> &Value;
    /// Most tokens of an answer, thoughts included.
    fn most_output(&self) -> u32;
    /// Reads an answer with the same eyes as a user's input.
    ///
    /// # Errors
    /// Says what is wrong with it, in words that help to do better.
    fn read(&self, answer: &str) -> Result<Self::Read, String>;
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Asker {
    /// A user's id, or that of a key.
    pub user: String,
    /// Whether they would rather wait for a model that is over its quota than be answered offline.
    pub waits: bool,
}

/// Who asks, when, and until when the model may take its time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct By<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) now: Time,
    pub(crate) deadline: Instant,
}

/// What asking has led to.
#[derive(Debug)]
pub(crate) enum Reply<T> {
    Read(T),
    /// There is no model, or it did not answer: why, if there is one.
    Nothing(Option<Lack>),
    /// It is over its quota, and the asker would rather wait.
    Waits,
}

/// Asks one model for all of a deployment.
pub(crate) struct Asking<S, K> {
    gemini: Gemini,
    secrets: Arc<K>,
    store: Arc<S>,
    /// Tokens that one user may use in a day (UTC).
    daily_tokens: u64,
    key: Mutex<Option<(Instant, Option<Arc<str>>)>>,
}

impl<S: KeepAiState, K: ReadSecrets> Asking<S, K> {
    /// When a question that comes now has to be answered.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.gemini.budget()
    }

    pub(crate) fn new(gemini: Gemini, secrets: Arc<K>, store: Arc<S>, daily_tokens: u64) -> Self {
        Self { gemini, secrets, store, daily_tokens, key: Mutex::default() }
    }

    /// Asks what there is to ask; whatever goes wrong with it, the caller goes on without.
    pub(crate) async fn ask<A: Ask>(&self, ask: &A, by: &By<'_>) -> Reply<A::Read> {
        let key = match self.key().await {
            Ok(Some(key)) => key,
            Ok(None) => return Reply::Nothing(None),
            Err(error) => return Reply::Nothing(Some(unknown(&error))),
        };
        let (instructions, prompt) = (ask.instructions(), ask.prompt());
        let kept = AnswerKey::of(&[self.gemini.model(), &instructions, &ask.schema().to_string(), &prompt]);
        if let Some(read) = self.kept(ask, &kept, by.now).await {
            return Reply::Read(read);
        }
        let breaker = match self.admitted(by).await {
            Ok(Ok(breaker)) => breaker,
            Ok(Err(Lack::Quota)) if by.asker.waits => return Reply::Waits,
            Ok(Err(lack)) => return Reply::Nothing(Some(lack)),
            Err(error) => return Reply::Nothing(Some(unknown(&error))),
        };
        let (outcome, tokens) = self.twice(ask, &key, &instructions, &prompt, by.deadline).await;
        self.learn(breaker, outcome.as_ref().err()).await;
        let why = outcome.as_ref().err().map(lack);
        let waits = why == Some(Lack::Quota) && by.asker.waits;
        // Who waits is answered later, and has used what there was to use.
        if !waits || tokens != Tokens::default() {
            self.note(by, why, tokens).await;
        }
        match outcome {
            Ok((answer, read)) => {
                told(self.store.keep_answer(&kept, &answer, by.now.plus(KEPT)).await);
                Reply::Read(read)
            }
            Err(_) if waits => Reply::Waits,
            Err(error) => Reply::Nothing(Some(lack(&error))),
        }
    }

    /// Whether there is no point in asking before the model is under its quota again.
    pub(crate) async fn is_over_quota(&self, now: Time) -> bool {
        let held = self.store.breaker().await;
        held.is_ok_and(|held| held.record.passage(now) == Passage::Shut(Lack::Quota))
    }

    async fn kept<A: Ask>(&self, ask: &A, key: &AnswerKey, now: Time) -> Option<A::Read> {
        let answer = self.store.answer(key, now).await.inspect_err(|error| {
            tracing::warn!(cause = %chain(error), "no answer that was kept is read");
        });
        ask.read(&answer.ok()??).ok()
    }

    /// The breaker that lets this request through, or why it does not pass.
    async fn admitted(&self, by: &By<'_>) -> Result<Result<Versioned<Breaker>, Lack>, StoreError> {
        let spent = self.store.uses(by.now.date(), Some(&by.asker.user)).await?;
        if spent.iter().map(|used| used.tokens.sum()).sum::<u64>() >= self.daily_tokens {
            return Ok(Err(Lack::Budget));
        }
        let held = self.store.breaker().await?;
        match held.record.passage(by.now) {
            Passage::Open => Ok(Ok(held)),
            Passage::Shut(lack) => Ok(Err(lack)),
            Passage::Probe(probing) => match self.store.put_breaker(held.version, &probing).await {
                Ok(()) => Ok(Ok(Versioned { version: held.version + 1, record: probing })),
                // Somebody else tries.
                Err(StoreError::Conflict) => Ok(Err(probing.lack.unwrap_or(Lack::Unavailable))),
                Err(error) => Err(error),
            },
        }
    }

    /// Asks, and asks again when there is an answer that cannot be used: told what is wrong with it.
    async fn twice<A: Ask>(
        &self,
        ask: &A,
        key: &str,
        instructions: &str,
        prompt: &str,
        deadline: Instant,
    ) -> (Result<(String, A::Read), AiError>, Tokens) {
        let once = async |instructions: &str, turns: &[Turn<'_>]| {
            let question = Question { instructions, turns, schema: Some(ask.schema()), max_output: ask.most_output() };
            let Answer { text, tokens } = self.gemini.ask(key, &question, deadline).await;
            let said = text.as_ref().ok().cloned();
            let read = text.and_then(|text| match ask.read(&text) {
                Ok(read) => Ok((text, read)),
                Err(fault) => Err(AiError::BadOutput(fault)),
            });
            (read, said, tokens)
        };
        let (first, said, used) = once(instructions, &[Turn::User(prompt)]).await;
        let fault = match first {
            Err(fault @ (AiError::BadOutput(_) | AiError::Refused(Refusal::Blocked))) => fault,
            settled => return (settled, used),
        };
        let complaint = format!("Your last answer is of no use: {fault}. Answer again, as you were told to.");
        let (second, _, more) = match &said {
            Some(said) => once(instructions, &[Turn::User(prompt), Turn::Model(said), Turn::User(&complaint)]).await,
            // There is nothing of its own to show it, and the prompt stays what somebody wrote.
            None => once(&format!("{instructions}\n{complaint}"), &[Turn::User(prompt)]).await,
        };
        // What the first answer lacked tells more than that there was no second one.
        (second.map_err(|error| if matches!(error, AiError::Unavailable { .. }) { fault } else { error }), used.plus(more))
    }

    /// Tells all others how the model fares. Should that fail, they find out by themselves.
    async fn learn(&self, mut held: Versioned<Breaker>, error: Option<&AiError>) {
        if matches!(error, Some(AiError::Refused(Refusal::Key))) {
            // Perhaps there is another one by now.
            *self.key.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        for _ in 0..2 {
            let next = match error {
                // It is there, whatever it says. What one question is refused for is nothing to others.
                None | Some(AiError::BadOutput(_) | AiError::Refused(Refusal::Blocked | Refusal::Request)) => {
                    held.record.answered()
                }
                Some(error) => Some(held.record.failed(Time::now(), lack(error), rest(error))),
            };
            let Some(next) = next else { return };
            match self.store.put_breaker(held.version, &next).await {
                // Another request has told of itself: this one counts beside it.
                Err(StoreError::Conflict) => match self.store.breaker().await {
                    Ok(newer) => held = newer,
                    Err(error) => return told(Err(error)),
                },
                outcome => return told(outcome),
            }
        }
    }

    async fn note(&self, by: &By<'_>, lack: Option<Lack>, tokens: Tokens) {
        let source = if lack.is_none() { Source::Gemini } else { Source::Offline };
        let used = Use { user: by.asker.user.clone(), source, lack, tokens };
        tracing::info!(
            ai.source = ?source,
            ai.lack = ?lack,
            ai.input_tokens = tokens.input,
            ai.output_tokens = tokens.output,
            "model asked"
        );
        told(self.store.note_use(by.now.date(), world::fresh_id(), &used).await);
    }

    /// The key to the model, if the deployment has one.
    async fn key(&self) -> Result<Option<Arc<str>>, StoreError> {
        let known = self.key.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, key)) = known
            && at.elapsed() < if key.is_some() { KEY_KEPT } else { NO_KEY_KEPT }
        {
            return Ok(key);
        }
        let key: Option<Arc<str>> = self.secrets.gemini_key().await?.map(Into::into);
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), key.clone()));
        Ok(key)
    }
}

/// What an error means for who asked.
const fn lack(error: &AiError) -> Lack {
    match error {
        AiError::RateLimited { .. } => Lack::Quota,
        AiError::Refused(Refusal::Blocked) => Lack::Refused,
        AiError::Refused(Refusal::Key | Refusal::Request) => Lack::Misconfigured,
        AiError::BadOutput(_) => Lack::Unusable,
        AiError::Unavailable { .. } => Lack::Unavailable,
    }
}

/// For how many seconds it wants to be left alone.
fn rest(error: &AiError) -> Option<u64> {
    match error {
        AiError::RateLimited { after } | AiError::Unavailable { after } => after.map(|after| after.as_secs_f64().ceil() as u64),
        _ => None,
    }
}

/// Without its state nothing is asked: nobody knows what that would cost.
fn unknown(error: &StoreError) -> Lack {
    tracing::warn!(cause = %chain(error), "the model is not asked");
    Lack::Unavailable
}

/// What could not be noted is missing, and the answer is there all the same.
fn told(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        tracing::warn!(cause = %chain(&error), "what the model did is not noted");
    }
}
