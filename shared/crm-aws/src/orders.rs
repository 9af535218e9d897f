//! Reading orders.

use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::order::Order;
use crm_domain::ports::{Page, ReadOrders, StoreError, Versioned};
use futures_util::future::try_join_all;

use crate::dynamo::Dynamo;
use crate::items::{Item, key, text};
use crate::listing::ORDERS;
use crate::partition::Partition;
use crate::records::read_order;

impl ReadOrders for Dynamo {
    async fn order(&self, id: OrderId) -> Result<Option<Versioned<Order>>, StoreError> {
        let order = self.get(&self.orders, key([("id", id.to_string())])).await?.map(read_order).transpose()?;
        Ok(order.filter(|order| order.record.standing.is_some()))
    }

    async fn recent_orders(&self, after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        let (items, next) = self.newest(&self.orders, ORDERS, after, limit).await?;
        Ok(Page { items: read_all(items)?, next })
    }

    async fn orders_of(&self, identities: &[CustomerId], after: Option<String>, limit: usize) -> Result<Page<Order>, StoreError> {
        let pages = identities.iter().map(|identity| {
            let partition = Partition {
                table: &self.orders,
                index: Some("byCustomer"),
                key: ("customerId", identity.to_string()),
                sort: "listSort",
                ascending: false,
            };
            self.page(partition, after.clone(), limit)
        });
        let pages = try_join_all(pages).await?;
        let more = pages.iter().any(|page| page.next.is_some());
        let mut found: Vec<(String, Item)> = pages
            .into_iter()
            .flat_map(|page| page.items)
            .filter_map(|item| Some((text(item.get("listSort").cloned())?, item)))
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0));
        let more = more || found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(sort, _)| sort.clone());
        Ok(Page { items: read_all(found.into_iter().map(|(_, item)| item).collect())?, next })
    }
}

fn read_all(items: Vec<Item>) -> Result<Vec<Order>, StoreError> {
    items.into_iter().map(|item| read_order(item).map(|order| order.record)).collect()
}
