//! The suppression list, in a table of its own: it outlives the customers, so no erasure may touch it.
//!
//! Beside the entries there is one item with the fingerprint of the key with which addresses are hashed.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use crm_domain::audit::AuditEntry;
use crm_domain::customer::Channel;
use crm_domain::ports::{KeepSuppressions, Page, ReadSuppressions, StoreError};
use crm_domain::suppression::{AddressHash, Entry, Note, Suppression, SuppressionFilter, SuppressionReason};
use crm_domain::time::Time;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::batch::pause;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, held, key, number, text};
use crate::partition::Partition;
use crate::transaction::put_at;

/// Lists what stands, by channel and reason: of a list, these are the partitions.
const INDEX: &str = "byTime";
/// Entries written side by side.
const CONCURRENCY: usize = 16;
/// Partitions read side by side.
const LISTS: usize = 6;
/// Times that an entry is read again because somebody else was faster.
const ROUNDS: u32 = 10;
/// The item with the fingerprint; no hash looks like this.
const KEY_ITEM: &str = "key";

impl ReadSuppressions for Dynamo {
    async fn suppressed(&self, ids: &[AddressHash]) -> Result<Vec<Suppression>, StoreError> {
        let entries = self.suppression_entries(ids).await?;
        Ok(entries.into_values().filter_map(|(_, entry)| entry.standing).collect())
    }

    async fn keyed_by(&self, fingerprint: &str) -> Result<String, StoreError> {
        for _ in 0..2 {
            let found = self.get_all(&self.suppressions, vec![key([("id", KEY_ITEM.to_owned())])]).await?;
            if let Some(noted) = found.into_iter().next().and_then(|mut item| text(item.remove("fingerprint"))) {
                return Ok(noted);
            }
            let item = key([("id", KEY_ITEM.to_owned()), ("fingerprint", fingerprint.to_owned())]);
            let put = self.client.put_item().table_name(&self.suppressions).set_item(Some(item));
            if held(put.condition_expression("attribute_not_exists(id)").send().await.map_err(store_error))? {
                return Ok(fingerprint.to_owned());
            }
        }
        Err(StoreError::Conflict)
    }
}

impl KeepSuppressions for Dynamo {
    async fn suppress(&self, notes: &[Note]) -> Result<u64, StoreError> {
        let mut by_address: BTreeMap<AddressHash, Vec<&Note>> = BTreeMap::new();
        for note in notes {
            by_address.entry(note.id).or_default().push(note);
        }
        let ids: Vec<AddressHash> = by_address.keys().copied().collect();
        let mut stored = self.suppression_entries(&ids).await?;
        let writes: Vec<_> = by_address.into_iter().map(|(id, notes)| self.note_all(id, notes, stored.remove(&id))).collect();
        let changed: Vec<bool> = stream::iter(writes).buffer_unordered(CONCURRENCY).try_collect().await?;
        Ok(changed.into_iter().filter(|changed| *changed).count() as u64)
    }

    async fn lift(&self, id: AddressHash, at: Time, audit: Option<&AuditEntry>) -> Result<bool, StoreError> {
        for round in 0..ROUNDS {
            let Some((version, mut entry)) = self.suppression_entries(&[id]).await?.remove(&id) else { return Ok(false) };
            if !entry.lift(at) {
                return Ok(false);
            }
            let mut actions: Vec<TransactWriteItem> =
                vec![put_at(&self.suppressions, entry_item(&entry, version + 1)?, version)?];
            actions.extend(audit.map(|audit| self.audit_put(audit)).transpose()?);
            match self.transact(actions).await {
                Err(StoreError::Conflict) => pause(round).await,
                done => return done.map(|()| true),
            }
        }
        Err(StoreError::Conflict)
    }

    async fn suppressions(
        &self,
        filter: SuppressionFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<Suppression>, StoreError> {
        let lists: Vec<_> = Channel::ALL
            .into_iter()
            .flat_map(|channel| SuppressionReason::ALL.map(|reason| (channel, reason)))
            .filter(|(channel, reason)| filter.fits(*channel, *reason))
            .map(|(channel, reason)| Partition {
                table: &self.suppressions,
                index: Some(INDEX),
                key: ("listKey", list_key(channel, reason)),
                sort: "listSort",
                ascending: false,
            })
            .map(|partition| self.page(partition, after.clone(), limit))
            .collect();
        let pages: Vec<Page<Item>> = stream::iter(lists).buffer_unordered(LISTS).try_collect().await?;
        let more = pages.iter().any(|page| page.next.is_some());
        let mut found = Vec::new();
        for item in pages.into_iter().flat_map(|page| page.items) {
            let position = text(item.get("listSort").cloned()).ok_or_else(|| corrupt("a suppression has no place"))?;
            found.extend(read_entry(item)?.1.standing.map(|standing| (position, standing)));
        }
        found.sort_by(|a, b| b.0.cmp(&a.0));
        let more = more || found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(position, _)| position.clone());
        Ok(Page { items: found.into_iter().map(|(_, standing)| standing).collect(), next })
    }
}

