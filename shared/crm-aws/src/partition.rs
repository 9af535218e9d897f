//! What queries find: all of it, the first of it, or a page of one partition of a table or index, in the order of its sort key.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::ports::{Page, StoreError};

use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::items::{Item, text};

/// Which partition, read in which direction.
pub(crate) struct Partition<'a> {
    pub table: &'a str,
    pub index: Option<&'a str>,
    /// Name and value of the partition key.
    pub key: (&'a str, String),
    /// Name of the sort key.
    pub sort: &'a str,
    pub ascending: bool,
}

/// All items that a query finds, however many pages they are on.
pub(crate) async fn all(query: QueryFluentBuilder) -> Result<Vec<Item>, StoreError> {
    query.into_paginator().items().send().try_collect().await.map_err(store_error)
}

/// The first `most` items that a query finds. `DynamoDB` ends a page at 1 MB, however many items were asked for: a short page
/// says nothing of what comes after it, its cursor does.
pub(crate) async fn first(query: QueryFluentBuilder, most: usize) -> Result<Vec<Item>, StoreError> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let rest = (most - found.len()) as i32;
        let answer = query.clone().limit(rest).set_exclusive_start_key(cursor).send().await.map_err(store_error)?;
        found.extend(answer.items.unwrap_or_default());
        cursor = answer.last_evaluated_key;
        if cursor.is_none() || found.len() >= most {
            return Ok(found);
        }
    }
}

impl Dynamo {
    /// One page; one item more than asked for says whether there is another.
    pub(crate) async fn page(
        &self,
        partition: Partition<'_>,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<Item>, StoreError> {
        let Partition { table, index, key, sort, ascending } = partition;
        // All sort keys are of ASCII letters, digits and marks between these two.
        let (comparison, start) = if ascending { (">", " ") } else { ("<", "~") };
        let query = self
            .client
            .query()
            .table_name(table)
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression(format!("#key = :key AND #sort {comparison} :after"))
            .expression_attribute_names("#key", key.0)
            .expression_attribute_names("#sort", sort)
            .expression_attribute_values(":key", AttributeValue::S(key.1))
            .expression_attribute_values(":after", AttributeValue::S(after.unwrap_or_else(|| start.to_owned())))
            .scan_index_forward(ascending);
        let mut items = first(query, limit + 1).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|item| text(item.get(sort).cloned()));
        Ok(Page { items, next })
    }
}
