//! Gemini's `generateContent` (v1beta): one question, one answer, within a deadline.
//!
//! It asks again where that may help (429, 5xx, no answer) and there is time left, and says in the words of [`AiError`]
//! what came of it. What the text of an answer means is left to others. Neither questions nor answers are logged, only
//! their sizes.
//! <https://ai.google.dev/api/generate-content>

mod configuration;
mod outcome;
mod transport;
mod wire;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crm_domain::ai::Tokens;
use crm_domain::did;
use crm_domain::world;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Url};
use serde_json::Value;
use tokio::time::Instant;

use crate::{AiError, Refusal};
pub use configuration::{BadConfiguration, Configuration, Patience};
use outcome::Outcome;

/// Attempts at one question at most, whatever time there is.
const MOST_ATTEMPTS: u32 = 6;
/// Attempts without any answer after which it is left.
const MOST_SILENCES: u32 = 2;
/// By how many doublings pauses grow at most.
const MOST_DOUBLINGS: u32 = 5;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What the model is told apart from, and above, what people wrote.
    pub instructions: &'a str,
    /// What was said so far, the user's text last. Roles take turns, and the user begins.
    pub turns: &'a [Turn<'a>],
    /// The JSON Schema of the answer, within what `responseJsonSchema` knows. Without one the answer is plain text.
    pub schema: Option<&'a Value>,
    /// The most tokens that it may use for thinking and answering together.
    pub max_output: u32,
}

/// Something that was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn<'a> {
    /// By whoever asks.
    User(&'a str),
    /// By the model, when it was asked before.
    Model(&'a str),
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text of the answer, without a code fence around it. It is never empty, and nothing else of it is checked.
    pub text: Result<String, AiError>,
    /// What all attempts used, as far as the model said so; also those whose answer cannot be used.
    pub tokens: Tokens,
}

/// The service, and which of its models is asked.
pub struct Gemini {
    /// Made by the first question: it reads all root certificates, which a function that starts has no time for.
    client: OnceLock<Client>,
    url: Url,
    model: String,
    budget: Duration,
    patience: Patience,
    /// Whether the model said that it cannot be told how much to think. Remembered while the process lives.
    thinks_as_it_likes: AtomicBool,
}

impl Gemini {
    /// Reads `GEMINI_BASE_URL`, `GEMINI_MODEL`, `GEMINI_BUDGET_MS` and `STAGE`.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env() -> Result<Self, BadConfiguration> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let configuration = Configuration::read(&variable)?;
        Self::new(configuration, variable("STAGE").as_deref() == Some("local"))
    }

    /// Only `https` is called; in development also `http` on this machine.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(configuration: Configuration, development: bool) -> Result<Self, BadConfiguration> {
        let url = configuration.endpoint(development)?;
        let Configuration { model, budget, patience, .. } = configuration;
        Ok(Self { client: OnceLock::new(), url, model, budget, patience, thinks_as_it_likes: AtomicBool::new(false) })
    }

    /// The name of the model, which answers are kept under.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// How long one request of ours may take with the model in all, repairs included.
    #[must_use]
    pub const fn budget(&self) -> Duration {
        self.budget
    }

    /// Asks, and asks again while that may help and an attempt still fits before the `deadline`.
    pub async fn ask(&self, key: &str, question: &Question<'_>, deadline: Instant) -> Answer {
        let mut tokens = Tokens::default();
        let text = match transport::key(key) {
            Some(key) => self.ask_with(&key, question, deadline, &mut tokens).await,
            None => Err(AiError::Refused(Refusal::Key)),
        };
        Answer { text, tokens }
    }

    async fn ask_with(
        &self,
        key: &HeaderValue,
        question: &Question<'_>,
        deadline: Instant,
        tokens: &mut Tokens,
    ) -> Result<String, AiError> {
        let (mut attempts, mut silences, mut pause) = (0, 0, Duration::ZERO);
        let mut error = AiError::Unavailable { after: None };
        while self.fits_after(pause, deadline).await {
            let thinking = !self.thinks_as_it_likes.load(Ordering::Relaxed);
            attempts += 1;
            let outcome = self.attempt(key, question, thinking, deadline, attempts).await;
            *tokens = tokens.plus(outcome.tokens());
            let asked = match outcome {
                Outcome::Answered { text, .. } => return text,
                Outcome::NoSuchThinking if thinking => {
                    self.thinks_as_it_likes.store(true, Ordering::Relaxed);
                    pause = Duration::ZERO;
                    continue;
                }
                Outcome::NoSuchThinking => return Err(AiError::Refused(Refusal::Request)),
                Outcome::OverQuota { after } => {
                    error = AiError::RateLimited { after };
                    after
                }
                Outcome::Failing { after } => {
                    error = AiError::Unavailable { after };
                    after
                }
                Outcome::Silent => {
                    silences += 1;
                    error = AiError::Unavailable { after: None };
                    None
                }
            };
            if attempts >= MOST_ATTEMPTS || silences >= MOST_SILENCES {
                break;
            }
            pause = asked.map_or_else(|| self.pause(attempts - 1), |asked| asked + self.pause(0));
        }
        Err(error)
    }

    async fn attempt(
        &self,
        key: &HeaderValue,
        question: &Question<'_>,
        thinking: bool,
        deadline: Instant,
        number: u32,
    ) -> Outcome {
        let began = Instant::now();
        let Ok(body) = serde_json::to_vec(&wire::Request::new(question, thinking)) else {
            return Outcome::refused(Refusal::Request);
        };
        let sent = body.len();
        let exchange = async {
            let client = transport::once(&self.client)?;
            let left = deadline.saturating_duration_since(Instant::now());
            let request = client
                .post(self.url.clone())
                .header(CONTENT_TYPE, "application/json")
                .header("x-goog-api-key", key.clone())
                .body(body)
                .timeout(self.patience.attempt.min(left));
            transport::call(request).await
        };
        let (status, received, outcome) = match exchange.await {
            Ok(reply) => (reply.status, reply.body.as_ref().map(Vec::len), outcome::of(&reply)),
            Err(cause) => {
                tracing::debug!(ai.cause = %cause, "no answer from the model");
                (0, None, Outcome::Silent)
            }
        };
        let tokens = outcome.tokens();
        if matches!(outcome, Outcome::Answered { text: Ok(_), .. }) {
            did!(ai.answered = 1);
        } else {
            did!(ai.failed = 1);
        }
        tracing::info!(
            ai.model = self.model,
            ai.attempt = number,
            ai.status = status,
            ai.outcome = outcome.word(),
            ai.millis = began.elapsed().as_millis() as u64,
            ai.sent_bytes = sent,
            ai.received_bytes = received,
            ai.input_tokens = tokens.input,
            ai.output_tokens = tokens.output,
            "asked the model"
        );
        outcome
    }

    /// Pauses, unless that leaves no time for an attempt before the `deadline`; whether there still is some afterwards, since
    /// a pause may take longer than was asked for.
    async fn fits_after(&self, pause: Duration, deadline: Instant) -> bool {
        let begins = Instant::now() + pause;
        if begins + self.patience.shortest <= deadline {
            tokio::time::sleep_until(begins).await;
        }
        Instant::now().max(begins) + self.patience.shortest <= deadline
    }

    /// Anything up to twice as much each time, so that those who were turned away together do not return together.
    fn pause(&self, round: u32) -> Duration {
        self.patience.pause.saturating_mul(1 << round.min(MOST_DOUBLINGS)).mul_f64(world::fraction())
    }
}

#[cfg(test)]
mod tests;
