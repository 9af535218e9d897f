//! Builds over the ports in memory: with changes in between, duplicates, crashes and lost messages.

use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

use crm_domain::chosen::Chosen;
use crm_domain::customer::{AttributeValue, ConsentDefaults};
use crm_domain::edit::Edit;
use crm_domain::event::Event;
use crm_domain::export::PART_BYTES;
use crm_domain::export::table::Terms;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::json::Json;
use crm_domain::membership::{Cause, PartOfBuild, Step, Task};
use crm_domain::ports::{KeepSegments, QueueName, ReadCustomers, ReadSegments};
use crm_domain::rules::Rules;
use crm_domain::segment::{SegmentChange, SegmentDraft};
use crm_domain::time::{MINUTE, Time};
use crm_lambda::batch::incoming;
use crm_lambda::memberships::Keeper;
use crm_testing::{Memory, cases, received, settings};
use serde_json::{Value, json};

use crate::build::SILENCE;
use crate::export::Exports;
use crate::worker::{Next, TaskError, Worker};

struct Crm {
    memory: Arc<Memory>,
    worker: Worker<Memory, Memory, Memory>,
}

impl Crm {
    /// With so many customers; every third lives in Pune.
    fn new(people: u32) -> Self {
        let memory = Arc::new(Memory::default());
        let keeper = Keeper::new(memory.clone(), ConsentDefaults::default());
        let terms = Terms { currency: settings().currency.clone(), consent_defaults: ConsentDefaults::default() };
        let exports = Exports { files: memory.clone(), terms, part_bytes: PART_BYTES };
        let crm = Self { worker: Worker { store: memory.clone(), queue: memory.clone(), keeper, exports }, memory };
        for number in 0..people {
            crm.lives_in(number, 1, if number % 3 == 0 { "Pune" } else { "Goa" });
        }
        crm
    }

    fn lives_in(&self, number: u32, day: u32, city: &str) -> CustomerId {
        let event = json!({
            "specversion": "1.0", "id": format!("{number}-{day}"), "source": "/t", "type": "crm.customer.upsert.v1",
            "time": format!("2026-01-{day:02}T00:00:00Z"), "data": {"email": format!("c{number}@x.in"), "city": city},
        });
        let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        self.memory.apply(std::slice::from_ref(&event));
        event.customer().unwrap()
    }

    async fn create(&self, city: &str) -> SegmentId {
        let body = json!({"name": city, "rules": lives(city)});
        let draft = SegmentDraft::parse(&Json::parse(body.to_string().as_bytes()).unwrap(), &settings().currency).unwrap();
        let id = SegmentId::generate();
        let change = self.memory.all_segments().await.unwrap().create(draft, id, &settings().currency, Time::now()).unwrap();
        self.memory.change_segments(&change, None).await.unwrap();
        id
    }

    async fn edit(&self, id: SegmentId, city: &str) {
        let body = json!({"rules": lives(city)});
        let change = SegmentChange::parse(&Json::parse(body.to_string().as_bytes()).unwrap(), &settings().currency).unwrap();
        let segments = self.memory.all_segments().await.unwrap();
        let change = segments.update(segments.find(id).unwrap(), change, Time::now()).unwrap();
        self.memory.change_segments(&change, None).await.unwrap();
    }

    async fn handle(&self, task: Task) {
        self.deliver(task.body()).await;
    }

    async fn deliver(&self, body: String) {
        assert!(self.worker.handle(vec![received(QueueName::Segments, body)]).await.is_empty());
    }

    /// Works until the queue is empty, each message twice when `twice`.
    async fn drain(&self, twice: bool) {
        loop {
            let mut waiting = self.memory.drain(QueueName::Segments);
            if waiting.is_empty() {
                return;
            }
            // The last comes first, as SQS may.
            waiting.reverse();
            for message in waiting {
                self.deliver(message.body.clone()).await;
                if twice {
                    self.deliver(message.body).await;
                }
            }
        }
    }

