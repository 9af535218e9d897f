//! Exports over the ports in memory: whole ones, and ones that crash, come twice and race.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::time::Instant;

use crm_domain::audit::Actor;
use crm_domain::campaign::CampaignDraft;
use crm_domain::customer::{Channel, ConsentDefaults};
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::export::table::{COLUMNS, Terms};
use crm_domain::export::{Export, ExportCall, ExportStatus, PART_BYTES, Source};
use crm_domain::ids::{CampaignId, CustomerId, ExportId, SegmentId};
use crm_domain::json::Json;
use crm_domain::membership::{Cause, EditionId, Task};
use crm_domain::message::Message;
use crm_domain::ports::{
    KeepCampaigns, KeepExportFiles, KeepExports, KeepLog, KeepSegments, QueueName, ReadCustomers, ReadMemberships, ReadSegments,
};
use crm_domain::rules::Rules;
use crm_domain::time::Time;
use crm_domain::timing::Timing;
use crm_lambda::memberships::Keeper;
use crm_lambda::view;
use crm_testing::{Memory, audit, received, settings};
use serde_json::{Value, json};

use super::Exports;
use crate::worker::{Next, Worker};

const SEGMENT: &str = "01900000-0000-7000-8000-00000000000a";

struct Crm {
    memory: Arc<Memory>,
    worker: Worker<Memory, Memory, Memory>,
    edition: EditionId,
    people: u32,
}

impl Crm {
    /// With so many members, whose rows have at least `bytes` bytes; parts have `part_bytes`.
    async fn new(people: u32, bytes: usize, part_bytes: usize) -> Self {
        let memory = Arc::new(Memory::default());
        let rules = json!({"combinator": "and", "rules": [{"field": "country", "operator": "=", "value": "India"}]});
        let edition = memory.keep_segment(SEGMENT, "India", &rules);
        let keeper = Keeper::new(memory.clone(), ConsentDefaults::default());
        let terms = Terms { currency: settings().currency.clone(), consent_defaults: ConsentDefaults::default() };
        let exports = Exports { files: memory.clone(), terms, part_bytes };
        let worker = Worker { store: memory.clone(), queue: memory.clone(), keeper, exports };
        let crm = Self { memory, worker, edition, people };
        let filling: Vec<String> = (0..bytes / 400).map(|_| "x".repeat(400)).collect();
        for number in 0..people {
            let mut attributes: BTreeMap<String, Value> =
                filling.iter().enumerate().map(|(index, text)| (format!("filling{index}"), json!(text))).collect();
            attributes.insert("number".to_owned(), json!(number));
            if number == people / 2 {
                attributes.insert("rare".to_owned(), json!("=1+1"));
            }
            let data =
                json!({"email": format!("c{number}@x.in"), "country": "India", "name": "Rao, Asha", "attributes": attributes});
            crm.upsert(number, 1, &data).await;
        }
        assert_eq!(crm.memory.members_of(edition).len(), people as usize);
        crm
    }

    async fn upsert(&self, number: u32, day: u32, data: &Value) -> CustomerId {
        let id = self.say(number, day, data);
        self.worker.keeper.settle(&[id], Cause::Data, Time::now()).await.unwrap();
        id
    }

    /// What the stream has not brought yet.
    fn say(&self, number: u32, day: u32, data: &Value) -> CustomerId {
        let event = json!({
            "specversion": "1.0", "id": format!("{number}-{day}"), "source": "/t", "type": "crm.customer.upsert.v1",
            "time": format!("2026-01-{day:02}T00:00:00Z"), "data": data,
        });
        let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        self.memory.apply(std::slice::from_ref(&event));
        event.customer().unwrap()
    }

    async fn begin(&self) -> ExportCall {
        let actor = Actor { id: "u-1".into(), name: "u".into() };
        let segment_id = SegmentId::parse(SEGMENT).unwrap();
        let segment = Source::Segment { segment_id, segment_name: "India".into(), edition: self.edition };
        let export = Export::new(ExportId::generate(), segment, actor, Time::now());
        self.memory.create_export(&export, &audit()).await.unwrap();
        ExportCall::new(export.id, 1)
    }

    async fn deliver(&self, body: String) -> bool {
        self.worker.handle(vec![received(QueueName::Segments, body)]).await.is_empty()
    }

    /// Works until the queue is empty.
    async fn drain(&self) {
        loop {
            let waiting = self.memory.drain(QueueName::Segments);
            if waiting.is_empty() {
                return;
            }
            for message in waiting {
                assert!(self.deliver(message.body).await);
            }
        }
    }

    async fn state(&self, id: ExportId) -> Export {
        self.memory.export(id).await.unwrap().unwrap().record
    }

