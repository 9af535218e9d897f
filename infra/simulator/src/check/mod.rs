//! What must be true in the end, looked for by reading everything back.

use std::collections::{BTreeMap, BTreeSet};

use crm_domain::event::Event;
use crm_domain::identity::Identity;
use crm_domain::json::Json;
use crm_domain::ledger::DayDelta;
use crm_domain::ports::{ApplyEvents, QueueName, ReadCustomers, ReadFigures, ReadOrders};
use jiff::civil::Date;

use crate::crm::Crm;
use crate::functions::store;
use crate::model::{Records, same};
use crate::workload::Said;

pub mod accepted;
pub mod campaigns;
pub mod identities;
pub mod memberships;

/// Entries of a page when lists are read: few, so that there are many pages.
pub(crate) const PAGE: usize = 3;

/// The invariants of the write path.
///
/// # Errors
/// Says what is not true.
pub async fn writes(crm: &Crm, said: &[Said]) -> Result<(), String> {
    dead_letters(crm, said).await?;
    let events: Vec<&Event> = said.iter().filter_map(|one| one.event.as_ref()).collect();
    let store = store(&crm.config());
    let found = Records::of(&store.load(&events).await.map_err(|error| error.to_string())?);
    let expected = Records::after(&events);
    // Sums first: where an event counts twice, they say so best.
    found.check_sums()?;
    found.check_against(&expected)?;
    for (table, count) in [
        ("CustomersTable", expected.customers.len()),
        ("OrdersTable", expected.orders.len()),
        ("ActivitiesTable", expected.activities.len()),
    ] {
        same(&format!("items of {table}"), &crm.cloud.state().tables.items(table).len(), &count)?;
    }
    let figures = store.figures().await.map_err(|error| error.to_string())?;
    let days: BTreeMap<Date, DayDelta> = figures.days.into_iter().map(|day| (day.date, day.figures)).collect();
    same("daily figures", &days, &expected.days())?;
    crm.cloud.state().faults.cut_pages();
    lists(&store, &expected).await
}

/// Whoever set something aside can have it done; then only that is left with which nobody can do anything.
async fn dead_letters(crm: &Crm, said: &[Said]) -> Result<(), String> {
    crm.put_back(&[QueueName::Customers, QueueName::Orders, QueueName::Activities]).await?;
    let read = |text: &str| Json::parse(text.as_bytes()).map(|json| json.to_string()).unwrap_or_default();
    let hopeless: BTreeSet<String> = said.iter().filter(|one| one.event.is_none()).map(|one| read(&one.text)).collect();
    let state = crm.cloud.state();
    let dead = ["CustomersDeadQueue", "OrdersDeadQueue", "ActivitiesDeadQueue"].map(|queue| state.queues.bodies(queue));
    let dead: BTreeSet<String> = dead.into_iter().flatten().map(read).collect();
    same("dead letters", &dead, &hopeless)
}

/// All customers and orders are on their lists, each once and in order, however short the pages are.
async fn lists(store: &crm_aws::Dynamo, expected: &Records) -> Result<(), String> {
    let (mut customers, mut after) = (Vec::new(), None);
    loop {
        let page = store.recent_customers(after, PAGE).await.map_err(|error| error.to_string())?;
        customers.extend(page.items.into_iter().map(|customer| (customer.created_at(), customer.id)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let known = expected.customers.values().filter_map(Identity::customer);
    let mut wanted: Vec<_> = known.map(|customer| (customer.created_at(), customer.id)).collect();
    wanted.sort_by(|a, b| b.cmp(a));
    same("the list of customers", &customers, &wanted)?;
    let (mut orders, mut after) = (Vec::new(), None);
    loop {
        let page = store.recent_orders(after, PAGE).await.map_err(|error| error.to_string())?;
        orders.extend(page.items.into_iter().map(|order| (order.placed_at(), order.id)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let standing = expected.orders.values().filter(|order| order.standing.is_some());
    let mut wanted: Vec<_> = standing.map(|order| (order.placed_at(), order.id)).collect();
    wanted.sort_by(|a, b| b.cmp(a));
    same("the list of orders", &orders, &wanted)
}