    /// Applies what is queued of customers and settles those whom it names; returns how many events there were.
    async fn apply_queued(&self) -> usize {
        let mut events = Vec::new();
        for message in self.memory.drain(QueueName::Customers) {
            let Json::List(items) = Json::parse(message.body.as_bytes()).unwrap() else { panic!("{}", message.body) };
            events.extend(items.iter().map(|item| Event::parse(item, &settings().currency, Time::now()).unwrap()));
        }
        self.memory.apply(&events);
        let customers: Vec<CustomerId> = events.iter().filter_map(Event::customer).collect();
        self.worker.keeper.settle(&customers, Cause::Data, Time::now()).await.unwrap();
        events.len()
    }

    /// Whom readers see; `None` while there is nothing to see.
    async fn shown(&self, id: SegmentId) -> Option<BTreeSet<CustomerId>> {
        let edition = self.memory.segment(id).await.unwrap().unwrap().record.shown?.id;
        let members = self.memory.members_of(edition);
        assert_eq!(self.memory.size_of(edition), members.len() as i64);
        Some(members)
    }
}

fn lives(city: &str) -> Value {
    json!({"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": city}]})
}

const BUILD: Task = Task::Build { everyone: false, after: None };

#[tokio::test]
async fn a_new_segment_is_shown_when_it_is_complete() {
    for twice in [false, true] {
        let crm = Crm::new(50);
        let pune = crm.create("Pune").await;
        crm.handle(BUILD).await;
        assert_eq!(crm.shown(pune).await, None);
        crm.drain(twice).await;
        assert_eq!(crm.shown(pune).await.unwrap().len(), 17);
        let build = crm.memory.build().await.unwrap().unwrap().record;
        assert!(build.finished && build.is_complete() && (build.progress() - 1.0).abs() < f64::EPSILON);
        let moves = crm.memory.moves_of(crm.lives_in(0, 1, "Pune"));
        assert_eq!((moves.len(), moves[0].cause), (1, Cause::Rules));
        // Nothing to do.
        crm.handle(BUILD).await;
        assert!(crm.memory.drain(QueueName::Segments).is_empty());
    }
}

#[tokio::test]
async fn an_edited_segment_shows_the_old_members_until_the_new_ones_are_complete() {
    let crm = Crm::new(50);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    crm.drain(false).await;
    let old = crm.shown(id).await.unwrap();
    crm.edit(id, "Goa").await;
    crm.handle(BUILD).await;
    assert_eq!(crm.shown(id).await.unwrap(), old);
    // While it is built, people move; what is shown moves with them.
    let asha = crm.lives_in(0, 2, "Goa");
    crm.worker.keeper.settle(&[asha], Cause::Data, Time::now()).await.unwrap();
    assert_eq!(crm.shown(id).await.unwrap().len(), 16);
    let retired = crm.memory.segment(id).await.unwrap().unwrap().record.shown.unwrap().id;
    crm.drain(false).await;
    let new = crm.shown(id).await.unwrap();
    assert_eq!(new.len(), 34);
    assert!(new.contains(&asha));
    // The old members are swept away, in the end.
    assert!(crm.memory.members_of(retired).is_empty());
}

#[tokio::test]
async fn edits_during_a_build_are_built_after_it() {
    let crm = Crm::new(50);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    let parts = crm.memory.drain(QueueName::Segments);
    // Two editors, each asking for a build.
    crm.edit(id, "Goa").await;
    crm.handle(BUILD).await;
    crm.edit(id, "Delhi").await;
    crm.handle(BUILD).await;
    let other = crm.create("Goa").await;
    crm.handle(BUILD).await;
    for part in parts {
        crm.deliver(part.body).await;
    }
    // The first build was of a meaning that nobody wants any more.
    assert_eq!((crm.shown(id).await, crm.shown(other).await), (None, None));
    crm.drain(true).await;
    assert_eq!((crm.shown(id).await.unwrap().len(), crm.shown(other).await.unwrap().len()), (0, 33));
}

#[tokio::test]
async fn a_change_that_races_with_the_build_is_never_missed() {
    let crm = Crm::new(50);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    let parts = crm.memory.drain(QueueName::Segments);
    // Somebody moves before the build sees them, somebody after, and the stream is late.
    let early = crm.lives_in(1, 2, "Pune");
    for part in parts {
        crm.deliver(part.body).await;
    }
    let late = crm.lives_in(2, 2, "Pune");
    crm.drain(false).await;
    crm.worker.keeper.settle(&[early, late], Cause::Data, Time::now()).await.unwrap();
    let members = crm.shown(id).await.unwrap();
    assert!(members.contains(&early) && members.contains(&late) && members.len() == 19);
}