    /// The rows of the file, by address; each is there once.
    fn rows(&self, id: ExportId) -> BTreeMap<String, Vec<String>> {
        let file = self.memory.exported(id).expect("no file");
        let mut lines = file.strip_suffix("\r\n").unwrap().split("\r\n");
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let mut rows = BTreeMap::new();
        for line in lines {
            // No cell of these customers has a comma but the name.
            let cells: Vec<String> = line.replace("\"Rao, Asha\"", "Rao Asha").split(',').map(str::to_owned).collect();
            assert_eq!(cells.len(), header.len(), "{line}");
            assert!(rows.insert(cells[1].clone(), cells).is_none(), "twice: {line}");
        }
        rows
    }

    async fn assert_whole(&self, id: ExportId) {
        let state = self.state(id).await;
        assert_eq!((state.status(), state.error(), state.rows), (ExportStatus::Done, None, u64::from(self.people)));
        let rows = self.rows(id);
        assert_eq!(rows.len(), self.people as usize);
        let rare = &rows[&format!("c{}@x.in", self.people / 2)];
        assert_eq!((rare[0].as_str(), rare.last().unwrap().as_str()), (rare[0].as_str(), "'=1+1"));
        assert!(self.memory.dead(QueueName::Segments).is_empty());
    }
}

#[tokio::test]
async fn every_member_is_a_row_and_every_attribute_a_column() {
    let crm = Crm::new(1_200, 0, PART_BYTES).await;
    let call = crm.begin().await;
    assert!(crm.deliver(Task::Export(call.clone()).body()).await);
    crm.drain().await;
    crm.assert_whole(call.export).await;
    let file = crm.memory.exported(call.export).unwrap();
    assert_eq!(file.lines().next().unwrap(), format!("{},attributes.number,attributes.rare", COLUMNS.join(",")));
    assert_eq!(crm.memory.uploads(), (1, 0), "one upload, and it is finished");
    // The call comes again, late.
    assert!(crm.deliver(Task::Export(call.clone()).body()).await);
    assert!(crm.memory.drain(QueueName::Segments).is_empty());
    assert_eq!(crm.memory.exported(call.export).unwrap(), file);
}

#[tokio::test]
async fn those_for_whom_rules_hold_are_rows_and_nobody_else() {
    let crm = Crm::new(100, 0, PART_BYTES).await;
    let own = |condition: Value| json!({"combinator": "and", "rules": condition}).to_string();
    let over = json!([{"field": "attributes.number", "operator": ">=", "value": 60}]);
    for (rules, rows) in [(own(json!([])), 100), (own(over), 40)] {
        let actor = Actor { id: "u-1".into(), name: "u".into() };
        let export = Export::new(ExportId::generate(), Source::Customers { rules }, actor, Time::now());
        crm.memory.create_export(&export, &audit()).await.unwrap();
        assert!(crm.deliver(Task::Export(ExportCall::new(export.id, 1)).body()).await);
        crm.drain().await;
        let state = crm.state(export.id).await;
        assert_eq!((state.status(), state.error(), state.rows), (ExportStatus::Done, None, rows));
        assert_eq!(crm.rows(export.id).len() as u64, rows);
    }
}

#[tokio::test]
async fn large_files_are_sent_in_parts_of_the_size_that_storage_takes() {
    let crm = Crm::new(3_200, 3_200, PART_BYTES).await;
    let call = crm.begin().await;
    let (mut next, mut steps) = (Next::Then(Task::Export(call.clone())), 0);
    while let Next::Then(Task::Export(call)) = next {
        // No time at all: one step for each call.
        next = crm.worker.export(&call, Instant::now()).await.unwrap();
        steps += 1;
    }
    // Seven pages are read for their attributes, two parts written, the file put together.
    assert_eq!(steps, 10);
    crm.assert_whole(call.export).await;
    assert!(crm.memory.exported(call.export).unwrap().len() > 2 * PART_BYTES);
}

#[tokio::test]
async fn a_segment_without_members_is_a_header() {
    let crm = Crm::new(0, 0, PART_BYTES).await;
    let call = crm.begin().await;
    assert!(crm.deliver(Task::Export(call.clone()).body()).await);
    assert_eq!(crm.state(call.export).await.status(), ExportStatus::Done);
    assert_eq!(crm.memory.exported(call.export).unwrap(), format!("{}\r\n", COLUMNS.join(",")));
}

