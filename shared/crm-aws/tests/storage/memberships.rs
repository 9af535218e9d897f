//! Segments and who belongs to them: standings, members, sizes, moves and timers change together.

use std::collections::BTreeSet;

use crm_aws::Dynamo;
use crm_domain::customer::{ConsentDefaults, Customer};
use crm_domain::email::Email;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::membership::{Build, Catalogue, Cause, EditionId, Minute, PartOfBuild, Settled, Standing};
use crm_domain::ports::{KeepMemberships, KeepSegments, ReadCustomers, ReadMemberships, ReadSegments, Versioned};
use crm_domain::segment::{Segment, SegmentChange, SegmentDraft};
use crm_domain::time::{DAY, Time};
use serde_json::{Value, json};

use crate::store::{all, apply, at, audit, conflicts, currency, order, store, tree};

async fn add(store: &Dynamo, name: &str, condition: &Value) -> Segment {
    let body = json!({"name": name, "rules": {"combinator": "and", "rules": [condition]}});
    let draft = SegmentDraft::parse(&tree(&body), &currency()).unwrap();
    let change = store.all_segments().await.unwrap().create(draft, SegmentId::generate(), &currency(), Time::now()).unwrap();
    store.change_segments(&change, Some(&audit("segments/new"))).await.unwrap();
    change.puts[0].record.clone()
}

async fn settled(store: &Dynamo, customer: &Versioned<Customer>, now: Time) -> Settled {
    settled_by(store, customer, now, Cause::Data).await
}

async fn settled_by(store: &Dynamo, customer: &Versioned<Customer>, now: Time, cause: Cause) -> Settled {
    let segments = store.all_segments().await.unwrap();
    let catalogue = Catalogue::new(segments.revision, segments.all.iter().map(|held| &held.record));
    let id = customer.record.id;
    let before = store.standings(&[id]).await.unwrap().pop().unwrap_or_else(|| Standing::nowhere(id));
    catalogue.settle(Some((&customer.record, customer.version)), &before, now, cause, ConsentDefaults::default())
}

async fn held(store: &Dynamo, number: i64) -> Versioned<Customer> {
    store.customer(CustomerId::of(&Email::parse(&format!("c{number}@x.in")).unwrap())).await.unwrap().unwrap()
}

async fn size(store: &Dynamo, edition: EditionId) -> i64 {
    store.counts(&[edition]).await.unwrap()[0].members
}

#[tokio::test]
async fn segments_change_one_after_the_other() {
    let store = store().await;
    assert_eq!(store.segments_revision().await.unwrap(), 0);
    let rich = add(&store, "Rich", &json!({"field": "totalSpend", "operator": ">", "value": 100})).await;
    let stale = store.all_segments().await.unwrap();
    add(&store, "New", &json!({"field": "orderCount", "operator": "=", "value": 1})).await;
    assert_eq!(store.segments_revision().await.unwrap(), 2);
    let change = SegmentChange::parse(&tree(&json!({"name": "Very rich"})), &currency()).unwrap();
    let late = stale.update(stale.find(rich.id).unwrap(), change.clone(), Time::now()).unwrap();
    conflicts(store.change_segments(&late, None).await);
    let fresh = store.all_segments().await.unwrap();
    assert_eq!(fresh.all.len(), 2);
    store.change_segments(&fresh.update(fresh.find(rich.id).unwrap(), change, Time::now()).unwrap(), None).await.unwrap();
    let renamed = store.segment(rich.id).await.unwrap().unwrap();
    assert_eq!((renamed.record.name.as_str(), renamed.record.edition.rules.clone()), ("Very rich", rich.edition.rules));
    for limit in [1, 5] {
        assert_eq!(all(limit, async |after| store.segments(after, limit).await).await.len(), 2);
    }
    let fresh = store.all_segments().await.unwrap();
    store.change_segments(&fresh.delete(fresh.find(rich.id).unwrap()).unwrap(), None).await.unwrap();
    assert_eq!(store.segment(rich.id).await.unwrap(), None);
    assert_eq!(store.all_segments().await.unwrap().all.len(), 1);
}

