//! Whole imports over the desk in memory: good and bad files, and workers that die, repeat and race.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::Poll;

use crm_domain::audit::AuditEntry;
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::ids::ImportId;
use crm_domain::import::{Import, ImportKind, ImportStatus};
use crm_domain::json::Json;
use crm_domain::ports::{
    Enqueue, KeepImports, KeepUploads, Outgoing, Page, Postpone, QueueError, QueueName, Slice, StoreError, Versioned,
};
use crm_domain::time::Time;
use crm_lambda::batch::{Incoming, incoming};
use crm_testing::{AtDesk, cases, received, settings};
use proptest::prelude::*;
use serde_json::json;

use crate::stretch::Limits;
use crate::work::{App, consume_all};

const ID: &str = "019ab1c2-3d4e-7f50-8a61-b2c3d4e5f607";

fn app<S, U, Q>(store: S, uploads: U, queue: Q, limits: Limits) -> Arc<App<S, U, Q>> {
    Arc::new(App { store, uploads, queue, currency: settings().currency.clone(), limits })
}

fn worker(desk: &AtDesk, limits: Limits) -> Arc<App<AtDesk, AtDesk, AtDesk>> {
    app(desk.clone(), desk.clone(), desk.clone(), limits)
}

fn new_import(kind: ImportKind) -> Import {
    Import::new(ImportId::parse(ID).unwrap(), kind, BTreeMap::new(), Time::parse("2026-11-22").unwrap())
}

fn desk_with(kind: ImportKind, file: &[u8]) -> AtDesk {
    let desk = AtDesk::default();
    let import = new_import(kind);
    desk.desk().files.insert(import.id, (file.to_vec(), "t1".into()));
    desk.desk().imports.insert(import.id, (1, import));
    desk
}

fn uploaded() -> String {
    json!({"Records": [{"s3": {"object": {"key": format!("imports/{ID}/file.csv")}}}]}).to_string()
}

fn message(body: String) -> Incoming {
    received(QueueName::Imports, body)
}

fn state(desk: &AtDesk) -> Import {
    desk.desk().imports[&ImportId::parse(ID).unwrap()].1.clone()
}

fn take(desk: &AtDesk, queue: QueueName) -> Vec<Outgoing> {
    std::mem::take(desk.desk().queues.entry(queue).or_default())
}

/// Ids of the events in messages, which the write worker must understand, and reports them as applied.
fn apply(desk: &AtDesk, messages: &[Outgoing]) -> Vec<String> {
    let mut ids = Vec::new();
    for message in messages {
        let Json::List(events) = Json::parse(message.body.as_bytes()).unwrap() else { panic!("not a list") };
        ids.extend(events.iter().map(|event| Event::parse(event, &settings().currency, Time::now()).unwrap().id));
        let attribute = |name| message.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str()).unwrap();
        desk.part_applied(ImportId::parse(attribute("import-id")).unwrap(), attribute("import-part").parse().unwrap());
    }
    ids
}

/// Imports a file without any trouble on the way.
async fn import(desk: &AtDesk, limits: Limits) -> Import {
    let mut calls = vec![uploaded()];
    while let Some(call) = calls.pop() {
        assert!(consume_all(worker(desk, limits), vec![message(call)]).await.is_empty());
        calls.extend(take(desk, QueueName::Imports).into_iter().map(|message| message.body));
    }
    state(desk)
}

async fn failure(kind: ImportKind, file: &[u8]) -> String {
    let import = import(&desk_with(kind, file), Limits::default()).await;
    assert_eq!(import.status(), ImportStatus::Failed);
    import.error.unwrap()
}

#[tokio::test]
async fn every_event_of_the_folder_is_answered_or_set_aside() {
    for (case, event) in cases("import-worker") {
        let desk = desk_with(ImportKind::Orders, b"email,total\na@x.in,5\n");
        let mut messages = incoming(serde_json::from_str(&event).unwrap());
        assert_eq!(messages.len(), 1, "{case}");
        messages[0].attributes = vec![("request-id".to_owned(), "api-7".to_owned())];
        assert!(consume_all(worker(&desk, Limits::default()), messages).await.is_empty(), "{case}");
        let dead = desk.desk().dead.get(&QueueName::Imports).cloned().unwrap_or_default();
        assert_eq!(dead.len(), usize::from(case.starts_with("bad-")), "{case}");
        assert!(dead.iter().all(|letter| letter.attributes[0].0 == "reason" && !letter.attributes[0].1.is_empty()), "{case}");
        assert!(dead.iter().all(|letter| letter.attributes.contains(&("request-id", "api-7".to_owned()))), "{case}");
        assert_eq!(take(&desk, QueueName::Orders).len(), usize::from(matches!(case.as_str(), "uploaded" | "go-on")), "{case}");
    }
}