impl Dynamo {
    /// What is kept of these addresses, each with its version.
    async fn suppression_entries(&self, ids: &[AddressHash]) -> Result<BTreeMap<AddressHash, (u64, Entry)>, StoreError> {
        let distinct: std::collections::BTreeSet<AddressHash> = ids.iter().copied().collect();
        let keys = distinct.into_iter().map(|id| key([("id", id.to_string())])).collect();
        let items = self.get_all(&self.suppressions, keys).await?;
        items.into_iter().map(|item| read_entry(item).map(|(version, entry)| (entry.id, (version, entry)))).collect()
    }

    /// Takes in the notes of one address; false when they change nothing.
    async fn note_all(&self, id: AddressHash, notes: Vec<&Note>, stored: Option<(u64, Entry)>) -> Result<bool, StoreError> {
        let Some(first) = notes.first() else { return Ok(false) };
        let mut stored = stored;
        for round in 0..ROUNDS {
            let (version, mut entry) = stored.take().unwrap_or_else(|| (0, Entry::new(id, first.channel)));
            let changed = notes.iter().filter(|note| entry.note(note)).count() > 0;
            if !changed {
                return Ok(false);
            }
            if held(self.put_versioned(&self.suppressions, entry_item(&entry, version + 1)?, version).await)? {
                return Ok(true);
            }
            pause(round).await;
            stored = self.suppression_entries(&[id]).await?.remove(&id);
        }
        Err(StoreError::Conflict)
    }
}

fn list_key(channel: Channel, reason: SuppressionReason) -> String {
    format!("{}#{}", channel.as_str(), reason.as_str())
}

fn entry_item(entry: &Entry, version: u64) -> Result<Item, StoreError> {
    let mut item = key([("id", entry.id.to_string())]);
    item.insert("version".to_owned(), AttributeValue::N(version.to_string()));
    item.insert("entry".to_owned(), serde_dynamo::to_attribute_value(entry).map_err(corrupt)?);
    // What does not stand is in no list.
    if let Some(standing) = &entry.standing {
        item.insert("listKey".to_owned(), AttributeValue::S(list_key(standing.channel, standing.reason)));
        item.insert("listSort".to_owned(), AttributeValue::S(format!("{}#{}", standing.at.sortable(), entry.id)));
    }
    Ok(item)
}

fn read_entry(mut item: Item) -> Result<(u64, Entry), StoreError> {
    let version = number(&item, "version", "a suppression has no version")?;
    let entry = item.remove("entry").ok_or_else(|| corrupt("a suppression has no entry"))?;
    Ok((version, serde_dynamo::from_attribute_value(entry).map_err(corrupt)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::suppression::{AddressKey, Happened};

    #[test]
    fn entries_survive_storage_and_are_listed_while_they_stand() {
        let id = AddressKey::of_secret("a").hash(Channel::Email, "asha@x.in").unwrap();
        let mut entry = Entry::new(id, Channel::Email);
        let note = |seconds: i64, what| Note {
            id,
            channel: Channel::Email,
            shown: Some("a***@x.in".into()),
            at: Time::from_micros(seconds * 1_000_000),
            what,
        };
        entry.note(&note(5, Happened::SoftBounce("m".into())));
        entry.note(&note(9, Happened::Reason(SuppressionReason::Complaint)));
        let item = entry_item(&entry, 3).unwrap();
        assert_eq!(item.get("listKey"), Some(&AttributeValue::S("email#complaint".into())));
        assert!(!format!("{item:?}").contains("asha"));
        assert_eq!(read_entry(item).unwrap(), (3, entry.clone()));
        entry.lift(Time::from_micros(20_000_000));
        let item = entry_item(&entry, 4).unwrap();
        assert_eq!((item.get("listKey"), item.get("listSort")), (None, None));
        assert_eq!(read_entry(item).unwrap(), (4, entry));
    }
}