#[tokio::test]
async fn a_membership_is_written_with_all_that_follows_of_it() {
    let store = store().await;
    let recent = json!({"field": "totalSpend", "operator": ">", "value": 100, "within": "P30D"});
    let edition = add(&store, "Recent", &recent).await.edition.id;
    let orders: Vec<_> = (0..30).map(|n| order(&format!("c{n}@x.in"), &n.to_string(), 0, 200)).collect();
    apply(&store, &orders).await;
    let now = at("2026-01-02T00:00:00Z");
    let (first, second) =
        (settled(&store, &held(&store, 0).await, now).await, settled(&store, &held(&store, 1).await, now).await);
    store.write_settled(&[first.clone(), second]).await.unwrap();
    conflicts(store.write_settled(std::slice::from_ref(&first)).await);
    assert_eq!(size(&store, edition).await, 2, "nobody is counted twice");

    let outdated = settled(&store, &held(&store, 2).await, now).await;
    apply(&store, &[order("c2@x.in", "again", 1, 5)]).await;
    conflicts(store.write_settled(&[outdated]).await);
    for number in 2..30 {
        let one = settled(&store, &held(&store, number).await, now).await;
        store.write_settled(&[one]).await.unwrap();
    }
    assert_eq!(size(&store, edition).await, 30);
    let members = all(100, async |after| store.members(edition, after, 100).await).await;
    assert_eq!(members.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>().len(), 30);
    for limit in [1, 7] {
        assert_eq!(all(limit, async |after| store.members(edition, after, limit).await).await, members, "by {limit}");
    }
    let ids: Vec<_> = members.iter().map(|(id, _)| *id).collect();
    assert_eq!(store.standings(&ids).await.unwrap().len(), 30);

    let flip = first.after.wakes_at.unwrap();
    let minute = Minute::of(flip);
    assert_eq!(store.due(minute).await.unwrap().len(), 30);
    assert_eq!(store.earliest_due().await.unwrap(), Some(minute));
    let left = settled(&store, &held(&store, 0).await, flip.plus(DAY)).await;
    store.write_settled(&[left]).await.unwrap();
    assert_eq!((size(&store, edition).await, store.due(minute).await.unwrap().len()), (29, 29));
    let moves = all(1, async |after| store.moves(first.after.customer, after, 1).await).await;
    assert_eq!(moves.iter().map(|(_, moves)| moves[0].entered).collect::<Vec<_>>(), [false, true], "newest first");
    store.forget_due(minute, &ids[..5]).await.unwrap();
    store.forget_due(minute, &ids).await.unwrap();
    assert_eq!(store.due(minute).await.unwrap(), []);

    assert_eq!(store.drained().await.unwrap(), None);
    store.note_drained(minute).await.unwrap();
    store.note_drained(Minute::new(minute.number() - 1)).await.unwrap();
    assert_eq!(store.drained().await.unwrap(), Some(minute));
    for _ in 0..100 {
        if store.sweep(edition).await.unwrap() {
            break;
        }
    }
    assert_eq!(all(100, async |after| store.members(edition, after, 100).await).await, []);
}

#[tokio::test]
async fn days_are_folded_away_and_stay_whole() {
    let store = store().await;
    let segment = add(&store, "All", &json!({"field": "orderCount", "operator": ">=", "value": 1})).await;
    let edition = segment.edition.id;
    apply(&store, &(0..3).map(|n| order(&format!("c{n}@x.in"), &n.to_string(), 0, 5)).collect::<Vec<_>>()).await;
    for day in 0..3 {
        let one = settled(&store, &held(&store, day).await, at("2026-01-02").plus(day * 20 * DAY)).await;
        store.write_settled(&[one]).await.unwrap();
    }
    let before = store.counts(&[edition]).await.unwrap().remove(0);
    assert_eq!((before.members, before.days.len()), (3, 3));
    let (from, until) = ("2025-12-01".parse().unwrap(), "2026-02-01".parse().unwrap());
    store.fold(segment.id, edition, Some(until)).await.unwrap();
    let (mut live, folded) = (store.counts(&[edition]).await.unwrap().remove(0), store.folded(segment.id, from).await.unwrap());
    assert!(live.days.len() == 1 && folded.times > 0, "{live:?} {folded:?}");
    live.add(&folded.counts[&edition]);
    assert_eq!(live, before);
    store.fold(segment.id, edition, None).await.unwrap();
    let folded = store.folded(segment.id, from).await.unwrap();
    assert_eq!(folded.counts[&edition], before, "with the members, once the edition is gone");
    store.forget_sizes(segment.id).await.unwrap();
    assert!(store.folded(segment.id, from).await.unwrap().counts.is_empty());
}

#[tokio::test]
async fn a_day_on_which_as_many_came_as_went_is_folded_away_too() {
    let store = store().await;
    let segment = add(&store, "Once", &json!({"field": "orderCount", "operator": "=", "value": 1})).await;
    let (edition, now) = (segment.edition.id, at("2026-01-02T12:00:00Z"));
    for number in ["1", "2"] {
        apply(&store, &[order("c0@x.in", number, 0, 5)]).await;
        let one = settled_by(&store, &held(&store, 0).await, now, Cause::Rules).await;
        store.write_settled(&[one]).await.unwrap();
    }
    assert_eq!(size(&store, edition).await, 0);
    store.fold(segment.id, edition, Some("2026-02-01".parse().unwrap())).await.unwrap();
    store.fold(segment.id, edition, None).await.unwrap();
    let left = store.counts(&[edition]).await.unwrap().remove(0);
    assert!(left.members == 0 && left.days.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_build_is_one_for_all_of_its_parts() {
    let store = store().await;
    assert_eq!(store.build().await.unwrap(), None);
    let build = Build::new(4, 2, 10, 0, at("2026-01-01"));
    store.put_build(0, &build).await.unwrap();
    conflicts(store.put_build(0, &build).await);
    let now = at("2026-01-02");
    let part = |part, scanned| PartOfBuild { target: 4, began_at: Some(build.started_at), part, of: 2, after: None, scanned };
    let half = store.note_build(&part(1, 6), true, now).await.unwrap().unwrap();
    assert!(!half.record.is_complete());
    let whole = store.note_build(&PartOfBuild { began_at: None, ..part(0, 4) }, true, now).await.unwrap().unwrap();
    assert!(whole.record.is_complete() && whole.version > half.version);
    for other in [PartOfBuild { target: 3, ..part(0, 4) }, PartOfBuild { began_at: Some(now), ..part(0, 4) }] {
        assert_eq!(store.note_build(&other, true, now).await.unwrap(), None, "there is another by now");
    }
}