#[tokio::test]
async fn one_bad_row_in_ten_thousand_is_listed_and_the_others_are_kept() {
    let mut file = "\u{feff}Email;Order Number;Amount\r\n".to_owned();
    for row in 0..10_000 {
        let amount = if row == 4_321 { "1,000.5".to_owned() } else { format!("{row}.25") };
        writeln!(file, "c{row}@x.in;o-{row};{amount}\r").unwrap();
    }
    let desk = desk_with(ImportKind::Orders, file.as_bytes());
    let limits = Limits { bytes: 50_000, ..Limits::default() };
    let import = import(&desk, limits).await;
    assert_eq!((import.rows, import.accepted, import.rejected), (10_000, 9_999, 1));
    assert_eq!(import.status(), ImportStatus::Applying);
    assert_eq!(apply(&desk, &take(&desk, QueueName::Orders)).len(), 9_999);
    assert_eq!(state(&desk).status(), ImportStatus::Done);
    let listed: String = desk.desk().rejected.values().cloned().collect();
    assert_eq!(listed, "4323,total: must be a number,\"c4321@x.in;o-4321;1,000.5\"\n");
}

#[tokio::test]
async fn files_that_cannot_be_imported_fail_with_a_reason() {
    assert!(failure(ImportKind::Orders, b"").await.contains("empty"));
    assert!(failure(ImportKind::Orders, b"who,what\na,b\n").await.contains("no column for email"));
    let desk = desk_with(ImportKind::Orders, b"email,total\na@x.in,5\n");
    let large = import(&desk, Limits { file_bytes: 20, ..Limits::default() }).await;
    assert!(large.error.is_some_and(|error| error.contains("larger than 1 GB")));
    assert!(take(&desk, QueueName::Orders).is_empty());
    let endless = format!("email,total\na@x.in,1\n\"{}", "x".repeat(2_000_000));
    let desk = desk_with(ImportKind::Orders, endless.as_bytes());
    let import = import(&desk, Limits::default()).await;
    assert!(import.error.is_some_and(|error| error.contains("line 3")));
    assert_eq!((import.accepted, take(&desk, QueueName::Orders).len()), (1, 1));
}

#[tokio::test]
async fn a_file_with_a_header_alone_is_done_at_once() {
    let import = import(&desk_with(ImportKind::Customers, b"email,name"), Limits::default()).await;
    assert_eq!((import.status(), import.rows), (ImportStatus::Done, 0));
}

#[tokio::test]
async fn a_file_replaced_on_the_way_is_not_mixed_with_the_first() {
    let rows = "a@x.in,5\n".repeat(40);
    let desk = desk_with(ImportKind::Orders, format!("email,total\n{rows}").as_bytes());
    let limits = Limits { bytes: 100, ..Limits::default() };
    assert!(consume_all(worker(&desk, limits), vec![message(uploaded())]).await.is_empty());
    desk.desk().files.get_mut(&ImportId::parse(ID).unwrap()).unwrap().1 = "t2".into();
    let next = take(&desk, QueueName::Imports).remove(0).body;
    assert!(consume_all(worker(&desk, limits), vec![message(next)]).await.is_empty());
    assert!(state(&desk).error.is_some_and(|error| error.contains("replaced")));
}

#[tokio::test]
async fn a_file_is_forgotten_when_it_is_read_and_calls_that_come_later_do_no_harm() {
    let desk = desk_with(ImportKind::Orders, b"email,total\na@x.in,5\nb@x.in,x\n");
    import(&desk, Limits::default()).await;
    assert!(desk.desk().files.is_empty());
    let read = state(&desk);
    // The notice comes again; then somebody uploads another file to the same place, while its URL is still good.
    assert!(consume_all(worker(&desk, Limits::default()), vec![message(uploaded())]).await.is_empty());
    desk.desk().files.insert(read.id, (b"email,total\nc@x.in,7\n".to_vec(), "t2".into()));
    assert!(consume_all(worker(&desk, Limits::default()), vec![message(uploaded())]).await.is_empty());
    assert_eq!((state(&desk), desk.desk().files.len()), (read, 0));
    assert_eq!(apply(&desk, &take(&desk, QueueName::Orders)).len(), 1);
    assert_eq!(desk.desk().rejected.len(), 1, "what was refused can still be looked at");
}

