//! Who belongs where, counted from nothing: by the rules and the customers that are stored.

use std::collections::{BTreeMap, BTreeSet};

use crm_aws::Dynamo;
use crm_domain::ids::CustomerId;
use crm_domain::json::Json;
use crm_domain::membership::{Minute, Move};
use crm_domain::ports::{ReadCustomers as _, ReadMemberships as _, ReadSegments as _};
use crm_domain::rules::{Context, Rules};
use crm_domain::segment::Segment;
use crm_domain::sizes::Count;
use crm_domain::time::Time;
use serde_json::Value;

use crate::check::PAGE;
use crate::crm::Crm;
use crate::functions::{consent_defaults, store};
use crate::model::same;
use crate::workload::currency;

/// Whether every meaning of a segment is shown.
pub async fn are_built(store: &Dynamo) -> bool {
    store.all_segments().await.is_ok_and(|segments| !segments.is_unbuilt())
}

/// Every membership is what its rules say of the customer as of `now`, the sizes are the numbers of members and the sums
/// of all moves, and whoever time alone may move has a timer. `kept` are the segments as their editor knows them.
///
/// # Errors
/// Says what is not true.
pub async fn check(crm: &Crm, kept: &BTreeMap<String, Option<Value>>, now: Time) -> Result<(), String> {
    crm.cloud.state().faults.cut_pages();
    let store = store(&crm.config());
    let segments = store.all_segments().await.map_err(|error| error.to_string())?;
    let stored: BTreeMap<String, &Segment> = segments.all.iter().map(|held| (held.record.id.to_string(), &held.record)).collect();
    definitions(kept, &stored)?;
    let customers = everybody(&store).await?;
    let moves = moves(&store, &customers).await?;
    standings(crm, &store, &customers).await?;
    let context = Context { now, consent_defaults: consent_defaults() };
    let found = store.customers_with_history(&customers).await.map_err(|error| error.to_string())?;
    for (id, segment) in stored {
        let edition = segment.edition.id;
        let holds = found.iter().filter(|customer| segment.edition.rules.holds(&customer.record, &context));
        let expected: BTreeSet<CustomerId> = holds.map(|customer| customer.record.id).collect();
        let members = members(&store, edition).await?;
        let who: BTreeSet<CustomerId> = members.keys().copied().collect();
        same(&format!("members of {id} at {now}"), &who, &expected)?;
        let counts = store.counts(&[edition]).await.map_err(|error| error.to_string())?;
        let count = counts.first().cloned().unwrap_or_default();
        same(&format!("size of {id}"), &count.members, &(members.len() as i64))?;
        let own: Vec<&Move> = moves.values().flatten().filter(|one| one.edition == edition).collect();
        let entered = own.iter().filter(|one| one.entered).count() as i64;
        same(&format!("moves of {id}"), &(2 * entered - own.len() as i64), &count.members)?;
        let flow = |count: &Count| count.days.values().map(|flow| flow.entered - flow.left + flow.rebuilt).sum::<i64>();
        same(&format!("flow of {id}"), &flow(&count), &count.members)?;
        for (customer, since) in members {
            let mut own = moves.get(&customer).into_iter().flatten();
            let last = own.rfind(|one| one.edition == edition && one.entered).map(|one| one.at);
            same(&format!("since when {customer} belongs to {id}"), &Some(since), &last)?;
        }
    }
    Ok(())
}

/// The rules are those of whoever changed them last.
fn definitions(kept: &BTreeMap<String, Option<Value>>, stored: &BTreeMap<String, &Segment>) -> Result<(), String> {
    let wanted: BTreeSet<&String> = kept.iter().filter(|(_, rules)| rules.is_some()).map(|(id, _)| id).collect();
    same("segments", &stored.keys().collect(), &wanted)?;
    for (id, segment) in stored {
        if !segment.is_built() {
            return Err(format!("the segment {id} is not built"));
        }
        let wanted = kept.get(id).and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default();
        let wanted = Json::parse(wanted.as_bytes()).ok().and_then(|json| Rules::parse(&json, "rules", &currency()).ok());
        same(&format!("rules of {id}"), &segment.definition.rules(), &wanted.as_ref())?;
    }
    Ok(())
}

async fn everybody(store: &Dynamo) -> Result<Vec<CustomerId>, String> {
    let (mut customers, mut after) = (Vec::new(), None);
    loop {
        let page = store.recent_customers(after, PAGE).await.map_err(|error| error.to_string())?;
        customers.extend(page.items.into_iter().map(|customer| customer.id));
        after = page.next;
        if after.is_none() {
            customers.sort_unstable();
            return Ok(customers);
        }
    }
}

async fn members(store: &Dynamo, edition: u64) -> Result<BTreeMap<CustomerId, Time>, String> {
    let (mut members, mut after) = (BTreeMap::new(), None);
    loop {
        let page = store.members(edition, after, PAGE).await.map_err(|error| error.to_string())?;
        members.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(members);
        }
    }
}

/// The moves of each, in the order in which they were made: clocks may be wrong, versions are not.
async fn moves(store: &Dynamo, customers: &[CustomerId]) -> Result<BTreeMap<CustomerId, Vec<Move>>, String> {
    let mut all = BTreeMap::new();
    for customer in customers {
        let (mut made, mut after) = (BTreeMap::new(), None);
        loop {
            let page = store.moves(*customer, after, PAGE).await.map_err(|error| error.to_string())?;
            for (place, moves) in page.items {
                let version = place.rsplit('#').next().and_then(|version| version.parse::<u64>().ok());
                made.insert(version.ok_or_else(|| format!("moves without a version at {place}"))?, moves);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        all.insert(*customer, made.into_values().flatten().collect());
    }
    Ok(all)
}

/// Whoever time alone may move has one timer, at the minute of that.
async fn standings(crm: &Crm, store: &Dynamo, customers: &[CustomerId]) -> Result<(), String> {
    let standings = store.standings(customers).await.map_err(|error| error.to_string())?;
    let due = |at: Time| Minute::of(at).number().to_string();
    let expected: BTreeSet<(String, String)> =
        standings.iter().filter_map(|one| Some((due(one.wakes_at?), one.customer.to_string()))).collect();
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let minute = |bucket: String| bucket.split('#').next().unwrap_or_default().to_owned();
    let timers = crm.cloud.state().tables.items("TimersTable");
    let timers = timers.iter().map(|item| (minute(text(item, "bucket")), text(item, "customerId"))).collect();
    same("timers", &timers, &expected)
}