#[tokio::test]
async fn whoever_dies_at_any_step_is_followed_by_one_who_goes_on() {
    let mut died = 0;
    for steps in 0..25 {
        let crm = Crm::new(1_100, 0, 20_000).await;
        crm.memory.take_small_parts();
        let call = crm.begin().await;
        let body = Task::Export(call.clone()).body();
        crm.memory.die_after(Some(steps));
        let answered = crm.deliver(body.clone()).await;
        crm.memory.die_after(None);
        // What was not answered comes again when its visibility ends.
        if !answered {
            assert!(crm.deliver(body).await);
            died += 1;
        }
        crm.drain().await;
        crm.assert_whole(call.export).await;
    }
    assert!(died > 10, "{died} have died");
}

#[tokio::test]
async fn calls_that_are_doubled_and_race_leave_one_right_file() {
    let mut restarts = 0;
    for (lag, when) in (0..16).map(|turn| (turn % 4, turn / 4)) {
        let crm = Crm::new(1_100, 0, 20_000).await;
        crm.memory.take_small_parts();
        let mut call = crm.begin().await;
        // All are read for their attributes, and the file is begun.
        for _ in 0..3 {
            let Next::Then(Task::Export(next)) = crm.worker.export(&call, Instant::now()).await.unwrap() else { panic!("done") };
            call = next;
        }
        let other = ExportCall::new(call.export, call.version);
        let first = crm.memory.members(crm.edition, None, 1).await.unwrap().items[0].0;
        let first = crm.memory.customer(first).await.unwrap().unwrap().record.email;
        let pause = async |turns: u32| {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        };
        let late = async {
            pause(lag).await;
            crm.deliver(Task::Export(other).body()).await
        };
        // While they are at work, somebody changes, so that they write different parts.
        let change = async {
            pause(when).await;
            crm.say(0, 2, &json!({"email": first, "city": "Pune"}));
            crm.deliver(Task::Export(call.clone()).body()).await
        };
        assert_eq!(tokio::join!(crm.deliver(Task::Export(call.clone()).body()), late, change), (true, true, true));
        crm.drain().await;
        crm.assert_whole(call.export).await;
        restarts += crm.state(call.export).await.restarts;
    }
    assert!(restarts > 0, "nobody got in anybody's way");
}

#[tokio::test]
async fn a_part_that_was_overwritten_makes_the_file_begin_again() {
    let crm = Crm::new(1_100, 0, 20_000).await;
    crm.memory.take_small_parts();
    let call = crm.begin().await;
    // Three pages are read for their attributes, then one part is written.
    let mut call = call;
    for _ in 0..4 {
        let Next::Then(Task::Export(next)) = crm.worker.export(&call, Instant::now()).await.unwrap() else { panic!("done") };
        call = next;
    }
    crm.memory.put_export_part(call.export, "upload-1", 1, b"something else".to_vec()).await.unwrap();
    assert!(crm.deliver(Task::Export(call.clone()).body()).await);
    crm.drain().await;
    crm.assert_whole(call.export).await;
    assert_eq!(crm.state(call.export).await.restarts, 1);
}

#[tokio::test]
async fn an_erasure_in_the_midst_leaves_nothing_of_the_erased() {
    for stop in 0..7 {
        let crm = Crm::new(1_100, 0, 20_000).await;
        crm.memory.take_small_parts();
        let first = crm.begin().await;
        let mut next = Next::Then(Task::Export(first.clone()));
        for _ in 0..stop {
            if let Next::Then(Task::Export(call)) = next {
                next = crm.worker.export(&call, Instant::now()).await.unwrap();
            }
        }
        let erased = crm.upsert(3, 3, &json!({"email": "c3@x.in"})).await;
        crm.memory.remove_customer(erased);
        crm.memory.forget_exports().await.unwrap();
        if let Next::Then(task) = next {
            assert!(crm.deliver(task.body()).await);
        }
        crm.drain().await;
        let state = crm.state(first.export).await;
        assert_eq!((state.status(), state.rows), (ExportStatus::Done, 1_099), "after {stop} steps");
        assert!(!crm.rows(first.export).contains_key("c3@x.in"));
    }
}

#[tokio::test]
async fn members_who_are_not_kept_any_more_cannot_be_exported() {
    let crm = Crm::new(10, 0, PART_BYTES).await;
    let call = crm.begin().await;
    let Next::Then(Task::Export(next)) = crm.worker.export(&call, Instant::now()).await.unwrap() else { panic!("done") };
    let segments = crm.memory.all_segments().await.unwrap();
    let deletion = segments.delete(segments.find(SegmentId::parse(SEGMENT).unwrap()).unwrap()).unwrap();
    crm.memory.change_segments(&deletion, None).await.unwrap();
    assert!(crm.deliver(Task::Export(next).body()).await);
    let state = crm.state(call.export).await;
    assert_eq!(state.status(), ExportStatus::Failed);
    assert!(state.error().unwrap().contains("changed or deleted") && state.finished_at.is_some());
    assert_eq!(crm.memory.exported(call.export), None);
    assert!(crm.memory.dead(QueueName::Segments).is_empty() && crm.memory.drain(QueueName::Segments).is_empty());
}

