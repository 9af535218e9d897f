//! Customers, orders and activities: written together, read one by one, in lists, and forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use crm_domain::audit::Actor;
use crm_domain::email::Email;
use crm_domain::erasure::Erased;
use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::ledger::Outcome;
use crm_domain::ports::{
    ApplyEvents, CheckHealth, EditCustomers, ForgetTraces, KeepAudit, KeepErasures, ReadCustomers, ReadFigures, ReadOrders,
    ReadTraces, ScanCustomers, ScanPart,
};
use crm_domain::rules::Reads;
use crm_domain::stamp::Stamp;
use crm_domain::time::{DAY, Time};
use serde_json::json;

use crate::store::{Gate, all, applied, apply, at, audit, conflicts, customer, event, held_up, order, store};

fn id(email: &str) -> CustomerId {
    CustomerId::of(&Email::parse(email).unwrap())
}

fn number(text: &str) -> OrderId {
    OrderId::of(Some(text), "", "")
}

#[tokio::test]
async fn what_is_applied_is_read_back_by_every_way() {
    let store = store().await;
    assert!(store.is_reachable().await);
    assert_eq!(store.customer(id("asha@x.in")).await.unwrap(), None);
    let visit = event("crm.activity.record.v1", "v-1", 3, &json!({"email": "asha@x.in", "type": "visit", "at": "2026-01-04"}));
    let events = [customer("asha@x.in", 0, "Asha Rao"), order("asha@x.in", "7", 1, 250), order("ravi@x.in", "8", 2, 100), visit];
    assert_eq!(apply(&store, &events).await, [Outcome::Applied; 4]);
    assert_eq!(apply(&store, &events).await, [Outcome::Duplicate; 4], "nothing counts twice");

    let asha = store.customer(id("asha@x.in")).await.unwrap().unwrap();
    assert_eq!((asha.record.name.as_deref(), asha.record.sums.order_count), (Some("Asha Rao"), 1));
    assert_eq!(asha.record.history.purchases().len(), 1);
    assert_eq!(asha.record.visits(), 1);
    let seventh = store.order(number("7")).await.unwrap().unwrap();
    assert_eq!((seventh.version, seventh.record.customer_id()), (1, Some(id("asha@x.in"))));
    assert_eq!(store.order(number("9")).await.unwrap(), None);
    let of_asha = store.orders_of(&[id("asha@x.in")], None, 10).await.unwrap();
    assert_eq!(of_asha.items, std::slice::from_ref(&seventh.record));
    assert_eq!(store.activities_of(&[id("asha@x.in"), id("ravi@x.in")]).await.unwrap().len(), 1);
    let days = store.figures().await.unwrap().days;
    assert_eq!(days.iter().map(|day| day.figures.orders).sum::<i64>(), 2);
    assert_eq!(days.iter().map(|day| day.figures.customers).sum::<i64>(), 2);
}

#[tokio::test]
async fn what_rests_on_outdated_records_is_not_written_at_all() {
    let store = store().await;
    apply(&store, &[customer("asha@x.in", 0, "Asha")]).await;
    let (first, _) = applied(&store, &[order("asha@x.in", "1", 1, 10)]).await;
    let (second, _) = applied(&store, &[order("asha@x.in", "2", 2, 10), order("ravi@x.in", "3", 2, 10)]).await;
    store.commit(&[&first]).await.unwrap();
    conflicts(store.commit(&[&second]).await);
    conflicts(store.commit(&[&first]).await);
    assert_eq!(store.order(number("2")).await.unwrap(), None);
    assert_eq!(store.customer(id("ravi@x.in")).await.unwrap(), None, "what stands beside it is not written either");
    assert_eq!(store.figures().await.unwrap().days.iter().map(|day| day.figures.orders).sum::<i64>(), 1);
}

#[tokio::test]
async fn lists_have_one_order_whatever_the_length_of_their_pages() {
    let store = store().await;
    // Some on one day, and some orders at one instant.
    let people: Vec<_> = (0..40).map(|n| customer(&format!("c{n}@x.in"), n / 7, &format!("Priya {n}"))).collect();
    apply(&store, &people[..20]).await;
    apply(&store, &people[20..]).await;
    let orders: Vec<_> = (0..60).map(|n| order(&format!("c{}@x.in", n % 2), &n.to_string(), n / 9, n)).collect();
    apply(&store, &orders[..40]).await;
    apply(&store, &orders[40..]).await;

    let whole = all(100, async |after| store.recent_customers(after, 100).await).await;
    assert_eq!(whole.len(), 40);
    assert!(whole.windows(2).all(|two| two[0].created_at() >= two[1].created_at()), "newest first");
    let whole_orders = all(100, async |after| store.recent_orders(after, 100).await).await;
    assert_eq!(whole_orders.len(), 60);
    let mine = [id("c0@x.in"), id("c1@x.in")];
    for limit in [1, 7, 20] {
        assert_eq!(all(limit, async |after| store.recent_customers(after, limit).await).await, whole, "by {limit}");
        assert_eq!(all(limit, async |after| store.recent_orders(after, limit).await).await, whole_orders, "by {limit}");
        assert_eq!(all(limit, async |after| store.orders_of(&mine, after, limit).await).await, whole_orders, "by {limit}");
        let found = all(limit, async |after| store.search_customers("priya 3", after, limit).await).await;
        let found: BTreeSet<_> = found.iter().map(|one| one.id).collect();
        assert_eq!(found.len(), 11, "3 and 30 to 39, by {limit}");
    }
}

