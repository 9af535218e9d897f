//! The index of search tokens: one row per token of a customer, spread by first character and shard.
//!
//! Rows are written before the customer that they lead to, and may outlive a change of name: a reader believes the
//! customer, not the row.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Page, StoreError};
use futures_util::future::try_join_all;

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, key, text};

/// Partitions per first character.
const SHARDS: u32 = 8;
/// Rows looked at once those of a page's size were not enough; as many customers are read in one request.
const ROWS: usize = 100;
/// Rows looked at for one page: among many people of one name, those who fit the other words as well may be few, or none.
const LOOKED_AT: usize = 2_000;

/// The rows that lead to a customer.
pub(crate) fn rows(customer: &Customer) -> Vec<Item> {
    let row = |token: String| {
        let first: String = token.chars().take(1).collect();
        let shard = customer.id.shard(SHARDS);
        key([("bucket", format!("{first}#{shard}")), ("token", format!("{token}\u{1f}{}", customer.id))])
    };
    customer.search_tokens().into_iter().map(row).collect()
}

impl Dynamo {
    /// See [`crm_domain::ports::ReadCustomers::search_customers`].
    pub(crate) async fn search(&self, query: &str, after: Option<String>, limit: usize) -> Result<Page<Customer>, StoreError> {
        let query = query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        // The longest word narrows most; the others are checked on the customers found.
        let Some(lead) = words.iter().max_by_key(|word| word.len()).copied() else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let mut position = after;
        let mut items = Vec::new();
        let (mut wanted, mut looked_at) = (limit, 0);
        while items.len() < limit && looked_at < LOOKED_AT {
            // One more tells whether there are any after these.
            let mut rows = self.token_rows(lead, position.as_deref(), wanted + 1).await?;
            let exhausted = rows.len() <= wanted;
            rows.truncate(wanted);
            looked_at += rows.len();
            let ids: Vec<CustomerId> = rows.iter().filter_map(|row| customer_of(row)).collect();
            let customers = self.customers_by_id(&ids).await?;
            let mut rows = rows.into_iter();
            for row in rows.by_ref() {
                let found = customer_of(&row).and_then(|id| customers.get(&id));
                if let Some(customer) = found.filter(|customer| leads_to(&row, lead, &words, customer)) {
                    items.push(customer.clone());
                }
                position = Some(row);
                if items.len() == limit {
                    break;
                }
            }
            if exhausted && rows.next().is_none() {
                return Ok(Page { items, next: None });
            }
            wanted = wanted.max(ROWS);
        }
        Ok(Page { items, next: position })
    }

    /// Rows whose token begins with `prefix`, ascending, after `after`.
    async fn token_rows(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let first: String = prefix.chars().take(1).collect();
        let shards = (0..SHARDS).map(|shard| {
            let bucket = format!("{first}#{shard}");
            let low = after.map_or_else(|| prefix.to_owned(), |after| format!("{after}\u{0}"));
            async move {
                self.client
                    .query()
                    .table_name(&self.search)
                    .key_condition_expression("#bucket = :bucket AND #token BETWEEN :low AND :high")
                    .expression_attribute_names("#bucket", "bucket")
                    .expression_attribute_names("#token", "token")
                    .expression_attribute_values(":bucket", AttributeValue::S(bucket))
                    .expression_attribute_values(":low", AttributeValue::S(low))
                    .expression_attribute_values(":high", AttributeValue::S(format!("{prefix}\u{10ffff}")))
                    .limit(limit as i32)
                    .send()
                    .await
                    .map_err(store_error)
            }
        });
        let answers = try_join_all(shards).await?;
        let mut rows: Vec<String> = answers
            .into_iter()
            .flat_map(|answer| answer.items.unwrap_or_default())
            .filter_map(|mut item| text(item.remove("token")))
            .collect();
        rows.sort();
        rows.truncate(limit);
        Ok(rows)
    }

    async fn customers_by_id(&self, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Customer>, StoreError> {
        use crm_domain::ports::ReadCustomers as _;
        Ok(self.customers(ids).await?.into_iter().map(|found| (found.record.id, found.record)).collect())
    }
}

fn customer_of(row: &str) -> Option<CustomerId> {
    CustomerId::parse(row.split_once('\u{1f}')?.1)
}

/// Whether the row is the one by which this search shows the customer: of several that fit, the first token's.
fn leads_to(row: &str, lead: &str, words: &[&str], customer: &Customer) -> bool {
    let tokens = customer.search_tokens();
    let token = row.split_once('\u{1f}').map_or(row, |(token, _)| token);
    tokens.iter().find(|held| held.starts_with(lead)).is_some_and(|held| held == token)
        && words.iter().all(|word| tokens.iter().any(|held| held.starts_with(word)))
}
