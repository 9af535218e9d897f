//! Who is who: those who were merged are one, and count as one; of those who were erased nothing is left but what their orders
//! were worth.

use std::collections::BTreeMap;

use crm_domain::event::Event;
use crm_domain::identity::Identity;
use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::ledger::{DayDelta, Ledger};
use crm_domain::order::Order;
use crm_domain::ports::{ApplyEvents as _, KeepErasures as _, ReadFigures as _};
use jiff::civil::Date;

use crate::check::PAGE;
use crate::crm::Crm;
use crate::functions::store;
use crate::model::{Records, same};
use crate::registrar::{Kept, identity};
use crate::template::template;
use crate::workload::{self, Said};

/// The sums of everybody are those of all that was said of any of their addresses; whoever was erased is in no table and no
/// letter; every order is there, and the figures of the days are those of the orders.
///
/// # Errors
/// Says what is not true.
pub async fn check(crm: &Crm, kept: &Kept, said: &[Said]) -> Result<(), String> {
    crm.cloud.state().faults.cut_pages();
    let events: Vec<&Event> = said.iter().filter_map(|one| one.event.as_ref()).collect();
    let store = store(&crm.config());
    let ledger = store.load(&events).await.map_err(|error| error.to_string())?;
    let found = Records::of(&ledger);
    are_as_told(&ledger, kept)?;
    found.check_sums()?;
    worth(&ledger, &found.orders, &Records::after(&events).orders)?;
    deeds(&ledger, &found, &Records::after(&events))?;
    traces(crm, &ledger)?;
    let figures = store.figures().await.map_err(|error| error.to_string())?;
    let days: BTreeMap<Date, DayDelta> = figures.days.into_iter().map(|day| (day.date, day.figures)).collect();
    same("daily figures", &days, &found.days())?;
    let mut after = None;
    loop {
        let page = store.erasures(after, PAGE).await.map_err(|error| error.to_string())?;
        if let Some(open) = page.items.iter().find(|one| one.finished_at.is_none()) {
            return Err(format!("an erasure has not come to its end: {open:?}"));
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Who was said to be merged or erased is, and nobody else.
fn are_as_told(ledger: &Ledger, kept: &Kept) -> Result<(), String> {
    let is_erased = |id: &CustomerId| ledger.identity(*id).and_then(Identity::erased_at).is_some();
    if let Some(who) = kept.erased.iter().find(|id| !is_erased(id)) {
        return Err(format!("{who} was said to be erased: {:?}", ledger.identity(*who)));
    }
    let last = |id: CustomerId| ledger.followed(id).last().copied();
    // Who was erased since is known apart again.
    let lasting = kept.merged.iter().filter(|(into, from)| !is_erased(into) && !is_erased(from));
    for (into, from) in lasting {
        same(&format!("who {from} is, who was merged into {into}"), &last(*from), &last(*into))?;
    }
    for (id, held) in ledger.customers() {
        if let Some(Identity::Merged(merged)) = held.now()
            && !connected(&kept.asked, *id).contains(&CustomerId::of(&merged.into))
        {
            return Err(format!("nobody asked for {id} to be merged into {}", merged.into));
        }
    }
    Ok(())
}

/// Everybody with whom somebody may be one.
fn connected(asked: &[(CustomerId, CustomerId)], who: CustomerId) -> Vec<CustomerId> {
    let mut all = vec![who];
    let mut next = 0;
    while let Some(one) = all.get(next).copied() {
        next += 1;
        for (a, b) in asked {
            for (from, to) in [(a, b), (b, a)] {
                if *from == one && !all.contains(to) {
                    all.push(*to);
                }
            }
        }
    }
    all
}

/// Every order is there and is worth what it was; none names somebody who was erased since.
fn worth(ledger: &Ledger, found: &BTreeMap<OrderId, Order>, expected: &BTreeMap<OrderId, Order>) -> Result<(), String> {
    for (id, wanted) in expected {
        let order = found.get(id).ok_or_else(|| format!("order {id} is missing: {wanted:?}"))?;
        if let Some((stamp, body)) = &order.standing
            && has_forgotten(ledger, CustomerId::of(&body.email), stamp.at)
        {
            return Err(format!("order {id} still names somebody who was erased: {order:?}"));
        }
        same(&format!("status of {id}"), &order.status(), &wanted.status())?;
        // Of several versions one that is forgotten stands, whatever came after it.
        if !wanted.conflict {
            let value = |order: &Order| (order.body().map(|body| (body.total(), body.items.clone())), order.placed_at());
            same(&format!("worth of {id}"), &value(order), &value(wanted))?;
        }
    }
    same("orders", &found.len(), &expected.len())
}

/// Of those who were never erased every activity is there; of those who were, none from before.
fn deeds(ledger: &Ledger, found: &Records, expected: &Records) -> Result<(), String> {
    for (key, activity) in &found.activities {
        if has_forgotten(ledger, activity.customer, activity.stamp.at) {
            return Err(format!("an activity of somebody who was erased is left: {key:?}"));
        }
    }
    let lasting =
        expected.activities.iter().filter(|((who, _), _)| ledger.identity(*who).and_then(Identity::erased_at).is_none());
    for (key, wanted) in lasting {
        same(&format!("activity {key:?}"), &found.activities.get(key), &Some(wanted))?;
    }
    Ok(())
}

fn has_forgotten(ledger: &Ledger, who: CustomerId, at: crm_domain::time::Time) -> bool {
    ledger.identity(who).is_some_and(|identity| identity.has_forgotten(at))
}

/// No table and no letter names those who were erased, and have not begun anew.
fn traces(crm: &Crm, ledger: &Ledger) -> Result<(), String> {
    let is_gone = |number: &u32| matches!(ledger.identity(identity(*number)), Some(Identity::Erased(_)));
    let gone: Vec<u32> = (0..workload::ACQUAINTANCES).filter(is_gone).collect();
    let state = crm.cloud.state();
    let stored = template()
        .tables
        .iter()
        .filter_map(|table| table["TableName"].as_str())
        .flat_map(|table| state.tables.items(table).into_iter().map(move |item| (table.to_owned(), item.to_string())));
    let letters = template()
        .queues
        .keys()
        .flat_map(|queue| state.queues.bodies(queue).map(|body| (queue.clone(), body.to_owned())).collect::<Vec<_>>());
    for (place, text) in stored.chain(letters) {
        if let Some(who) = gone.iter().find(|who| workload::tells_of(&text, **who)) {
            return Err(format!("{place} still tells of p{who}, who was erased: {text}"));
        }
    }
    Ok(())
}
