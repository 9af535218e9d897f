//! The assistant: each kind of question is put to the model, where there is one, and else to the offline engine.
//!
//! It proposes. It reads the store and writes nothing to it but what asking needs (`asking`).

mod messages;
mod people;
mod rules;
mod suggestion;
mod summary;

use std::collections::BTreeSet;
use std::sync::Arc;

use crm_domain::ai::{Answer, Content, Lack, Question, Refusal, Source};
use crm_domain::names::Name;
use crm_domain::ports::{
    KeepAiState, KeepCampaigns, KeepNames, KeepReports, KeepSegments, ReadCustomers, ReadMemberships, ReadSecrets, ScanCustomers,
    StoreError,
};
use crm_domain::segment::Segments;
use crm_domain::time::Time;
use crm_words::Vocabulary;
use serde_json::Value;

use crate::asking::{Ask, Asker, Asking, By, Reply};
use crate::gemini::Gemini;
use crate::schema::with_attributes;
use crate::settings::Settings;
use crate::vocabulary;

/// Most keys of attributes that a schema names.
const ATTRIBUTES: usize = 100;

/// The storage that answering needs.
pub trait Store:
    KeepAiState + KeepNames + KeepSegments + ReadMemberships + ReadCustomers + ScanCustomers + KeepCampaigns + KeepReports
{
}
impl<S> Store for S where
    S: KeepAiState + KeepNames + KeepSegments + ReadMemberships + ReadCustomers + ScanCustomers + KeepCampaigns + KeepReports
{
}

/// Answers questions.
pub struct Assistant<S, K> {
    store: Arc<S>,
    asking: Asking<S, K>,
    settings: Settings,
}

/// What came of one kind of question.
struct Told<T> {
    read: T,
    source: Source,
    lack: Option<Lack>,
}

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    #[must_use]
    pub fn new(gemini: Gemini, secrets: Arc<K>, store: Arc<S>, settings: Settings) -> Self {
        let asking = Asking::new(gemini, secrets, store.clone(), settings.daily_tokens);
        Self { store, asking, settings }
    }

    /// Answers a question that is asked `now`.
    ///
    /// # Errors
    /// Says why there is no answer.
    pub async fn answer(&self, question: &Question, asker: &Asker, now: Time) -> Result<Answer, Refusal> {
        // All that an answer rests on is read in the same time.
        let by = By { asker, now, deadline: self.asking.deadline() };
        if asker.waits && self.asking.is_over_quota(now).await {
            return Err(Refusal::Waits);
        }
        let answered = match question {
            Question::Rules { prompt } => self.rules(prompt, &by).await?.into_answer(Content::Rules),
            Question::Messages(brief) => self.messages(brief, &by).await?.into_answer(Content::Messages),
            Question::Summary { campaign_id } => self.summary(*campaign_id, &by).await?.into_answer(Content::Summary),
            Question::Suggestion { objective } => {
                self.suggestion(objective, &by).await?.into_answer(|read| Content::Suggestion(Box::new(read)))
            }
        };
        tracing::info!(ai.kind = question.kind(), ai.source = ?answered.source, ai.lack = ?answered.lack, "question answered");
        Ok(answered)
    }

    /// The model's reading, or the offline engine's.
    async fn told<A: Ask>(
        &self,
        ask: &A,
        by: &By<'_>,
        offline: impl FnOnce() -> Result<A::Read, Refusal>,
    ) -> Result<Told<A::Read>, Refusal> {
        match self.asking.ask(ask, by).await {
            Reply::Read(read) => Ok(Told { read, source: Source::Gemini, lack: None }),
            Reply::Waits => Err(Refusal::Waits),
            Reply::Nothing(lack) => Ok(Told { read: offline()?, source: Source::Offline, lack }),
        }
    }

    /// What this CRM has names for.
    async fn known(&self, now: Time) -> Result<Known, StoreError> {
        let names = self.store.names(now).await?;
        let segments = self.store.all_segments().await?;
        let mut told = vocabulary::names_in_words(&names);
        told.push_str(&vocabulary::segments_in_words(&segments));
        let keys = names.iter().filter_map(|name| match name {
            Name::TextAttribute(key) | Name::NumberAttribute(key) | Name::FlagAttribute(key) => Some(key.clone()),
            Name::Tag(_) | Name::City(_) | Name::Country(_) | Name::Product(_) => None,
        });
        let attributes: Vec<String> = keys.collect::<BTreeSet<_>>().into_iter().collect();
        let by_name = segments.all.iter().map(|held| (held.record.name.clone(), held.record.id));
        let currency = self.settings.currency.clone();
        let vocabulary = vocabulary::vocabulary(now.date(), currency, names, by_name);
        Ok(Known { vocabulary, told, attributes, segments })
    }
}

/// What this CRM has names for: for the grammar, for a model, and the segments that rules may name.
struct Known {
    vocabulary: Vocabulary,
    told: String,
    attributes: Vec<String>,
    segments: Arc<Segments>,
}

impl Known {
    /// A schema that knows this CRM's attributes and no others, unless there are too many to name them.
    fn schema(&self, schema: &Value) -> Value {
        if self.attributes.len() > ATTRIBUTES { schema.clone() } else { with_attributes(schema, &self.attributes) }
    }
}

impl<T> Told<T> {
    fn into_answer(self, content: impl FnOnce(T) -> Content) -> Answer {
        Answer { content: content(self.read), source: self.source, lack: self.lack }
    }
}
