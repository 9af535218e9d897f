//! How a model is asked, whatever for: only while there is a key, a budget and hope, and once more when its answer is of no
//! use. What it answers to the same question is kept for a day.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crm_domain::ai::{AnswerKey, Breaker, Lack, Passage, Source, Tokens, Use};
use crm_domain::ports::{KeepAiState, ReadSecrets, StoreError, Versioned};
use crm_domain::time::{DAY, Time};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

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
    pub(crate) fn new(gemini: Gemini, secrets: Arc<K>, store: Arc<S>, daily_tokens: u64) -> Self {
        Self { gemini, secrets, store, daily_tokens, key: Mutex::default() }
    }

    pub(crate) async fn ask<A: Ask>(&self, ask: &A, asker: &Asker, now: Time) -> Result<Reply<A::Read>, StoreError> {
        let Some(key) = self.key().await? else { return Ok(Reply::Nothing(None)) };
        let (instructions, prompt) = (ask.instructions(), ask.prompt());
        let kept = AnswerKey::of(&[self.gemini.model(), &instructions, &ask.schema().to_string(), &prompt]);
        if let Some(answer) = self.store.answer(&kept, now).await?
            && let Ok(read) = ask.read(&answer)
        {
            self.note(asker, now, Source::Gemini, true, None, Tokens::default()).await?;
            return Ok(Reply::Read(read));
        }
        let (outcome, tokens) = match self.admitted(asker, now).await? {
            Err(lack) => (Err(lack), Tokens::default()),
            Ok(breaker) => {
                let (outcome, tokens) = self.twice(ask, &key, &instructions, &prompt).await;
                self.learn(breaker, &outcome).await;
                (outcome.map_err(|error| lack(&error)), tokens)
            }
        };
        let why = outcome.as_ref().err().copied();
        if why == Some(Lack::Quota) && asker.waits {
            return Ok(Reply::Waits);
        }
        self.note(asker, now, if why.is_none() { Source::Gemini } else { Source::Offline }, false, why, tokens).await?;
        match outcome {
            Ok((answer, read)) => {
                self.store.keep_answer(&kept, &answer, now.plus(KEPT)).await?;
                Ok(Reply::Read(read))
            }
            Err(lack) => Ok(Reply::Nothing(Some(lack))),
        }
    }

    /// The breaker that lets this request through, or why it does not pass.
    async fn admitted(&self, asker: &Asker, now: Time) -> Result<Result<Versioned<Breaker>, Lack>, StoreError> {
        let spent = self.store.uses(now.date(), Some(&asker.user)).await?;
        if spent.iter().map(|used| used.tokens.sum()).sum::<u64>() >= self.daily_tokens {
            return Ok(Err(Lack::Budget));
        }
        let held = self.store.breaker().await?;
        match held.record.passage(now) {
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
    ) -> (Result<(String, A::Read), AiError>, Tokens) {
        let deadline = Instant::now() + self.gemini.budget();
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
        (second.map_err(|error| if matches!(error, AiError::Unavailable) { fault } else { error }), used.plus(more))
    }

    /// Tells all others how the model fares. Should that fail, they find out by themselves.
    async fn learn<T>(&self, held: Versioned<Breaker>, outcome: &Result<T, AiError>) {
        let next = match outcome {
            Ok(_) | Err(AiError::BadOutput(_) | AiError::Refused(Refusal::Blocked)) => held.record.answered(),
            Err(error) => {
                let after = match error {
                    AiError::RateLimited { after } => after.map(|after| after.as_secs().max(1)),
                    _ => None,
                };
                Some(held.record.failed(Time::now(), lack(error), after))
            }
        };
        if let Some(next) = next
            && let Err(error) = self.store.put_breaker(held.version, &next).await
            // A conflict: another request has told something newer.
            && !matches!(error, StoreError::Conflict)
        {
            tracing::warn!(cause = %error, "the state of the model is not noted");
        }
    }

    async fn note(
        &self,
        asker: &Asker,
        now: Time,
        source: Source,
        cached: bool,
        lack: Option<Lack>,
        tokens: Tokens,
    ) -> Result<(), StoreError> {
        let used = Use { user: asker.user.clone(), source, cached, lack, tokens };
        tracing::info!(
            ai.source = ?source,
            ai.cached = cached,
            ai.lack = ?lack,
            ai.input_tokens = tokens.input,
            ai.output_tokens = tokens.output,
            "model asked"
        );
        self.store.note_use(now.date(), Uuid::now_v7(), &used).await
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
        AiError::Unavailable => Lack::Unavailable,
    }
}
