//! What things are called, in one partition of the App table: an item per name, written at most once a month.
//!
//! An environment reads the partition once a day and remembers it, so that whoever notes what is known writes nothing and asks
//! nobody. Items expire; those that `DynamoDB` has not deleted yet are known by their time.

use std::sync::{MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::names::{self, Name, Names};
use crm_domain::ports::{KeepNames, StoreError};
use crm_domain::time::{SECOND, Time};
use jiff::civil::Date;
use serde::Deserialize;

use crate::dynamo::Dynamo;
use crate::error::corrupt;
use crate::items::{Item, key, until};

const PARTITION: &str = "names";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NameRecord {
    #[serde(flatten)]
    name: Name,
    expires_at: i64,
}

impl KeepNames for Dynamo {
    async fn names(&self, now: Time) -> Result<Vec<Name>, StoreError> {
        Ok(self.kept_names().await?.all(now))
    }

    async fn note_names(&self, names: &[Name], now: Time) -> Result<(), StoreError> {
        if names.is_empty() {
            return Ok(());
        }
        if self.known_names().as_ref().is_none_or(|(read, _)| *read != now.date()) {
            let kept = self.kept_names().await?;
            *self.known_names() = Some((now.date(), kept));
        }
        let unnoted = self.known_names().as_ref().map(|(_, known)| known.unnoted(names, now)).unwrap_or_default();
        if unnoted.is_empty() {
            return Ok(());
        }
        let until = names::expires_at(now);
        self.put_all(&self.app, unnoted.iter().map(|name| name_item(name, until)).collect()).await?;
        if let Some((_, known)) = &mut *self.known_names() {
            for name in unnoted {
                known.keep(name, until);
            }
        }
        Ok(())
    }
}

impl Dynamo {
    fn known_names(&self) -> MutexGuard<'_, Option<(Date, Names)>> {
        self.known_names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn kept_names(&self) -> Result<Names, StoreError> {
        let mut names = Names::default();
        for item in self.app_partition(PARTITION.to_owned(), None, false).await? {
            let (name, until) = read_name(item)?;
            names.keep(name, until);
        }
        Ok(names)
    }
}

fn name_item(name: &Name, expires: Time) -> Item {
    let mut item = key([("pk", PARTITION.to_owned()), ("sk", name.key())]);
    item.insert("kind".to_owned(), AttributeValue::S(name.kind().to_owned()));
    item.insert("name".to_owned(), AttributeValue::S(name.text().to_owned()));
    item.insert("expiresAt".to_owned(), until(expires));
    item
}

fn read_name(item: Item) -> Result<(Name, Time), StoreError> {
    let record: NameRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    Ok((record.name, Time::from_micros(record.expires_at.saturating_mul(SECOND))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter;

    #[test]
    fn names_survive_storage_and_take_a_write_unit_each() {
        let until = names::expires_at(Time::parse("2026-11-25T10:00:00.5Z").unwrap());
        let text = || "\u{1f6d2}".repeat(names::MAX_LENGTH);
        for name in [
            Name::Tag(text()),
            Name::City("Pune".into()),
            Name::Country("IN".into()),
            Name::TextAttribute("favouriteDrink".into()),
            Name::NumberAttribute("n".into()),
            Name::FlagAttribute("club".into()),
            Name::Product(text()),
        ] {
            let item = name_item(&name, until);
            assert!(meter::item_size(&item) < 1_024, "{name:?}");
            assert_eq!(read_name(item).unwrap(), (name, until));
        }
    }
}