#[tokio::test]
async fn a_build_goes_on_after_every_kind_of_trouble() {
    for trouble in 0..16_u32 {
        let crm = Crm::new(50);
        let id = crm.create("Pune").await;
        if trouble % 2 == 0 {
            crm.memory.fail_memberships(trouble * 2);
        } else {
            crm.memory.lose_an_answer_after(trouble / 2);
        }
        crm.handle(BUILD).await;
        crm.drain(false).await;
        assert_eq!(crm.shown(id).await.unwrap().len(), 17, "trouble {trouble}");
    }
}

#[tokio::test]
async fn a_build_of_which_nothing_is_heard_is_woken() {
    let crm = Crm::new(50);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    // The messages are lost, as if the queue had been purged.
    assert!(!crm.memory.drain(QueueName::Segments).is_empty());
    crm.handle(BUILD).await;
    assert!(crm.memory.drain(QueueName::Segments).is_empty(), "they may still be on their way");
    crm.worker.begin(None, Time::now().plus(2 * SILENCE)).await.unwrap();
    crm.drain(false).await;
    assert_eq!(crm.shown(id).await.unwrap().len(), 17);
    // Only the last word was lost.
    crm.edit(id, "Goa").await;
    crm.handle(BUILD).await;
    let parts = crm.memory.drain(QueueName::Segments);
    let build = crm.memory.build().await.unwrap().unwrap();
    let part = build.record.missing().next().unwrap();
    crm.memory.note_build(&PartOfBuild { scanned: 50, ..part.clone() }, true, Time::parse("2026-01-01").unwrap()).await.unwrap();
    drop(parts);
    crm.handle(Task::SettlePart(PartOfBuild { target: part.target + 100, ..part })).await;
    assert_eq!(crm.shown(id).await.unwrap().len(), 17, "a part of another build completes nothing");
    crm.handle(BUILD).await;
    crm.drain(false).await;
    assert!(crm.memory.segment(id).await.unwrap().unwrap().record.is_built());
}