#[tokio::test]
async fn an_export_that_keeps_failing_is_set_aside_and_says_so() {
    let crm = Crm::new(10, 0, PART_BYTES).await;
    let call = crm.begin().await;
    let step = crm_domain::membership::Step { task: Task::Export(call.clone()), attempt: 8 };
    // The export is read, and then nothing answers; by the time it is given up, storage is back.
    crm.memory.die_after(Some(1));
    let (delivered, ()) = tokio::join!(crm.deliver(step.body()), async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        crm.memory.die_after(None);
    });
    assert!(delivered);
    let dead = crm.memory.dead(QueueName::Segments);
    assert_eq!((dead.len(), crm.state(call.export).await.status()), (1, ExportStatus::Failed));
    assert_eq!(dead[0].attributes[0].1, "storage is unavailable: the process has died", "and why");
}

#[tokio::test]
async fn an_export_that_nobody_knows_is_dropped() {
    let crm = Crm::new(0, 0, PART_BYTES).await;
    assert!(crm.deliver(Task::Export(ExportCall::new(ExportId::generate(), 1)).body()).await);
    assert!(crm.memory.dead(QueueName::Segments).is_empty() && crm.memory.drain(QueueName::Segments).is_empty());
}

#[tokio::test]
async fn the_columns_are_the_fields_of_the_api() {
    let crm = Crm::new(1, 0, PART_BYTES).await;
    let order = json!({
        "specversion": "1.0", "id": "o", "source": "/t", "type": "crm.order.place.v1", "time": "2026-01-02T00:00:00Z",
        "data": {"email": "c0@x.in", "total": 5},
    });
    let order = Event::parse(&Json::parse(order.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
    crm.memory.apply(&[order]);
    let text = json!({"email": "c0@x.in", "phone": "1", "city": "Pune", "timeZone": "Asia/Kolkata"});
    let id = crm.upsert(0, 2, &text).await;
    let customer = crm.memory.customer(id).await.unwrap().unwrap().record;
    let shown = json!(view::customer(&customer, &settings()));
    let fields: BTreeSet<&str> =
        shown.as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "attributes").collect();
    assert_eq!(fields, BTreeSet::from(COLUMNS));
}

#[tokio::test]
async fn a_log_becomes_a_file_of_many_parts_with_each_recipient_once() {
    let crm = Crm::new(1, 0, 2_000).await;
    crm.memory.take_small_parts();
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let draft = CampaignDraft {
        name: "Hello".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: Vec::new(),
        holdout: crm_domain::experiment::Share::NONE,
        test: None,
        scheduled_at: None,
        timing: Timing::default(),
        caps: None,
        attribution_days: None,
        draft: false,
    };
    let rules = Rules::parse(&rules, "rules", &settings().currency).unwrap();
    let campaign = draft.into_campaign(CampaignId::generate(), rules, 5_000, Time::now());
    crm.memory.create_campaign(&campaign, &audit()).await.unwrap();
    let entries: Vec<Message> = (0..200)
        .map(|number| {
            let email = Email::parse(&format!("r{number}@x.in")).unwrap();
            Message { body: Some("=1+1".into()), sent_at: Some(Time::now()), ..Message::blank(&email, Time::now()) }
        })
        .collect();
    crm.memory.log_recipients(&campaign, &entries).await.unwrap();
    let source = Source::Campaign { campaign_id: campaign.id, campaign_name: campaign.name.clone() };
    let actor = Actor { id: "u-1".into(), name: "u".into() };
    let export = Export::new(ExportId::generate(), source, actor, Time::now());
    crm.memory.create_export(&export, &audit()).await.unwrap();
    let call = ExportCall::new(export.id, 1);
    // Twice, and once more when it is done.
    for _ in 0..2 {
        assert!(crm.deliver(Task::Export(call.clone()).body()).await);
    }
    crm.drain().await;
    assert!(crm.deliver(Task::Export(call).body()).await);
    let state = crm.state(export.id).await;
    assert_eq!((state.status(), state.rows), (ExportStatus::Done, 200));
    let file = crm.memory.exported(export.id).unwrap();
    let mut lines = file.lines();
    assert!(lines.next().unwrap().starts_with("id,email,channel,variant,status,"));
    let seen: BTreeSet<String> = lines.map(|line| line.split(',').nth(1).unwrap().to_owned()).collect();
    assert_eq!(seen.len(), 200);
    assert_eq!(file.matches(",'=1+1\r\n").count(), 200);
}
