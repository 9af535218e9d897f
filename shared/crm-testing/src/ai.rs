//! What is remembered of a model, requests that wait for it, and names, in memory.

use std::collections::BTreeMap;

use crm_domain::ai::{AnswerKey, Breaker, MAX_KEPT, Outcome, Use, Waiting};
use crm_domain::names::{Name, Names, expires_at};
use crm_domain::ports::{KeepAiState, KeepNames, KeepWaiting, StoreError, Versioned};
use crm_domain::time::Time;
use jiff::civil::Date;
use uuid::Uuid;

use crate::memory::Memory;
use crate::reports::wrote;

/// What [`Memory`] keeps for whoever asks a model.
#[derive(Default)]
pub(crate) struct Remembered {
    answers: BTreeMap<AnswerKey, (String, Time)>,
    uses: BTreeMap<(Date, Uuid), Use>,
    breaker: Option<Versioned<Breaker>>,
    waiting: BTreeMap<Uuid, Waiting>,
    names: Names,
    /// Names that were written.
    noted: usize,
    /// Whether nothing of what asking needs can be read or written.
    lost: bool,
    /// Whether names cannot be read.
    names_lost: bool,
}

impl Memory {
    /// How often a name was written.
    pub fn names_noted(&self) -> usize {
        self.remembered().noted
    }

    /// Loses what asking a model rests on, for as long as this is `true`.
    pub fn lose_asking(&self, lost: bool) {
        self.remembered().lost = lost;
    }

    /// Loses the names of things, for as long as this is `true`.
    pub fn lose_names(&self, lost: bool) {
        self.remembered().names_lost = lost;
    }

    async fn asking(&self) -> Result<(), StoreError> {
        self.step().await?;
        if self.remembered().lost { Err(StoreError::Throttled) } else { Ok(()) }
    }
}

impl KeepAiState for Memory {
    async fn answer(&self, key: &AnswerKey, now: Time) -> Result<Option<String>, StoreError> {
        self.asking().await?;
        let kept = self.remembered().answers.get(key).cloned();
        Ok(kept.filter(|(_, until)| *until > now).map(|(answer, _)| answer))
    }

    async fn keep_answer(&self, key: &AnswerKey, answer: &str, until: Time) -> Result<(), StoreError> {
        self.asking().await?;
        if answer.len() <= MAX_KEPT {
            wrote(&answer);
            self.remembered().answers.insert(key.clone(), (answer.to_owned(), until));
        }
        Ok(())
    }

    async fn note_use(&self, day: Date, attempt: Uuid, used: &Use) -> Result<(), StoreError> {
        self.asking().await?;
        wrote(used);
        self.remembered().uses.entry((day, attempt)).or_insert_with(|| used.clone());
        Ok(())
    }

    async fn uses(&self, day: Date, user: Option<&str>) -> Result<Vec<Use>, StoreError> {
        self.asking().await?;
        let remembered = self.remembered();
        let of_day = remembered.uses.iter().filter(|((noted, _), _)| *noted == day).map(|(_, used)| used);
        Ok(of_day.filter(|used| user.is_none_or(|user| used.user == user)).cloned().collect())
    }

    async fn breaker(&self) -> Result<Versioned<Breaker>, StoreError> {
        self.asking().await?;
        let stored = self.remembered().breaker.clone();
        Ok(stored.unwrap_or_else(|| Versioned { version: 0, record: Breaker::default() }))
    }

    async fn put_breaker(&self, version: u64, breaker: &Breaker) -> Result<(), StoreError> {
        self.asking().await?;
        wrote(breaker);
        let mut remembered = self.remembered();
        if remembered.breaker.as_ref().map_or(0, |held| held.version) != version {
            return Err(StoreError::Conflict);
        }
        remembered.breaker = Some(Versioned { version: version + 1, record: *breaker });
        Ok(())
    }
}

impl KeepWaiting for Memory {
    async fn put_waiting(&self, waiting: &Waiting) -> Result<(), StoreError> {
        self.step().await?;
        wrote(waiting);
        self.remembered().waiting.entry(waiting.id).or_insert_with(|| waiting.clone());
        Ok(())
    }

    async fn waiting(&self, id: Uuid, now: Time) -> Result<Option<Waiting>, StoreError> {
        self.step().await?;
        let kept = self.remembered().waiting.get(&id).cloned();
        Ok(kept.filter(|waiting| waiting.expires_at() > now))
    }

