//! What is remembered of the model, in the App table: answers for a while, what each attempt used, and the breaker.

use crm_domain::ai::{AnswerKey, Breaker, MAX_KEPT, USE_KEPT, Use};
use crm_domain::ports::{KeepAiState, StoreError, Versioned};
use crm_domain::time::{SECOND, Time};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, key, read_row, row, until};

/// The sort key of an answer: each has a partition of its own.
const ANSWER: &str = "answer";
/// Partition and sort key of the breaker.
const BREAKER: [&str; 2] = ["ai#breaker", "breaker"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerRecord {
    text: String,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct UseRecord {
    pk: String,
    /// The user, then the attempt.
    sk: String,
    #[serde(flatten)]
    used: Use,
}

impl KeepAiState for Dynamo {
    async fn answer(&self, key: &AnswerKey, now: Time) -> Result<Option<String>, StoreError> {
        let found = self.app_item(&answer_partition(key), ANSWER).await?;
        Ok(found.map(read_answer).transpose()?.filter(|(_, until)| *until > now).map(|(text, _)| text))
    }

    async fn keep_answer(&self, key: &AnswerKey, answer: &str, until: Time) -> Result<(), StoreError> {
        if answer.len() > MAX_KEPT {
            return Ok(());
        }
        let put = self.client.put_item().table_name(&self.app).set_item(Some(answer_item(key, answer, until)));
        put.send().await.map(|_| ()).map_err(store_error)
    }

    async fn note_use(&self, day: Date, attempt: Uuid, used: &Use) -> Result<(), StoreError> {
        self.put_new(use_item(day, attempt, used)?, "attribute_not_exists(pk)").await
    }

    async fn uses(&self, day: Date, user: Option<&str>) -> Result<Vec<Use>, StoreError> {
        let items = self.app_partition(use_partition(day), user.map(|user| format!("{user}#")), true).await?;
        items.into_iter().map(read_use).collect()
    }

    async fn breaker(&self) -> Result<Versioned<Breaker>, StoreError> {
        let found = self.app_item(BREAKER[0], BREAKER[1]).await?;
        found.map_or(Ok(Versioned { version: 0, record: Breaker::default() }), read_row)
    }

    async fn put_breaker(&self, version: u64, breaker: &Breaker) -> Result<(), StoreError> {
        self.put_versioned(&self.app, row(BREAKER[0], BREAKER[1], version + 1, breaker)?, version).await
    }
}

fn answer_partition(key: &AnswerKey) -> String {
    format!("ai#answer#{}", key.as_str())
}

fn answer_item(question: &AnswerKey, answer: &str, expires: Time) -> Item {
    let mut item = key([("pk", answer_partition(question)), ("sk", ANSWER.to_owned()), ("text", answer.to_owned())]);
    item.insert("expiresAt".to_owned(), until(expires));
    item
}

fn read_answer(item: Item) -> Result<(String, Time), StoreError> {
    let record: AnswerRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    Ok((record.text, Time::from_micros(record.expires_at.saturating_mul(SECOND))))
}

fn use_partition(day: Date) -> String {
    format!("ai#use#{day}")
}

fn use_item(day: Date, attempt: Uuid, used: &Use) -> Result<Item, StoreError> {
    let record = UseRecord { pk: use_partition(day), sk: format!("{}#{attempt}", used.user), used: used.clone() };
    let mut item: Item = serde_dynamo::to_item(record).map_err(corrupt)?;
    item.insert("expiresAt".to_owned(), until(Time::start_of(day).plus(USE_KEPT)));
    Ok(item)
}

fn read_use(item: Item) -> Result<Use, StoreError> {
    serde_dynamo::from_item(item).map(|record: UseRecord| record.used).map_err(corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter;
    use aws_sdk_dynamodb::types::AttributeValue;
    use crm_domain::ai::{Lack, Source, Tokens};

    #[test]
    fn answers_survive_storage() {
        let (question, until) = (AnswerKey::of(&["a", "b"]), Time::parse("2026-11-25T10:00:00Z").unwrap());
        let longest = "x".repeat(MAX_KEPT);
        let item = answer_item(&question, &longest, until);
        assert!(meter::item_size(&item) < 400_000, "DynamoDB takes 400 KB");
        assert_eq!(read_answer(item).unwrap(), (longest, until));
    }

    #[test]
    fn uses_survive_storage_under_the_day_and_the_user() {
        let day = jiff::civil::date(2026, 11, 25);
        let (attempt, tokens) = (Uuid::now_v7(), Tokens { input: 1_234, output: 56 });
        for (source, lack) in [(Source::Gemini, None), (Source::Offline, Some(Lack::Quota))] {
            let used = Use { user: "keys/7".into(), source, lack, tokens };
            let item = use_item(day, attempt, &used).unwrap();
            assert_eq!(item.get("pk"), Some(&AttributeValue::S("ai#use#2026-11-25".into())));
            assert_eq!(item.get("sk"), Some(&AttributeValue::S(format!("keys/7#{attempt}"))));
            assert_eq!(item.get("expiresAt"), Some(&until(Time::parse("2027-03-05").unwrap())));
            assert!(meter::item_size(&item) < 1_024, "one write unit");
            assert_eq!(read_use(item).unwrap(), used);
        }
    }

    #[test]
    fn the_breaker_survives_storage() {
        let mut breaker = Breaker::default();
        for lack in [Lack::Unavailable, Lack::Quota] {
            let item = row(BREAKER[0], BREAKER[1], 3, &breaker).unwrap();
            assert_eq!(read_row::<Breaker>(item).unwrap(), Versioned { version: 3, record: breaker });
            breaker = breaker.failed(Time::from_micros(SECOND), lack, None);
        }
    }
}
