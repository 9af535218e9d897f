//! The write path's storage: read what a batch names, write what changed in one transaction.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use crm_domain::audit::AuditEntry;
use crm_domain::customer::Customer;
use crm_domain::erasure::Erased;
use crm_domain::event::Event;
use crm_domain::identity::Identity;
use crm_domain::ids::{ActivityId, CustomerId, ImportId, OrderId};
use crm_domain::ledger::{Held, Ledger};
use crm_domain::message::Receipt;
use crm_domain::ports::{ApplyEvents, EditCustomers, StoreError};
use crm_domain::time::Time;

use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{key, unless_conflict};
use crate::listing::{CUSTOMERS, ORDERS};
use crate::records::{self, read_activity, read_order};
use crate::transaction::put_at;

impl ApplyEvents for Dynamo {
    async fn load(&self, events: &[&Event]) -> Result<Ledger, StoreError> {
        let order_ids: BTreeSet<OrderId> = events.iter().filter_map(|event| event.order()).collect();
        let activity_ids: BTreeSet<(CustomerId, ActivityId)> = events.iter().filter_map(|event| event.activity()).collect();
        let mut customer_ids: BTreeSet<CustomerId> = events.iter().filter_map(|event| event.customer()).collect();
        let mut ledger = Ledger::default();
        let keys = order_ids.iter().map(|id| key([("id", id.to_string())])).collect();
        for item in self.get_all(&self.orders, keys).await? {
            let order = read_order(item)?;
            // Its customer may be another than the one whom the event names.
            customer_ids.extend(order.record.body().map(|body| CustomerId::of(&body.email)));
            ledger.hold_order(order.record.id, Some((order.version, order.record)));
        }
        let keys = activity_ids
            .iter()
            .map(|(customer, id)| key([("customerId", customer.to_string()), ("id", id.to_string())]))
            .collect();
        for item in self.get_all(&self.activities, keys).await? {
            let activity = read_activity(item)?;
            ledger.hold_activity(activity.record.customer, activity.record.id, Some((activity.version, activity.record)));
        }
        // Last: what others have written meanwhile, with what was read before, is found to have come too late.
        self.hold_followed(&mut ledger, customer_ids).await?;
        Ok(ledger)
    }

    async fn commit(&self, ledgers: &[&Ledger]) -> Result<(), StoreError> {
        self.write_ledgers(ledgers, Vec::new()).await
    }

    async fn apply_receipts(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, StoreError> {
        self.record_receipts(receipts).await
    }

    async fn import_part_applied(&self, import: ImportId, part: u64) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.app)
            .set_key(Some(key([("pk", "import".to_owned()), ("sk", import.to_string())])))
            .condition_expression("attribute_exists(pk)")
            .update_expression("DELETE pending :part")
            .expression_attribute_values(":part", AttributeValue::Ns(vec![part.to_string()]));
        // An import that is gone needs no progress.
        unless_conflict(update.send().await.map_err(store_error))
    }
}

impl EditCustomers for Dynamo {
    async fn hold(&self, ids: &[CustomerId]) -> Result<Ledger, StoreError> {
        let mut ledger = Ledger::default();
        self.hold_followed(&mut ledger, ids.iter().copied().collect()).await?;
        let merged = ids.iter().filter_map(|id| ledger.known_by(*id)).flat_map(Customer::identities).collect();
        self.hold_followed(&mut ledger, merged).await?;
        Ok(ledger)
    }

    async fn edit(&self, ledger: &Ledger, audit: Option<&AuditEntry>, erased: Option<&Erased>) -> Result<(), StoreError> {
        let told = audit.map(|entry| self.audit_put(entry)).into_iter().chain(erased.map(|erased| self.erasure_put(erased)));
        self.write_ledgers(&[ledger], told.collect::<Result<_, _>>()?).await
    }
}

