//! Reading orders.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::order::Order;
use crm_domain::ports::{Page, ReadOrders, StoreError, Versioned};

use crate::batch::key;
use crate::dynamo::Dynamo;
use crate::error::store_error;
use crate::listing::{ORDERS, text};
use crate::records::{Item, read_order};

impl ReadOrders for Dynamo {
    async fn order(&self, id: OrderId) -> Result<Option<Versioned<Order>>, StoreError> {
        let request = self.client.get_item().table_name(&self.orders).set_key(Some(key([("id", id.to_string())])));
        let answer = request.consistent_read(true).send().await.map_err(store_error)?;
        let order = answer.item.map(read_order).transpose()?;
        Ok(order.filter(|order| order.record.standing.is_some()))
    }

    async fn recent_orders(&self, after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        let (items, next) = self.newest(&self.orders, ORDERS, after, limit).await?;
        Ok(Page { items: read_all(items)?, next })
    }

    async fn orders_of(&self, customer: CustomerId, after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.orders)
            .index_name("byCustomer")
            .key_condition_expression("customerId = :customer AND listSort < :after")
            .expression_attribute_values(":customer", AttributeValue::S(customer.to_string()))
            .expression_attribute_values(":after", AttributeValue::S(after.unwrap_or_else(|| "~".to_owned())))
            .scan_index_forward(false)
            .limit(limit as i32 + 1)
            .send()
            .await
            .map_err(store_error)?;
        let mut items = answer.items.unwrap_or_default();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).and_then(|item| text(item.get("listSort").cloned()));
        Ok(Page { items: read_all(items)?, next })
    }
}

fn read_all(items: Vec<Item>) -> Result<Vec<Order>, StoreError> {
    items.into_iter().map(|item| read_order(item).map(|order| order.record)).collect()
}
