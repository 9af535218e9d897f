//! Sizes of days on a simulated time: whatever happens in whatever order, they are what counting at the end of each day gives.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::customer::ConsentDefaults;
use crm_domain::event::Event;
use crm_domain::export::PART_BYTES;
use crm_domain::export::table::Terms;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::json::Json;
use crm_domain::membership::{Catalogue, Cause, EditionId, Standing};
use crm_domain::ports::{KeepSegments, QueueName, ReadCustomers, ReadMemberships, ReadSegments};
use crm_domain::segment::{Retired, Segment, SegmentChange, SegmentDraft};
use crm_domain::sizes::{self, DaySize};
use crm_domain::time::{MINUTE, Time};
use crm_lambda::memberships::Keeper;
use crm_testing::{Memory, settings};
use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::export::Exports;
use crate::worker::Worker;

const PEOPLE: u8 = 6;
const CITIES: [&str; 3] = ["Pune", "Goa", "Delhi"];

/// Something that may happen to a segment.
#[derive(Debug, Clone)]
enum Deed {
    /// Somebody moves, and may count as new from then on; whoever settles them may be late.
    Moves {
        who: u8,
        city: usize,
        anew: bool,
        noticed: bool,
    },
    /// Somebody is settled though nothing is new.
    Again(u8),
    /// Everybody is settled anew, or only some before it dies.
    Rebuilt {
        who_of_them: u8,
    },
    /// Other rules, which a build completes at once.
    Edited {
        city: usize,
    },
    /// What was retired is swept away: once, or twice.
    Swept {
        twice: bool,
    },
    Folded,
    /// The next writes fail, or one succeeds and nobody learns of it.
    Fails(u32),
    AnswerLost(u32),
    /// The clock comes late by so many minutes, maybe days.
    Passes(i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = 0..PEOPLE;
    let city = 0..CITIES.len();
    let deed = prop_oneof![
        4 => (who.clone(), city.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(who, city, anew, noticed)| Deed::Moves { who, city, anew, noticed }),
        1 => who.clone().prop_map(Deed::Again),
        1 => who.prop_map(|who_of_them| Deed::Rebuilt { who_of_them }),
        1 => city.prop_map(|city| Deed::Edited { city }),
        1 => any::<bool>().prop_map(|twice| Deed::Swept { twice }),
        1 => Just(Deed::Folded),
        1 => (1..4_u32).prop_map(Deed::Fails),
        1 => (0..3_u32).prop_map(Deed::AnswerLost),
        4 => (1..4 * 1_440_i64).prop_map(Deed::Passes),
        1 => (20 * 1_440..40 * 1_440_i64).prop_map(Deed::Passes),
    ];
    prop::collection::vec(deed, 1..40)
}

struct Crm {
    memory: Arc<Memory>,
    worker: Worker<Memory, Memory, Memory>,
    segment: SegmentId,
    now: Time,
    events: u32,
    retired: Vec<Retired>,
    /// What counting gave at the end of each day.
    truth: BTreeMap<Date, u64>,
}

impl Crm {
    async fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let keeper = Keeper::new(memory.clone(), ConsentDefaults::default());
        let terms = Terms { currency: settings().currency.clone(), consent_defaults: ConsentDefaults::default() };
        let exports = Exports { files: memory.clone(), terms, part_bytes: PART_BYTES };
        let body = json!({"name": "S", "rules": rules(CITIES[0])});
        let draft = SegmentDraft::parse(&tree(&body), &settings().currency).unwrap();
        let segment = SegmentId::generate();
        let now = Time::parse("2026-01-10T09:30:00Z").unwrap();
        let change = memory.all_segments().await.unwrap().create(draft, segment, &settings().currency, now).unwrap();
        memory.change_segments(&change, None).await.unwrap();
        let worker = Worker { store: memory.clone(), queue: memory.clone(), keeper, exports };
        let (events, retired, truth) = (0, Vec::new(), BTreeMap::new());
        let mut crm = Self { memory, worker, segment, now, events, retired, truth };
        for who in 0..PEOPLE {
            crm.moves(who, usize::from(who) % CITIES.len(), true);
        }
        crm.build().await;
        crm
    }

