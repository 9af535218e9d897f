//! Reading customers.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Page, ReadCustomers, ScanCustomers, ScanPart, StoreError, Versioned};
use crm_domain::rules::Reads;

use crate::batch::key;
use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::listing::{CUSTOMERS, text};
use crate::records::{read_customer, scanned_attributes};

impl ReadCustomers for Dynamo {
    async fn customer(&self, id: CustomerId) -> Result<Option<Versioned<Customer>>, StoreError> {
        match self.customer_item(id).await? {
            Some(item) => self.whole_customer(item).await,
            None => Ok(None),
        }
    }

    async fn customers(&self, ids: &[CustomerId]) -> Result<Vec<Versioned<Customer>>, StoreError> {
        let keys = distinct(ids).map(|id| key([("id", id.to_string())])).collect();
        let items = self.get_all(&self.customers, keys).await?;
        items.into_iter().map(|item| read_customer(item).map(|stored| stored.customer)).collect()
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
    async fn scan_page(
        &self,
        part: &ScanPart,
        reads: &Reads,
        consistent: bool,
    ) -> Result<(Vec<Versioned<Customer>>, Option<CustomerId>), StoreError> {
        let names = scanned_attributes(reads);
        let placeholders: Vec<String> = (0..names.len()).map(|index| format!("#a{index}")).collect();
        let mut request = self
            .client
            .scan()
            .table_name(&self.customers)
            .consistent_read(consistent)
            .segment(part.part as i32)
            .total_segments(part.of as i32)
            .projection_expression(placeholders.join(","))
            .set_exclusive_start_key(part.after.map(|id| key([("id", id.to_string())])));
        for (placeholder, name) in placeholders.iter().zip(&names) {
            request = request.expression_attribute_names(placeholder, *name);
        }
        let answer = request.send().await.map_err(store_error)?;
        let next = answer.last_evaluated_key.and_then(|mut key| CustomerId::parse(&text(key.remove("id"))?));
        // Without the history's attributes nobody has chapters.
        Ok((self.whole_customers(answer.items.unwrap_or_default()).await?, next))
    }

    /// A condition on the stored version: absent for version 0.
    pub(crate) fn version_condition(version: u64) -> (&'static str, Option<AttributeValue>) {
        match version {
            0 => ("attribute_not_exists(#version)", None),
            _ => ("#version = :version", Some(AttributeValue::N(version.to_string()))),
        }
    }
}

/// Each id once.
fn distinct(ids: &[CustomerId]) -> impl Iterator<Item = CustomerId> {
    ids.iter().copied().collect::<BTreeSet<_>>().into_iter()
}