#[tokio::test]
async fn a_lost_batch_of_the_stream_is_made_good_by_looking_at_everybody() {
    let crm = Crm::new(30);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    crm.drain(false).await;
    crm.lives_in(1, 2, "Pune");
    crm.deliver(r#"{"requestContext":{"condition":"RetryAttemptsExhausted"},"DDBStreamBatchInfo":{"batchSize":1}}"#.to_owned())
        .await;
    crm.drain(false).await;
    assert_eq!(crm.shown(id).await.unwrap().len(), 11);
}

#[tokio::test]
async fn batches_lost_together_are_made_good_by_one_build_that_began_after_them() {
    let crm = Crm::new(30);
    let id = crm.create("Pune").await;
    // A clock that is an hour ahead changes nothing of what follows.
    let now = Time::now();
    crm.worker.begin(None, now.plus(60 * MINUTE)).await.unwrap();
    let under_way = crm.memory.drain(QueueName::Segments);
    let lost = async || match crm.worker.everyone().await.unwrap() {
        Next::Then(Task::Build { everyone: true, after: Some(after) }) => after,
        other => panic!("{other:?}"),
    };
    let lost = [lost().await, lost().await];
    // The one under way may have passed them, whether anything is heard of it or not.
    let begin = async |after: u64, now: Time| crm.worker.begin(Some(after), now).await;
    for now in [now, now.plus(60 * MINUTE + 2 * SILENCE)] {
        assert!(matches!(begin(lost[0], now).await, Err(TaskError::BuildUnderWay)));
    }
    for part in under_way {
        crm.deliver(part.body).await;
    }
    crm.drain(false).await;
    crm.lives_in(1, 2, "Pune");
    assert_eq!(begin(lost[0], now).await.unwrap(), Next::Done);
    let parts = crm.memory.drain(QueueName::Segments);
    assert!(!parts.is_empty());
    // It serves all others, while it is under way and when it has ended.
    assert_eq!(begin(lost[1], now).await.unwrap(), Next::Done);
    for part in parts {
        crm.deliver(part.body).await;
    }
    assert_eq!(crm.shown(id).await.unwrap().len(), 11);
    assert_eq!(begin(lost[1], now.plus(MINUTE)).await.unwrap(), Next::Done);
    assert!(crm.memory.drain(QueueName::Segments).is_empty());
}

#[tokio::test]
async fn a_part_of_the_build_before_completes_nothing_of_this_one() {
    let crm = Crm::new(30);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    let late = crm.memory.drain(QueueName::Segments);
    for part in &late {
        crm.deliver(part.body.clone()).await;
    }
    let held = crm.memory.build().await.unwrap().unwrap();
    assert_eq!(crm.worker.begin(Some(held.version), held.record.started_at.plus(1)).await.unwrap(), Next::Done);
    let parts = crm.memory.drain(QueueName::Segments);
    for part in late {
        crm.deliver(part.body).await;
    }
    assert!(!crm.memory.build().await.unwrap().unwrap().record.finished);
    crm.lives_in(1, 2, "Pune");
    for part in parts {
        crm.deliver(part.body).await;
    }
    assert_eq!(crm.shown(id).await.unwrap().len(), 11);
}

#[tokio::test]
async fn handed_on_customers_are_settled_and_nonsense_is_set_aside() {
    let crm = Crm::new(3);
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    crm.drain(false).await;
    let asha = crm.lives_in(1, 2, "Pune");
    crm.memory.fail_memberships(8);
    crm.handle(Task::Settle { customers: vec![asha], cause: Cause::Data }).await;
    let again = crm.memory.drain(QueueName::Segments);
    assert_eq!(Step::parse(&again[0].body).unwrap().attempt, 1);
    crm.deliver(again[0].body.clone()).await;
    assert!(crm.shown(id).await.unwrap().contains(&asha));
    for nonsense in ["", "{}", r#"{"task":"build.v9"}"#, "null"] {
        crm.deliver(nonsense.to_owned()).await;
    }
    assert_eq!(crm.memory.dead(QueueName::Segments).len(), 4);
}

/// A segment of who lives in Pune, and an edit of its members.
async fn pune_edit(crm: &Crm, change: &str) -> (SegmentId, Edit) {
    let id = crm.create("Pune").await;
    crm.handle(BUILD).await;
    crm.drain(false).await;
    let edition = crm.memory.segment(id).await.unwrap().unwrap().record.shown.unwrap().id;
    let change = Json::parse(change.as_bytes()).unwrap();
    let (source, name) = ("/api/u-1".to_owned(), "n".to_owned());
    (id, Edit { whom: Chosen::Members { edition }, change, source, name, at: Time::now(), after: None, edited: 0 })
}

async fn tagged(crm: &Crm, tag: &str) -> usize {
    let page = crm.memory.recent_customers(None, 10_000).await.unwrap();
    page.items.iter().filter(|customer| customer.tags.contains(tag)).count()
}

#[tokio::test]
async fn every_member_is_edited_once_and_nobody_else() {
    for twice in [false, true] {
        let crm = Crm::new(1_600);
        let (_, edit) = pune_edit(&crm, r#"{"tagsAdded":["vip"],"attributes":{"plan":"gold"}}"#).await;
        crm.handle(Task::Edit(edit.clone())).await;
        crm.drain(twice).await;
        assert_eq!(crm.apply_queued().await, 534);
        assert_eq!(tagged(&crm, "vip").await, 534);
        let asha = crm.memory.customer(crm.lives_in(0, 1, "Pune")).await.unwrap().unwrap();
        assert_eq!(asha.record.attributes["plan"], AttributeValue::Text("gold".into()));
        // The whole task comes again after somebody has said something newer.
        let later = Time::now();
        let taken = json!({
            "specversion": "1.0", "id": "later", "source": "/t", "type": "crm.customer.amend.v1", "time": later,
            "data": {"email": "c0@x.in", "tagsRemoved": ["vip"]},
        });
        let taken = Event::parse(&Json::parse(taken.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        crm.memory.apply(&[taken]);
        crm.handle(Task::Edit(edit)).await;
        crm.drain(false).await;
        assert_eq!(crm.apply_queued().await, 534);
        assert_eq!(tagged(&crm, "vip").await, 533);
        assert!(crm.memory.dead(QueueName::Segments).is_empty());
    }
}

#[tokio::test]
async fn an_edit_goes_on_where_its_time_was_up() {
    let crm = Crm::new(1_600);
    let (_, edit) = pune_edit(&crm, r#"{"tagsAdded":["vip"]}"#).await;
    let (mut edit, mut steps) = (edit, 1);
    while let Next::Then(Task::Edit(next)) = crm.worker.edit(edit, Instant::now()).await.unwrap() {
        // Members leave while others are still to come.
        let asha = crm.lives_in(3 * steps, 2, "Goa");
        crm.worker.keeper.settle(&[asha], Cause::Data, Time::now()).await.unwrap();
        (edit, steps) = (next, steps + 1);
    }
    assert_eq!(steps, 2);
    crm.apply_queued().await;
    assert!((533..=534).contains(&tagged(&crm, "vip").await));
}

#[tokio::test]
async fn members_who_are_gone_are_not_brought_back_by_an_edit() {
    let crm = Crm::new(30);
    let (_, edit) = pune_edit(&crm, r#"{"tagsAdded":["vip"]}"#).await;
    let asha = crm.lives_in(0, 1, "Pune");
    crm.memory.remove_customer(asha);
    crm.handle(Task::Edit(edit)).await;
    assert_eq!(crm.apply_queued().await, 9);
    assert_eq!(crm.memory.customer(asha).await.unwrap(), None);
}

#[tokio::test]
async fn an_edit_of_members_who_are_not_kept_any_more_is_set_aside() {
    let crm = Crm::new(30);
    let (id, edit) = pune_edit(&crm, r#"{"tagsAdded":["vip"]}"#).await;
    crm.edit(id, "Goa").await;
    crm.handle(BUILD).await;
    crm.drain(false).await;
    crm.handle(Task::Edit(edit)).await;
    assert_eq!((crm.apply_queued().await, crm.memory.drain(QueueName::Segments).len()), (0, 0));
    let dead = crm.memory.dead(QueueName::Segments);
    assert!(dead.len() == 1 && dead[0].attributes[0].1.contains("changed or deleted"), "{dead:?}");
}

#[tokio::test]
async fn an_edit_by_rules_reaches_whom_they_picked_when_it_was_asked_for_once() {
    for twice in [false, true] {
        let crm = Crm::new(300);
        let rules = r#"{"combinator":"and","rules":[{"field":"city","operator":"=","value":"Pune"}]}"#;
        let currency = settings().currency.clone();
        let rules = Rules::parse(&Json::parse(rules.as_bytes()).unwrap(), "rules", &currency).unwrap();
        let change = Json::parse(br#"{"tagsAdded":["vip"]}"#).unwrap();
        let (source, name) = ("/api/u-1".to_owned(), "n".to_owned());
        let edit = Edit { whom: Chosen::matching(&rules), change, source, name, at: Time::now(), after: None, edited: 0 };
        // No time at all: one page for each call.
        let (mut next, mut steps) = (Next::Then(Task::Edit(edit)), 0);
        while let Next::Then(Task::Edit(edit)) = next {
            if twice {
                crm.worker.edit(edit.clone(), Instant::now()).await.unwrap();
            }
            next = crm.worker.edit(edit, Instant::now()).await.unwrap();
            steps += 1;
        }
        assert!(steps > 50, "{steps} pages of three");
        assert_eq!(crm.apply_queued().await, if twice { 200 } else { 100 });
        assert_eq!(tagged(&crm, "vip").await, 100);
    }
}

#[tokio::test]
async fn every_event_of_the_folder_is_consumed() {
    for (case, event) in cases("segment-worker") {
        let crm = Crm::new(3);
        let failed = crm.worker.handle(incoming(serde_json::from_str(&event).unwrap())).await;
        assert!(failed.is_empty(), "{case}");
        assert_eq!(crm.memory.dead(QueueName::Segments).is_empty(), !case.starts_with("bad-"), "{case}");
    }
}