    async fn happens(&mut self, deed: &Deed) {
        match *deed {
            Deed::Moves { who, city, anew, noticed } => {
                self.moves(who, city, anew);
                if noticed {
                    self.settle(&[person(who)], Cause::Data).await;
                }
            }
            Deed::Again(who) => self.settle(&[person(who), person(who)], Cause::Data).await,
            Deed::Rebuilt { who_of_them } => self.settle(&people()[..=usize::from(who_of_them)], Cause::Rules).await,
            Deed::Edited { city } => {
                let body = json!({"rules": rules(CITIES[city])});
                let change = SegmentChange::parse(&tree(&body), &settings().currency).unwrap();
                let segments = self.memory.all_segments().await.unwrap();
                let change = segments.update(segments.find(self.segment).unwrap(), change, self.now).unwrap();
                self.memory.change_segments(&change, None).await.unwrap();
                self.retired.extend(change.retired);
                self.build().await;
            }
            Deed::Swept { twice } => {
                for Retired { segment, edition } in std::mem::take(&mut self.retired) {
                    for _ in 0..=u8::from(twice) {
                        self.worker.sweep(edition, Some(segment), later()).await.unwrap();
                    }
                }
            }
            Deed::Folded => drop(self.worker.fold(None, self.now, later()).await.unwrap()),
            Deed::Fails(times) => self.memory.fail_memberships(times),
            Deed::AnswerLost(others) => self.memory.lose_an_answer_after(others),
            Deed::Passes(minutes) => self.pass(minutes).await,
        }
    }

    fn moves(&mut self, who: u8, city: usize, anew: bool) {
        self.events += 1;
        let mut data = json!({"email": email(who), "city": CITIES[city]});
        if anew {
            data["createdAt"] = json!(self.now.plus(i64::from(who) * -MINUTE));
        }
        let event = json!({
            "specversion": "1.0", "id": self.events.to_string(), "source": "/t", "type": "crm.customer.upsert.v1",
            "time": self.now, "data": data,
        });
        let event = Event::parse(&tree(&event), &settings().currency, self.now).unwrap();
        self.memory.apply(&[event]);
    }

    /// Until it has been done: whoever settles is asked again.
    async fn settle(&self, customers: &[CustomerId], cause: Cause) {
        while !self.worker.keeper.settle(customers, cause, self.now).await.unwrap().failed.is_empty() {}
    }

    async fn build(&mut self) {
        self.settle(&people(), Cause::Rules).await;
        let segments = self.memory.all_segments().await.unwrap();
        if let Some(change) = segments.show(segments.revision, self.now) {
            self.memory.change_segments(&change, None).await.unwrap();
            self.retired.extend(change.retired);
        }
    }

    /// Everything comes to rest, is counted at the end of each day that passes, and then the clock comes.
    async fn pass(&mut self, minutes: i64) {
        self.settle(&people(), Cause::Data).await;
        let then = self.now.plus(minutes * MINUTE);
        while self.now.date() < then.date() {
            let tomorrow = Time::start_of(self.now.date().tomorrow().unwrap());
            self.truth.insert(self.now.date(), self.counted(tomorrow.plus(-1)).await);
            self.now = tomorrow;
        }
        self.now = then;
        self.settle(&people(), Cause::Time).await;
    }

    /// How many the rules that readers see would pick at a moment.
    async fn counted(&self, at: Time) -> u64 {
        let segment = self.segment().await;
        let edition = segment.shown.clone().unwrap();
        let catalogue = Catalogue::new(1, [&Segment { edition: edition.clone(), ..segment }]);
        let customers = self.memory.customers_with_history(&people()).await.unwrap();
        let belongs = customers.iter().filter(|found| {
            let nowhere = Standing::nowhere(found.record.id);
            let settled = catalogue.settle(Some((&found.record, 1)), &nowhere, at, Cause::Data, ConsentDefaults::default());
            settled.after.member_of.contains_key(&edition.id)
        });
        belongs.count() as u64
    }

    async fn segment(&self) -> Segment {
        self.memory.segment(self.segment).await.unwrap().unwrap().record
    }

    async fn told(&self) -> Vec<DaySize> {
        let (segment, first) = (self.segment().await, "2026-01-01".parse().unwrap());
        let mut counts = self.memory.folded(self.segment, first).await.unwrap().counts;
        let editions: Vec<EditionId> = segment.shown_since.iter().map(|shown| shown.edition).collect();
        for (edition, count) in editions.iter().zip(self.memory.counts(&editions).await.unwrap()) {
            counts.entry(*edition).or_default().add(&count);
        }
        sizes::by_day(&segment.shown_since, &counts, first, self.now.date())
    }
}

fn tree(json: &Value) -> Json {
    Json::parse(json.to_string().as_bytes()).unwrap()
}

fn email(who: u8) -> String {
    format!("c{who}@x.in")
}