impl Dynamo {
    /// Puts identities under a ledger's hand, and those into which they were merged.
    ///
    /// No two reads are of the same moment, and what is written rests only on the last identity of a way. So it is asked once
    /// more whether the way leads there: whoever was erased in between, under all names at once, would otherwise begin anew with
    /// what was said of them before, under a name that seemed merely to lead to them.
    async fn hold_followed(&self, ledger: &mut Ledger, mut ids: BTreeSet<CustomerId>) -> Result<(), StoreError> {
        let mut asked: BTreeSet<CustomerId> = ledger.customers().map(|(id, _)| *id).collect();
        loop {
            ids.retain(|id| asked.insert(*id));
            let is_again = ids.is_empty();
            if is_again {
                let merged = |held: &Held<Identity>| matches!(held.now(), Some(Identity::Merged(_)));
                ids = ledger.customers().filter(|(_, held)| merged(held)).map(|(id, _)| *id).collect();
            }
            let (mut leads, mut is_same) = (BTreeSet::new(), true);
            let keys = ids.iter().map(|id| key([("id", id.to_string())])).collect();
            for (id, held) in self.whole_identities(self.get_all(&self.customers, keys).await?).await? {
                is_same &= ledger.identity(id) == Some(&held.record);
                if let Identity::Merged(merged) = &held.record {
                    leads.insert(CustomerId::of(&merged.into));
                }
                ledger.hold_customer(id, Some((held.version, held.record)));
            }
            if is_again && is_same {
                return Ok(());
            }
            ids = leads;
        }
    }

    /// Writes what the ledgers changed, and `told` of it, all or nothing.
    async fn write_ledgers(&self, ledgers: &[&Ledger], told: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let now = Time::now();
        let mut writes = Vec::new();
        let (mut order_lists, mut customer_lists, mut search_rows, mut anew) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ledger in ledgers {
            for (id, held) in ledger.customers() {
                let Some((version, identity)) = held.change() else { continue };
                writes.push(put_at(&self.customers, records::identity_item(*id, identity, version + 1, now)?, version)?);
                writes.extend(self.chapter_writes(*id, held)?);
                let Some(customer) = identity.customer() else { continue };
                customer_lists.push(records::customer_list(customer).0);
                let before = held.before().and_then(Identity::customer);
                if before.is_none_or(|before| before.search_tokens() != customer.search_tokens()) {
                    if matches!(held.before(), Some(Identity::Erased(_))) {
                        anew.extend(crate::search::rows(customer));
                    }
                    search_rows.extend(crate::search::rows(customer));
                }
            }
            for (_, held) in ledger.orders() {
                let Some((version, order)) = held.change() else { continue };
                writes.push(put_at(&self.orders, records::order_item(order, version + 1)?, version)?);
                order_lists.extend(records::order_list(order).map(|(partition, _)| partition));
            }
            for (_, held) in ledger.activities() {
                let Some((version, activity)) = held.change() else { continue };
                writes.push(put_at(&self.activities, records::activity_item(activity, version + 1)?, version)?);
            }
        }
        if writes.is_empty() {
            return Ok(());
        }
        writes.extend(self.figure_updates(ledgers)?);
        writes.extend(told);
        // What leads to a record is written before it, so that a crash in between loses nothing.
        self.register_partitions(ORDERS, &order_lists).await?;
        self.register_partitions(CUSTOMERS, &customer_lists).await?;
        self.put_all(&self.search, search_rows).await?;
        // The SDK gives each call a token, so that its own retry of a lost answer writes nothing twice.
        self.transact(writes).await?;
        // What leads to whoever has begun anew may have been swept away with the words of before, since they were not there yet.
        self.put_all(&self.search, anew).await
    }

    /// One update of each month's figures that the ledgers change, all in one shard.
    fn figure_updates(&self, ledgers: &[&Ledger]) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut updates = Vec::new();
        for (sk, adds) in crate::figures::month_updates(ledgers) {
            let mut update = Update::builder().table_name(&self.app).set_key(Some(sk));
            let mut terms = Vec::new();
            for (index, (name, value)) in adds.into_iter().enumerate() {
                terms.push(format!("#f{index} :f{index}"));
                update = update
                    .expression_attribute_names(format!("#f{index}"), name)
                    .expression_attribute_values(format!(":f{index}"), AttributeValue::N(value.to_string()));
            }
            let update = update.update_expression(format!("ADD {}", terms.join(", "))).build().map_err(corrupt)?;
            updates.push(TransactWriteItem::builder().update(update).build());
        }
        Ok(updates)
    }
}
