//! Reading customers.

use std::collections::BTreeSet;

use crm_domain::customer::Customer;
use crm_domain::email::Email;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Page, ReadCustomers, ScanCustomers, ScanPart, StoreError, Versioned};
use crm_domain::rules::Reads;

use crate::batch::projected;
use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key, text};
use crate::listing::CUSTOMERS;
use crate::records::{StoredIdentity, read_identity, scanned_attributes};

impl ReadCustomers for Dynamo {
    async fn customer(&self, id: CustomerId) -> Result<Option<Versioned<Customer>>, StoreError> {
        let Some(item) = self.followed_item(id).await? else { return Ok(None) };
        Ok(self.whole_customers(vec![item]).await?.pop())
    }

    async fn identities(&self, id: CustomerId) -> Result<Vec<CustomerId>, StoreError> {
        match self.followed_item(id).await?.map(read_identity).transpose()? {
            Some(StoredIdentity::Customer(stored)) => Ok(stored.customer.record.identities()),
            _ => Ok(vec![id]),
        }
    }

    async fn customers(&self, ids: &[CustomerId]) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let keys = distinct(ids).map(|id| key([("id", id.to_string())])).collect();
        let mut customers = Vec::with_capacity(ids.len());
        for item in self.get_all(&self.customers, keys).await? {
            if let StoredIdentity::Customer(stored) = read_identity(item)? {
                customers.push(stored.customer);
            }
        }
        Ok(customers)
    }

    async fn customers_with_history(&self, ids: &[CustomerId]) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let keys = distinct(ids).map(|id| key([("id", id.to_string())])).collect();
        self.whole_customers(self.get_all(&self.customers, keys).await?).await
    }

    async fn recent_customers(&self, after: Option<String>, limit: usize) -> Result<Page<Customer>, StoreError> {
        let (keys, next) = self.newest(&self.customers, CUSTOMERS, after, limit).await?;
        let ids: Vec<CustomerId> = keys.into_iter().filter_map(|mut item| CustomerId::parse(&text(item.remove("id"))?)).collect();
        let mut items: Vec<Customer> = self.customers(&ids).await?.into_iter().map(|found| found.record).collect();
        items.sort_by_key(|customer| ids.iter().position(|id| *id == customer.id));
        Ok(Page { items, next })
    }

    async fn search_customers(&self, query: &str, after: Option<String>, limit: usize) -> Result<Page<Customer>, StoreError> {
        self.search(query, after, limit).await
    }
}

impl ScanCustomers for Dynamo {
    async fn scan(&self, part: &ScanPart, reads: &Reads) -> Result<(Vec<Customer>, Option<CustomerId>), StoreError> {
        let (customers, next) = self.scan_page(part, reads, false).await?;
        Ok((customers.into_iter().map(|customer| customer.record).collect(), next))
    }

    async fn scan_consistently(
        &self,
        part: &ScanPart,
        reads: &Reads,
    ) -> Result<(Vec<Versioned<Customer>>, Option<CustomerId>), StoreError> {
        self.scan_page(part, reads, true).await
    }
}

impl Dynamo {
    /// The item of an identity, or of that into which it was merged.
    async fn followed_item(&self, id: CustomerId) -> Result<Option<Item>, StoreError> {
        let mut path = vec![id];
        loop {
            let Some(last) = path.last() else { return Ok(None) };
            let Some(item) = self.customer_item(*last).await? else { return Ok(None) };
            match text(item.get("mergedInto").cloned()).and_then(|email| Email::parse(&email).ok()) {
                // Merges lead one way: no identity comes twice.
                Some(into) if !path.contains(&CustomerId::of(&into)) => path.push(CustomerId::of(&into)),
                _ => return Ok(Some(item)),
            }
        }
    }

    async fn scan_page(
        &self,
        part: &ScanPart,
        reads: &Reads,
        consistent: bool,
    ) -> Result<(Vec<Versioned<Customer>>, Option<CustomerId>), StoreError> {
        let (projection, placeholders) = projected(&scanned_attributes(reads)).unzip();
        let request = self
            .client
            .scan()
            .table_name(&self.customers)
            .consistent_read(consistent)
            .segment(part.part as i32)
            .total_segments(part.of as i32)
            .set_projection_expression(projection)
            .set_expression_attribute_names(placeholders)
            .set_limit(part.most.map(|most| most.min(10_000) as i32))
            .set_exclusive_start_key(part.after.map(|id| key([("id", id.to_string())])));
        let answer = request.send().await.map_err(store_error)?;
        let next = answer.last_evaluated_key.and_then(|mut key| CustomerId::parse(&text(key.remove("id"))?));
        // Without the history's attributes nobody has chapters. Who has no address has been merged into another, or erased.
        let customers = answer.items.unwrap_or_default().into_iter().filter(|item| item.contains_key("email")).collect();
        Ok((self.whole_customers(customers).await?, next))
    }
}

/// Each id once.
fn distinct(ids: &[CustomerId]) -> impl Iterator<Item = CustomerId> {
    ids.iter().copied().collect::<BTreeSet<_>>().into_iter()
}