#[tokio::test]
async fn a_search_that_finds_few_among_many_is_made_in_stretches() {
    let store = store().await;
    for stretch in 0..85 {
        let people = (0..25).map(|n| customer(&format!("c{}@x.in", stretch * 25 + n), 0, "Priya")).collect::<Vec<_>>();
        apply(&store, &people).await;
    }
    apply(&store, &[customer("zia@x.in", 0, "Priya Zq")]).await;
    let (mut next, mut found, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = store.search_customers("priya zq", next, 25).await.unwrap();
        pages += 1;
        found.extend(page.items.into_iter().map(|one| one.id));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec![id("zia@x.in")], 2));
}

#[tokio::test]
async fn many_are_read_by_their_ids_at_once() {
    let store = store().await;
    for tens in 0..9 {
        let people: Vec<_> = (0..25).map(|n| customer(&format!("c{}@x.in", tens * 25 + n), 0, "N")).collect();
        apply(&store, &people).await;
    }
    // More than the hundred that DynamoDB takes, with strangers among them.
    let ids: Vec<_> = (0..240).map(|n| id(&format!("c{n}@x.in"))).collect();
    let found: BTreeSet<_> = store.customers(&ids).await.unwrap().into_iter().map(|one| one.record.id).collect();
    assert_eq!(found, ids[..225].iter().copied().collect());
    assert_eq!(store.customers_with_history(&ids).await.unwrap().len(), 225);
    assert_eq!(store.customers(&[]).await.unwrap(), []);

    let mut scanned = BTreeSet::new();
    for part in 0..3 {
        let mut place = ScanPart { part, of: 3, after: None, most: Some(10) };
        loop {
            let (people, next) = store.scan(&place, &Reads::default()).await.unwrap();
            assert!(people.len() <= 10);
            assert!(people.iter().all(|one| scanned.insert(one.id)), "nobody is in two parts");
            let Some(next) = next else { break };
            place.after = Some(next);
        }
    }
    assert_eq!(scanned, found);
    let (people, next) =
        store.scan_consistently(&ScanPart { part: 0, of: 1, after: None, most: None }, &Reads::default()).await.unwrap();
    assert_eq!((people.len(), next), (225, None));
}

#[tokio::test]
async fn a_long_history_is_whole_again_when_it_is_read() {
    let store = store().await;
    let long = |n: i64| {
        let items: Vec<_> = (0..60).map(|item| json!({"sku": format!("{n}-{item}-{}", "s".repeat(80)), "name": "n".repeat(190), "quantity": 1, "unitPrice": 1})).collect();
        event(
            "crm.order.place.v1",
            &n.to_string(),
            n,
            &json!({"email": "a@x.in", "orderId": n.to_string(), "items": items, "placedAt": format!("2026-01-{:02}", n + 1)}),
        )
    };
    for n in [4, 0, 2, 1, 5, 3] {
        apply(&store, &[long(n)]).await;
    }
    let held = store.customer(id("a@x.in")).await.unwrap().unwrap();
    assert_eq!((held.record.history.purchases().len(), held.record.history.products().len()), (6, 360));
    assert_eq!(held.version, 6);
    let listed = store.recent_customers(None, 5).await.unwrap().items.remove(0);
    assert_eq!((listed.sums, listed.history.purchases().len()), (held.record.sums, 0), "lists read sums, not histories");
    assert_eq!(store.forget_chapters(id("a@x.in")).await.unwrap(), 0, "all of them are somebody's");
}

#[tokio::test]
async fn two_who_are_merged_are_one_under_both_names() {
    let store = store().await;
    let events =
        [customer("a@x.in", 0, "A"), customer("b@x.in", 1, "B"), order("a@x.in", "1", 2, 10), order("b@x.in", "2", 3, 20)];
    apply(&store, &events).await;
    let (a, b) = (id("a@x.in"), id("b@x.in"));
    let stamp = Stamp::new(at("2026-02-01"), "m-1", "/users/owner");
    let mut ledger = store.hold(&[a, b]).await.unwrap();
    let mut late = ledger.clone();
    ledger.merge(a, b, &stamp).unwrap();
    store.edit(&ledger, Some(&audit("customers/a")), None).await.unwrap();
    late.merge(b, a, &stamp).unwrap();
    conflicts(store.edit(&late, Some(&audit("customers/b")), None).await);
    assert_eq!(store.audit(&crm_domain::audit::AuditFilter::default(), None, 10).await.unwrap().items.len(), 1);
    for one in [a, b] {
        assert_eq!(store.identities(one).await.unwrap(), [a, b]);
        let held = store.customer(one).await.unwrap().unwrap();
        assert_eq!((held.record.id, held.record.sums.order_count), (a, 2));
    }
    assert_eq!(store.orders_of(&[a, b], None, 10).await.unwrap().items.len(), 2);
    assert_eq!(store.recent_customers(None, 10).await.unwrap().items.len(), 1);
    apply(&store, &[order("b@x.in", "3", 4, 5)]).await;
    assert_eq!(store.customer(a).await.unwrap().unwrap().record.sums.order_count, 3, "events of either go to the one");
}

