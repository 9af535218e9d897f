//! Customers with their whole history: its tail is on the customer, older chapters are items of their own.
//!
//! A chapter never changes and is deleted in the very transaction in which its customer stops naming it. So who has read
//! all the chapters that a customer names has read one state of it; who misses one has read a customer that is outdated.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use crm_domain::customer::Customer;
use crm_domain::history::{Chapter, History};
use crm_domain::identity::Identity;
use crm_domain::ids::{ChapterId, CustomerId};
use crm_domain::ledger::Held;
use crm_domain::ports::{StoreError, Versioned};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::batch::pause;
use crate::dynamo::Dynamo;
use crate::error::corrupt;
use crate::items::{Item, key, text};
use crate::records::{StoredCustomer, StoredIdentity, read_identity};
use crate::transaction::{delete, put};

/// Times that a customer is read again because it changed before its chapters were read.
const ROUNDS: u32 = 8;
/// Customers whose chapters are read side by side.
const CONCURRENCY: usize = 4;

impl Dynamo {
    /// The customers of `items`, in their order, with their whole histories; not those who have been merged into others or
    /// erased. Only those who have chapters cost another read.
    pub(crate) async fn whole_customers(&self, items: Vec<Item>) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let identities = self.whole_identities(items).await?;
        Ok(identities.into_iter().filter_map(|(_, held)| only_customer(held)).collect())
    }

    /// What stands under the identities of `items`, in their order.
    pub(crate) async fn whole_identities(&self, items: Vec<Item>) -> Result<Vec<(CustomerId, Versioned<Identity>)>, StoreError> {
        let identities = stream::iter(items).map(|item| self.whole_identity(item)).buffered(CONCURRENCY);
        identities.try_filter_map(async |identity| Ok(identity)).try_collect().await
    }

    /// What stands under the identity of `item`, or as it has become meanwhile; `None` when it is gone.
    async fn whole_identity(&self, mut item: Item) -> Result<Option<(CustomerId, Versioned<Identity>)>, StoreError> {
        let id = text(item.get("id").cloned()).and_then(|id| CustomerId::parse(&id)).ok_or_else(|| corrupt("no identity"))?;
        for round in 0..ROUNDS {
            let stored = match read_identity(item)? {
                StoredIdentity::Customer(stored) => *stored,
                StoredIdentity::Gone(gone) => return Ok(Some((id, gone))),
            };
            if let Some(history) = self.history(&stored).await? {
                let Versioned { version, record } = stored.customer;
                let record = Identity::Customer(Box::new(Customer { history, ..record }));
                return Ok(Some((id, Versioned { version, record })));
            }
            pause(round).await;
            match self.customer_item(id).await? {
                Some(again) => item = again,
                None => return Ok(None),
            }
        }
        Err(StoreError::Conflict)
    }

    /// A customer's item as it is now.
    pub(crate) async fn customer_item(&self, id: CustomerId) -> Result<Option<Item>, StoreError> {
        self.get(&self.customers, key([("id", id.to_string())])).await
    }

    /// What a changed customer makes of its chapters: puts of new ones, deletions of those that it names no more.
    pub(crate) fn chapter_writes(&self, id: CustomerId, held: &Held<Identity>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let (written, dropped) = held.chapters();
        let customer = held.now().and_then(Identity::customer);
        // No conditions: that of the customer's version guards its chapters too.
        let written = written.into_iter().map(|chapter: Chapter| {
            let packed = customer.and_then(|customer| customer.history.chapter(chapter.id));
            let packed = packed.ok_or_else(|| corrupt("a history lacks its own chapter"))?;
            let mut item = chapter_key(id, chapter.id);
            item.insert("orders".to_owned(), AttributeValue::B(Blob::new(packed)));
            put(&self.histories, item)
        });
        let dropped = dropped.into_iter().map(|chapter: Chapter| delete(&self.histories, chapter_key(id, chapter.id)));
        written.chain(dropped).collect()
    }

    /// The whole history; `None` when a chapter is not there any more.
    async fn history(&self, stored: &StoredCustomer) -> Result<Option<History>, StoreError> {
        let customer = stored.customer.record.id;
        let distinct: BTreeSet<ChapterId> = stored.chapters.iter().copied().collect();
        let mut found: HashMap<String, Blob> = HashMap::with_capacity(distinct.len());
        for mut item in self.get_all(&self.histories, distinct.iter().map(|id| chapter_key(customer, *id)).collect()).await? {
            if let (Some(id), Some(AttributeValue::B(packed))) = (text(item.remove("id")), item.remove("orders")) {
                found.insert(id, packed);
            }
        }
        let chapters: Option<Vec<(ChapterId, &[u8])>> =
            stored.chapters.iter().map(|id| Some((*id, found.get(&id.to_string())?.as_ref()))).collect();
        let Some(chapters) = chapters else { return Ok(None) };
        History::join(&chapters, &stored.tail).map(Some).ok_or_else(|| corrupt("packed history"))
    }
}

fn only_customer(held: Versioned<Identity>) -> Option<Versioned<Customer>> {
    match held.record {
        Identity::Customer(record) => Some(Versioned { version: held.version, record: *record }),
        Identity::Merged(_) | Identity::Erased(_) => None,
    }
}

fn chapter_key(customer: CustomerId, id: ChapterId) -> Item {
    key([("customerId", customer.to_string()), ("id", id.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{customer_item, read_customer};
    use crm_domain::email::Email;
    use crm_domain::money::Money;
    use crm_domain::time::{HOUR, Time};

    #[test]
    fn a_long_history_leaves_a_small_item_that_names_its_chapters() {
        let mut customer = Customer::new(Email::parse("till@x.in").unwrap(), Time::from_micros(0));
        for hour in 0..6_000 {
            customer.history.add(Time::from_micros(hour * HOUR), Money::from_minor(hour), true, []);
        }
        customer.recount();
        let item = customer_item(&customer, 1, Time::from_micros(0)).unwrap();
        let Some(AttributeValue::B(tail)) = item.get("history") else { panic!("{:?}", item.keys()) };
        assert!(tail.as_ref().len() < 40_000);
        let stored = read_customer(item).unwrap();
        let packed = |id: &ChapterId| (*id, customer.history.chapter(*id).unwrap());
        let packed: Vec<(ChapterId, Vec<u8>)> = stored.chapters.iter().map(packed).collect();
        assert!(!packed.is_empty());
        let packed: Vec<(ChapterId, &[u8])> = packed.iter().map(|(id, bytes)| (*id, bytes.as_slice())).collect();
        assert_eq!(History::join(&packed, &stored.tail), Some(customer.history.clone()));
        assert_eq!(stored.customer.record.sums, customer.sums);
    }

    #[test]
    fn a_customer_of_few_orders_names_none() {
        let mut customer = Customer::new(Email::parse("once@x.in").unwrap(), Time::from_micros(0));
        customer.history.add(Time::from_micros(1), Money::from_minor(1), true, []);
        let item = customer_item(&customer, 1, Time::from_micros(0)).unwrap();
        assert!(!item.contains_key("chapters"));
        assert!(read_customer(item).unwrap().chapters.is_empty());
    }
}