#[tokio::test]
async fn an_import_that_fails_keeps_no_file() {
    let desk = desk_with(ImportKind::Orders, b"who,what\na,b\n");
    assert!(import(&desk, Limits::default()).await.error.is_some());
    assert!(desk.desk().files.is_empty());
}

#[tokio::test]
async fn rows_of_the_forgotten_are_in_no_file_any_more() {
    let desk = desk_with(ImportKind::Orders, b"email,total\nasha@x.in,x\nb@x.in,y\n");
    import(&desk, Limits::default()).await;
    let other = ImportId::generate();
    desk.desk().files.insert(other, (b"email,total\nAsha@X.in,5\n".to_vec(), "t".into()));
    for _ in 0..2 {
        let emails = [Email::parse("asha@x.in").unwrap()];
        desk.forget_files_of(&emails, Time::now()).await.unwrap();
        desk.forget_rows_of(&emails).await.unwrap();
        let listed: String = desk.desk().rejected.values().cloned().collect();
        assert_eq!(listed, "3,total: must be a number,\"b@x.in,y\"\n");
        assert!(!desk.desk().files.contains_key(&other));
    }
}

#[tokio::test]
async fn the_same_file_makes_the_same_events_again() {
    let file = "email,total\na@x.in,5\nb@x.in,6\n".as_bytes();
    let mut sources = BTreeSet::new();
    for _ in 0..2 {
        let desk = desk_with(ImportKind::Orders, file);
        import(&desk, Limits::default()).await;
        sources.insert(take(&desk, QueueName::Orders).remove(0).body);
    }
    assert_eq!(sources.len(), 1);
}

#[tokio::test]
async fn parts_noted_by_one_who_dies_before_sending_do_not_stay_pending() {
    let desk = desk_with(ImportKind::Orders, b"email,total\na@x.in,5\nb@x.in,6\n");
    let limits = Limits { pause_ms: 0, ..Limits::default() };
    let mut steady = pin!(consume_all(worker(&desk.colleague(None), limits), vec![message(uploaded())]));
    // One has sent the parts and not moved on yet; they are applied.
    while !desk.desk().queues.contains_key(&QueueName::Orders) {
        let ended = poll_fn(|context| Poll::Ready(steady.as_mut().poll(context).is_ready())).await;
        assert!(!ended);
    }
    apply(&desk, &take(&desk, QueueName::Orders));
    // The other reads the import and the file, notes the same parts, and dies.
    assert_eq!(consume_all(worker(&desk.colleague(Some(3)), limits), vec![message(uploaded())]).await.len(), 1);
    assert_eq!(state(&desk).pending.len(), 1);
    assert!(steady.await.is_empty());
    assert_eq!(import(&desk, limits).await.bytes_read, state(&desk).bytes_total);
    apply(&desk, &take(&desk, QueueName::Orders));
    assert_eq!((state(&desk).status(), state(&desk).rows), (ImportStatus::Done, 2));
}

/// A million rows that exist only while they are read, and a queue that only counts.
struct Million {
    import: std::sync::Mutex<(u64, Import)>,
    calls: std::sync::Mutex<Vec<String>>,
    rows: AtomicU64,
    largest: AtomicUsize,
    forgotten: AtomicUsize,
}

const WIDTH: u64 = 32;

impl KeepImports for Million {
    async fn create_import(&self, _: &Import, _: &AuditEntry) -> Result<(), StoreError> {
        Ok(())
    }

    async fn import(&self, _: ImportId) -> Result<Option<Versioned<Import>>, StoreError> {
        let (version, record) = self.import.lock().unwrap().clone();
        Ok(Some(Versioned { version, record }))
    }

    async fn imports(&self, _: Option<String>, _: usize) -> Result<Page<Import>, StoreError> {
        Ok(Page { items: Vec::new(), next: None })
    }

    async fn update_import(&self, version: u64, import: &Import, _: Range<u64>) -> Result<(), StoreError> {
        *self.import.lock().unwrap() = (version + 1, import.clone());
        Ok(())
    }
}

impl KeepUploads for Million {
    async fn upload_url(&self, _: ImportId) -> Result<String, StoreError> {
        Ok(String::new())
    }

    async fn read(&self, _: ImportId, offset: u64, length: u64, _: Option<&str>) -> Result<Option<Slice>, StoreError> {
        let size = WIDTH * 1_000_001;
        let end = (offset + length).min(size);
        let row = |row: u64| {
            if row == 0 { format!("{:<31}\n", "email,total") } else { format!("{:<31}\n", format!("c{row}@example.in,{row}.50")) }
        };
        let text: String = (offset / WIDTH..end.div_ceil(WIDTH)).map(row).collect();
        let from = (offset % WIDTH) as usize;
        Ok(Some(Slice { bytes: text.as_bytes()[from..from + (end - offset) as usize].to_vec(), size, tag: "t".into() }))
    }