fn person(who: u8) -> CustomerId {
    CustomerId::of(&crm_domain::email::Email::parse(&email(who)).unwrap())
}

fn people() -> Vec<CustomerId> {
    (0..PEOPLE).map(person).collect()
}

/// Those of a city, and whoever is new.
fn rules(city: &str) -> Value {
    json!({"combinator": "or", "rules": [
        {"field": "city", "operator": "=", "value": city},
        {"field": "createdAt", "operator": "within", "value": "P3D"},
    ]})
}

fn later() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

async fn check(deeds: &[Deed]) {
    let mut crm = Crm::new().await;
    for deed in deeds {
        crm.happens(deed).await;
    }
    crm.pass(2 * 1_440).await;
    let told = crm.told().await;
    let sizes: BTreeMap<Date, u64> =
        told.iter().map(|day| (day.day, day.size)).filter(|(day, _)| *day < crm.now.date()).collect();
    assert_eq!(sizes, crm.truth);
    let mut before = 0;
    for day in &told {
        assert_eq!(before + day.flow.entered - day.flow.left + day.flow.rebuilt, day.size as i64, "{day:?}");
        before = day.size as i64;
    }
    let now = crm.memory.members_of(crm.segment().await.shown.unwrap().id).len() as u64;
    assert_eq!(told.last().map(|day| day.size), Some(now));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_size_of_each_day_is_what_counting_at_its_end_gives(deeds in deeds()) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(check(&deeds));
    }
}

#[tokio::test]
async fn days_tell_who_came_and_went_and_which_rules_did_it() {
    let mut crm = Crm::new().await;
    crm.pass(10 * 1_440).await;
    for deed in
        [Deed::Moves { who: 1, city: 0, anew: false, noticed: true }, Deed::Moves { who: 0, city: 1, anew: false, noticed: true }]
    {
        crm.happens(&deed).await;
    }
    crm.pass(1_440).await;
    crm.happens(&Deed::Edited { city: 1 }).await;
    let told = crm.told().await;
    let [.., moved, edited] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((moved.size, moved.flow.entered, moved.flow.left, moved.flow.rebuilt), (2, 1, 1, 0));
    assert!(!moved.rules_changed && edited.rules_changed);
    assert_eq!((edited.size, edited.flow.entered, edited.flow.left, edited.flow.rebuilt), (2, 0, 0, 0), "as many others");
    // Everybody was new for three days, and came with the first build.
    assert_eq!((told[0].size, told[0].flow.rebuilt, told[0].rules_changed), (6, 6, false));
    assert_eq!(told.iter().map(|day| day.flow.left).sum::<i64>(), 5);
}

#[tokio::test]
async fn old_days_move_to_the_history_and_what_is_swept_away_stays_in_it() {
    let mut crm = Crm::new().await;
    crm.pass(40 * 1_440).await;
    let before = crm.told().await;
    let first = crm.segment().await.shown.unwrap().id;
    assert!(!crm.memory.counts(&[first]).await.unwrap()[0].days.is_empty());
    crm.happens(&Deed::Folded).await;
    crm.happens(&Deed::Folded).await;
    assert!(crm.memory.counts(&[first]).await.unwrap()[0].days.is_empty());
    assert_eq!(crm.told().await, before);
    crm.happens(&Deed::Edited { city: 2 }).await;
    crm.happens(&Deed::Swept { twice: true }).await;
    let after = crm.told().await;
    assert_eq!(crm.memory.counts(&[first]).await.unwrap()[0], sizes::Count::default());
    assert_eq!(after[..after.len() - 1], before[..before.len() - 1]);
}

#[tokio::test]
async fn with_a_segment_its_history_goes() {
    let mut crm = Crm::new().await;
    crm.pass(40 * 1_440).await;
    crm.happens(&Deed::Folded).await;
    crm.happens(&Deed::Edited { city: 2 }).await;
    let segments = crm.memory.all_segments().await.unwrap();
    let change = segments.delete(segments.find(crm.segment).unwrap()).unwrap();
    crm.memory.change_segments(&change, None).await.unwrap();
    let first: Date = "2026-01-01".parse().unwrap();
    assert_ne!(crm.memory.folded(crm.segment, first).await.unwrap().counts, BTreeMap::new());
    crm.retired.extend(change.retired);
    crm.happens(&Deed::Swept { twice: false }).await;
    assert_eq!(crm.memory.folded(crm.segment, first).await.unwrap().counts, BTreeMap::new());
    assert!(crm.memory.drain(QueueName::Segments).is_empty());
}