    async fn finish_waiting(&self, waiting: &Waiting) -> Result<(), StoreError> {
        self.step().await?;
        if !waiting.outcome.as_ref().is_none_or(Outcome::fits) {
            return Err(StoreError::Unavailable("the outcome is too large".into()));
        }
        wrote(waiting);
        {
            let mut remembered = self.remembered();
            let held = remembered.waiting.entry(waiting.id).or_insert_with(|| waiting.clone());
            if held.outcome.is_none() {
                *held = waiting.clone();
            }
        }
        // Noted, but nobody hears of it.
        self.step().await
    }
}

impl KeepNames for Memory {
    async fn names(&self, now: Time) -> Result<Vec<Name>, StoreError> {
        self.step().await?;
        let remembered = self.remembered();
        if remembered.names_lost { Err(StoreError::Unavailable("no answer".into())) } else { Ok(remembered.names.all(now)) }
    }

    async fn note_names(&self, names: &[Name], now: Time) -> Result<(), StoreError> {
        self.step().await?;
        let mut remembered = self.remembered();
        for name in remembered.names.unnoted(names, now) {
            wrote(&name);
            remembered.noted += 1;
            remembered.names.keep(name, expires_at(now));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::ai::{Lack, Source, Tokens, WAITING_KEPT};
    use crm_domain::time::SECOND;
    use serde_json::json;

    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_micros(seconds * SECOND)
    }

    #[tokio::test]
    async fn an_answer_is_there_until_its_time_is_over() {
        let memory = Memory::default();
        let key = AnswerKey::of(&["a"]);
        memory.keep_answer(&key, "rules", at(10)).await.unwrap();
        assert_eq!(memory.answer(&key, at(9)).await.unwrap().as_deref(), Some("rules"));
        assert_eq!(memory.answer(&key, at(10)).await.unwrap(), None);
        let long = "x".repeat(MAX_KEPT + 1);
        memory.keep_answer(&key, &long, at(99)).await.unwrap();
        assert_eq!(memory.answer(&key, at(10)).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_attempt_counts_once_and_to_its_user_and_day() {
        let memory = Memory::default();
        let (day, attempt) = (at(0).date(), Uuid::now_v7());
        let used =
            |user: &str| Use { user: user.into(), source: Source::Gemini, lack: None, tokens: Tokens { input: 1, output: 2 } };
        memory.note_use(day, attempt, &used("a")).await.unwrap();
        memory.note_use(day, attempt, &used("a")).await.unwrap();
        memory.note_use(day, Uuid::now_v7(), &used("b")).await.unwrap();
        assert_eq!(memory.uses(day, None).await.unwrap().len(), 2);
        assert_eq!(memory.uses(day, Some("a")).await.unwrap(), [used("a")]);
        assert_eq!(memory.uses(at(86_400).date(), None).await.unwrap(), []);
    }

    #[tokio::test]
    async fn of_two_who_change_the_breaker_one_is_told() {
        let memory = Memory::default();
        let breaker = memory.breaker().await.unwrap();
        assert_eq!(breaker.version, 0);
        memory.put_breaker(0, &breaker.record.failed(at(0), Lack::Unavailable, None)).await.unwrap();
        assert!(matches!(memory.put_breaker(0, &breaker.record).await, Err(StoreError::Conflict)));
        assert_eq!(memory.breaker().await.unwrap().record.failures, 1);
    }

    #[tokio::test]
    async fn the_first_outcome_of_a_request_stays_until_it_is_forgotten() {
        let memory = Memory::default();
        let asked = Waiting { id: Uuid::now_v7(), user: "a".into(), asked_at: at(0), outcome: None };
        let of = |status| Waiting { outcome: Some(Outcome { status, body: json!({}) }), ..asked.clone() };
        memory.put_waiting(&asked).await.unwrap();
        for status in [200, 502] {
            memory.finish_waiting(&of(status)).await.unwrap();
        }
        // Queued twice.
        memory.put_waiting(&asked).await.unwrap();
        let end = at(0).plus(WAITING_KEPT);
        assert_eq!(memory.waiting(asked.id, end.plus(-1)).await.unwrap(), Some(of(200)));
        assert_eq!(memory.waiting(asked.id, end).await.unwrap(), None);
        let body = json!("x".repeat(MAX_KEPT));
        let large = Waiting { outcome: Some(Outcome { status: 200, body }), ..asked };
        assert!(memory.finish_waiting(&large).await.is_err());
    }
}