    async fn forget_file(&self, _: ImportId) -> Result<(), StoreError> {
        self.forgotten.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn keep_rejected(&self, _: ImportId, _: u64, csv: String) -> Result<(), StoreError> {
        panic!("rejected: {csv}")
    }

    async fn rejected(&self, _: ImportId, _: usize) -> Result<String, StoreError> {
        Ok(String::new())
    }

    async fn forget_rows_of(&self, _: &[Email]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn forget_files_of(&self, _: &[Email], _: Time) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Enqueue for Million {
    async fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        if queue == QueueName::Imports {
            self.calls.lock().unwrap().extend(messages.into_iter().map(|message| message.body));
        } else {
            self.largest.fetch_max(messages.iter().map(|message| message.body.len()).sum(), Ordering::Relaxed);
            let rows = messages.iter().map(|message| message.body.matches("\"specversion\"").count() as u64).sum();
            self.rows.fetch_add(rows, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn bury(&self, _: QueueName, _: Outgoing) -> Result<(), QueueError> {
        panic!("buried")
    }
}

impl Postpone for Million {
    async fn postpone(&self, _: QueueName, _: Vec<(String, u32)>) -> Result<(), QueueError> {
        panic!("postponed")
    }
}

#[tokio::test]
async fn a_million_rows_take_no_more_memory_than_one_stretch() {
    let million = Arc::new(Million {
        import: std::sync::Mutex::new((1, new_import(ImportKind::Orders))),
        calls: std::sync::Mutex::new(vec![uploaded()]),
        rows: AtomicU64::new(0),
        largest: AtomicUsize::new(0),
        forgotten: AtomicUsize::new(0),
    });
    let app = app(Shared(million.clone()), Shared(million.clone()), Shared(million.clone()), Limits::default());
    loop {
        let Some(call) = million.calls.lock().unwrap().pop() else { break };
        assert!(consume_all(app.clone(), vec![message(call)]).await.is_empty());
    }
    let (_, import) = million.import.lock().unwrap().clone();
    assert_eq!((import.status(), import.rows, import.accepted), (ImportStatus::Done, 1_000_000, 1_000_000));
    assert_eq!(million.rows.load(Ordering::Relaxed), 1_000_000);
    let largest = million.largest.load(Ordering::Relaxed);
    assert!(largest < 30_000_000, "{largest} bytes of messages at once");
    assert_eq!(million.forgotten.load(Ordering::Relaxed), 1, "the file goes when all of it is read");
}

/// The orphan rule wants a type of ours around the `Arc`.
struct Shared(Arc<Million>);

impl KeepImports for Shared {
    async fn create_import(&self, import: &Import, audit: &AuditEntry) -> Result<(), StoreError> {
        self.0.create_import(import, audit).await
    }
    async fn import(&self, id: ImportId) -> Result<Option<Versioned<Import>>, StoreError> {
        self.0.import(id).await
    }
    async fn imports(&self, after: Option<String>, limit: usize) -> Result<Page<Import>, StoreError> {
        self.0.imports(after, limit).await
    }
    async fn update_import(&self, version: u64, import: &Import, begun: Range<u64>) -> Result<(), StoreError> {
        self.0.update_import(version, import, begun).await
    }
}

impl KeepUploads for Shared {
    async fn upload_url(&self, id: ImportId) -> Result<String, StoreError> {
        self.0.upload_url(id).await
    }
    async fn read(&self, id: ImportId, offset: u64, length: u64, tag: Option<&str>) -> Result<Option<Slice>, StoreError> {
        self.0.read(id, offset, length, tag).await
    }
    async fn forget_file(&self, id: ImportId) -> Result<(), StoreError> {
        self.0.forget_file(id).await
    }
    async fn keep_rejected(&self, id: ImportId, offset: u64, csv: String) -> Result<(), StoreError> {
        self.0.keep_rejected(id, offset, csv).await
    }
    async fn rejected(&self, id: ImportId, max: usize) -> Result<String, StoreError> {
        self.0.rejected(id, max).await
    }
    async fn forget_rows_of(&self, emails: &[Email]) -> Result<(), StoreError> {
        self.0.forget_rows_of(emails).await
    }

    async fn forget_files_of(&self, emails: &[Email], before: Time) -> Result<(), StoreError> {
        self.0.forget_files_of(emails, before).await
    }
}

impl Enqueue for Shared {
    async fn enqueue(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        self.0.enqueue(queue, messages).await
    }
    async fn bury(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.0.bury(queue, message).await
    }
}

impl Postpone for Shared {
    async fn postpone(&self, queue: QueueName, messages: Vec<(String, u32)>) -> Result<(), QueueError> {
        self.0.postpone(queue, messages).await
    }
}

/// One turn of a troubled import: which calls two workers take, and after how many steps each dies.
#[derive(Debug, Clone)]
struct Trouble {
    calls: [usize; 2],
    steps: [Option<u32>; 2],
    /// By how many steps the second comes later.
    lag: u32,
    /// The first call is delivered once more, later.
    again: bool,
    /// At which of the two workers' steps the write worker does its work, bit by bit.
    applied: u32,
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let steps = || prop_oneof![1 => Just(None), 2 => (0_u32..12).prop_map(Some)];
    ([0_usize..9, 0..9], [steps(), steps()], 0_u32..6, any::<bool>(), any::<u32>())
        .prop_map(|(calls, steps, lag, again, applied)| Trouble { calls, steps, lag, again, applied })
}

/// Imports through all the trouble, then without any until nothing is left to do.
async fn import_with(troubles: Vec<Trouble>, file: &[u8], limits: Limits) -> (AtDesk, Vec<String>) {
    let desk = desk_with(ImportKind::Orders, file);
    let mut calls = vec![uploaded(), uploaded()];
    let mut applied = Vec::new();
    let calm = Trouble { calls: [0, 0], steps: [None, None], lag: 0, again: false, applied: u32::MAX };
    let mut troubles = troubles.into_iter();
    for _ in 0..1_000 {
        let Trouble { calls: picks, steps, lag, again, applied: ticks } = troubles.next().unwrap_or_else(|| calm.clone());
        if calls.is_empty() {
            break;
        }
        let first = calls.swap_remove(picks[0] % calls.len());
        let second = if calls.is_empty() { first.clone() } else { calls.swap_remove(picks[1] % calls.len()) };
        let at = |steps| worker(&desk.colleague(steps), limits);
        let write_worker = async {
            let mut ids = Vec::new();
            for tick in 0..u32::BITS {
                tokio::task::yield_now().await;
                if ticks >> tick & 1 == 1 {
                    ids.extend(apply(&desk, &take(&desk, QueueName::Orders)));
                }
            }
            ids
        };
        let (one, two, ids) = tokio::join!(
            consume_all(at(steps[0]), vec![message(first.clone())]),
            async {
                for _ in 0..lag {
                    tokio::task::yield_now().await;
                }
                consume_all(at(steps[1]), vec![message(second.clone())]).await
            },
            write_worker
        );
        applied.extend(ids);
        if again || !one.is_empty() {
            calls.push(first);
        }
        if !two.is_empty() {
            calls.push(second);
        }
        calls.extend(take(&desk, QueueName::Imports).into_iter().map(|message| message.body));
    }
    assert!(calls.is_empty(), "the import never ends");
    applied.extend(apply(&desk, &take(&desk, QueueName::Orders)));
    (desk, applied)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_crash_repetition_or_race_loses_or_doubles_a_row(
        troubles in proptest::collection::vec(trouble(), 0..25),
        bytes in 64_u64..200,
        rows in 1_usize..8,
    ) {
        let mut file = "email,total\n".to_owned();
        for row in 0..40 {
            let amount = if row % 7 == 3 { "x".to_owned() } else { row.to_string() };
            writeln!(file, "c{row}@x.in,{amount}").unwrap();
        }
        let limits = Limits { bytes, rows, pause_ms: 0, ..Limits::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (desk, applied) = runtime.block_on(import_with(troubles, file.as_bytes(), limits));
        let import = state(&desk);
        prop_assert_eq!(import.status(), ImportStatus::Done, "{:?}", import);
        prop_assert_eq!((import.rows, import.accepted, import.rejected), (40, 34, 6));
        let distinct: BTreeSet<String> = applied.into_iter().collect();
        let expected: BTreeSet<String> = (0..40).filter(|row| row % 7 != 3).map(|row| format!("{:012}", row + 2)).collect();
        prop_assert_eq!(distinct, expected);
        let listed: String = desk.desk().rejected.values().cloned().collect();
        prop_assert_eq!(listed.lines().count(), 6);
        prop_assert!(desk.desk().dead.is_empty());
        prop_assert!(desk.desk().files.is_empty());
    }
}