/// An order of B is read with what B was: merged into A. Before A is read, A and with them B are erased.
#[tokio::test]
async fn who_is_erased_while_records_are_read_does_not_begin_anew_under_a_former_name() {
    let store = store().await;
    apply(&store, &[customer("a@x.in", 0, "A"), customer("b@x.in", 1, "B")]).await;
    let (a, b) = (id("a@x.in"), id("b@x.in"));
    let mut ledger = store.hold(&[a, b]).await.unwrap();
    ledger.merge(a, b, &Stamp::new(at("2026-01-03"), "m-1", "/users/owner")).unwrap();
    store.edit(&ledger, None, None).await.unwrap();

    let gate = Arc::new(Gate::default());
    // Of orders, of B, and then of A.
    let slow = held_up("BatchGetItem", 3, &gate);
    let erasure = async {
        let mut ledger = store.hold(&[a]).await.unwrap();
        assert!(ledger.erase(a, at("2026-01-09")));
        store.edit(&ledger, None, None).await.unwrap();
    };
    let late = [order("b@x.in", "1", 4, 10)];
    let ((ledger, _), ()) = tokio::join!(applied(&slow, &late), gate.meanwhile(erasure));
    store.commit(&[&ledger]).await.unwrap();
    assert_eq!(store.customer(a).await.unwrap(), None, "what was said before is forgotten");
    assert_eq!(store.order(number("1")).await.unwrap().unwrap().record.customer_id(), None);
}

#[tokio::test]
async fn nothing_tells_of_the_erased_any_more() {
    let store = store().await;
    let visit = event("crm.activity.record.v1", "v-1", 3, &json!({"email": "a@x.in", "type": "visit", "at": "2026-01-04"}));
    apply(&store, &[customer("a@x.in", 0, "Asha"), order("a@x.in", "1", 1, 10), order("b@x.in", "2", 1, 20), visit]).await;
    let (a, when) = (id("a@x.in"), Time::now());
    let mut ledger = store.hold(&[a]).await.unwrap();
    assert!(ledger.erase(a, when));
    let by = Actor { id: "u-1".into(), name: "Owner".into() };
    let erased = Erased { id: a, identities: vec![a], at: when, by, finished_at: None };
    store.edit(&ledger, Some(&audit("customers/a")), Some(&erased)).await.unwrap();
    assert_eq!(store.customer(a).await.unwrap(), None);
    assert_eq!(store.recent_customers(None, 10).await.unwrap().items.len(), 1);
    for (orders, activities) in [(1, 1), (0, 0)] {
        assert_eq!(store.forget_orders(a, when).await.unwrap(), orders, "and again changes nothing");
        assert_eq!(store.forget_activities(a, when).await.unwrap(), activities);
        store.forget_chapters(a).await.unwrap();
        store.forget_words(&[a]).await.unwrap();
    }
    let kept = store.order(number("1")).await.unwrap().unwrap().record;
    assert_eq!(
        (kept.customer_id(), kept.body().map(|body| body.total().minor())),
        (None, Some(1_000)),
        "what it was worth stays"
    );
    assert_eq!(store.orders_of(&[a], None, 10).await.unwrap().items, []);
    assert_eq!(store.activities_of(&[a]).await.unwrap(), []);
    assert_eq!(store.search_customers("asha", None, 10).await.unwrap().items, []);
    store.note_finished(a, when, Time::now()).await.unwrap();
    store.note_finished(id("nobody@x.in"), when, Time::now()).await.unwrap();
    let list = store.erasures(None, 10).await.unwrap().items;
    assert_eq!((list.len(), list[0].id, list[0].finished_at.is_some()), (1, a, true));
    assert_eq!(
        apply(&store, &[customer("a@x.in", 2, "Asha")]).await,
        [Outcome::Forgotten],
        "what was said before stays forgotten"
    );
    // A pass that has seen nobody may meet somebody who has begun anew: what they brought is theirs.
    let anew = event("crm.activity.record.v1", "v-2", 1_500, &json!({"email": "a@x.in", "type": "visit", "at": "2026-01-04"}));
    apply(&store, &[order("a@x.in", "3", 1_500, 30), anew]).await;
    let far = when.plus(2_000 * DAY);
    assert_eq!((store.forget_orders(a, far).await.unwrap(), store.forget_activities(a, far).await.unwrap()), (0, 0));
    assert_eq!(store.orders_of(&[a], None, 10).await.unwrap().items.len(), 1);
}
