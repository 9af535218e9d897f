//! The clock over the ports in memory, on a simulated time.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crm_domain::customer::ConsentDefaults;
use crm_domain::delivery;
use crm_domain::event::Event;
use crm_domain::history::History;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::json::Json;
use crm_domain::membership::{Build, Cause, EditionId, Minute, Step, Task};
use crm_domain::ports::{
    Alarm, Enqueue, KeepAlarms, KeepMemberships, KeepSegments, Outgoing, QueueName, ReadCustomers, ReadSegments,
};
use crm_domain::time::{DAY, HOUR, MINUTE, SECOND, Time};
use crm_lambda::memberships::Keeper;
use crm_testing::{Facts, Memory, cases, settings};
use serde_json::json;

use crate::tick::{Clock, Tick};

const RECENT: &str = "01900000-0000-7000-8000-00000000000a";

struct Crm {
    memory: Arc<Memory>,
    clock: Clock<Memory, Memory>,
    recent: EditionId,
}

impl Crm {
    /// With the segment "ordered within 30 days".
    fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let rules =
            json!({"combinator": "and", "rules": [{"field": "orderCount", "operator": ">=", "value": 1, "within": "P30D"}]});
        let recent = memory.keep_segment(RECENT, "Recent", &rules);
        let keeper = Keeper::new(memory.clone(), ConsentDefaults::default());
        Self { clock: Clock { keeper, queue: memory.clone() }, memory, recent }
    }

    /// An order that is known, and seen by the stream, as soon as it is placed.
    async fn order(&self, number: u32, at: Time) -> CustomerId {
        let event = json!({
            "specversion": "1.0", "id": format!("{number}-{at}"), "source": "/t", "type": "crm.order.place.v1", "time": at,
            "data": {"email": format!("c{number}@x.in"), "total": 1, "placedAt": at},
        });
        let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
        self.memory.apply(std::slice::from_ref(&event));
        let id = event.customer().unwrap();
        let outcome = self.clock.keeper.settle(&[id], Cause::Data, at).await.unwrap();
        assert!(outcome.failed.is_empty());
        id
    }

    async fn tick(&self, now: Time) -> Result<Tick, String> {
        let mut tick = Tick::default();
        let done = self.clock.flip(now, Instant::now() + Duration::from_mins(1), &mut tick).await;
        done.map(|()| tick).map_err(|error| error.to_string())
    }

    fn members(&self) -> usize {
        let members = self.memory.members_of(self.recent).len();
        assert_eq!(self.memory.size_of(self.recent), members as i64);
        members
    }
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

#[tokio::test]
async fn people_leave_in_the_very_minute_and_an_order_meanwhile_costs_one_look_in_vain() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    let asha = crm.order(1, start).await;
    let ravi = crm.order(2, start.plus(MINUTE)).await;
    crm.tick(start.plus(MINUTE)).await.unwrap();
    // Another order moves her flip away; the timer stays, since moving it would be a write for each order.
    crm.order(1, start.plus(10 * DAY)).await;
    let (mut evaluated, mut flipped) = (0, Vec::new());
    let mut now = at("2026-01-01T10:02:00Z");
    while now < start.plus(50 * DAY) {
        let tick = crm.tick(now).await.unwrap();
        evaluated += tick.evaluated;
        if tick.moves > 0 {
            flipped.push((now, tick.moves));
        }
        now = now.plus(MINUTE);
    }
    assert_eq!(flipped, [(at("2026-01-31T10:02:00Z"), 1), (at("2026-02-10T10:01:00Z"), 1)]);
    assert_eq!(evaluated, 3);
    assert_eq!(crm.members(), 0);
    for (id, left) in [(ravi, "2026-01-31T10:01:30.000001Z"), (asha, "2026-02-10T10:00:30.000001Z")] {
        let moves = crm.memory.moves_of(id);
        assert_eq!((moves[1].entered, moves[1].cause, moves[1].at.to_string().as_str()), (false, Cause::Time, left));
    }
}

#[tokio::test]
async fn what_was_read_for_older_rules_is_not_judged_by_newer_ones() {
    let crm = Crm::new();
    let now = at("2026-01-01T10:00:30Z");
    let asha = crm.order(1, now).await;
    // Read for rules that do not look at orders, while others have settled her by those that do.
    let mut read = crm.memory.customers_with_history(&[asha]).await.unwrap();
    read[0].record.history = History::default();
    crm.clock.keeper.settle_read(read, Arc::default(), Cause::Rules, now).await.unwrap();
    assert_eq!((crm.members(), crm.memory.moves_of(asha).len()), (1, 1));
}

#[tokio::test]
async fn a_clock_that_stood_still_is_late_and_loses_nobody() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    for number in 0..50 {
        crm.order(number, start.plus(i64::from(number) * HOUR)).await;
    }
    assert_eq!(crm.tick(start.plus(2 * DAY)).await.unwrap().moves, 0);
    assert_eq!(crm.members(), 50);
    let late = crm.tick(start.plus(40 * DAY)).await.unwrap();
    assert_eq!((late.moves, crm.members()), (50, 0));
    // A first tick ever looks for where to begin.
    let crm = Crm::new();
    crm.order(1, start).await;
    assert_eq!(crm.tick(start.plus(31 * DAY)).await.unwrap().moves, 1);
}

#[tokio::test]
async fn a_tick_that_fails_half_way_is_done_again() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    for number in 0..60 {
        crm.order(number, start).await;
    }
    crm.tick(start).await.unwrap();
    crm.memory.set_memberships_down(true);
    assert!(crm.tick(start.plus(31 * DAY)).await.is_err());
    assert_eq!(crm.members(), 60);
    assert!(crm.memory.drain(QueueName::Segments).is_empty());
    crm.memory.set_memberships_down(false);
    crm.memory.lose_an_answer_after(1);
    crm.tick(start.plus(31 * DAY)).await.unwrap();
    assert_eq!(crm.members(), 0);
    // Two ticks at once.
    assert_eq!(crm.tick(start.plus(31 * DAY)).await.unwrap().moves, 0);
}

#[tokio::test]
async fn one_who_cannot_be_settled_holds_up_nobody_else() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    let mut people = Vec::new();
    for number in 0..60 {
        people.push(crm.order(number, start.plus(i64::from(number % 2) * MINUTE)).await);
    }
    crm.tick(start).await.unwrap();
    crm.memory.garble(people[0]);
    assert_eq!(crm.tick(start.plus(31 * DAY)).await.unwrap().moves, 59);
    let tasks = crm.memory.drain(QueueName::Segments).into_iter().map(|one| Step::parse(&one.body).unwrap().task);
    let handed_on: Vec<Task> = tasks.filter(|task| matches!(task, Task::Settle { .. })).collect();
    assert_eq!(handed_on, [Task::Settle { customers: vec![people[0]], cause: Cause::Time }]);
    assert_eq!(crm.tick(start.plus(31 * DAY)).await.unwrap().minutes, 3);
}

#[tokio::test]
async fn a_tick_that_runs_out_of_time_says_that_something_is_left() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    crm.order(1, start).await;
    assert!(crm.tick(start).await.unwrap().is_caught_up);
    // However few minutes were looked at: one of them can take all the time there is.
    let mut tick = Tick::default();
    crm.clock.flip(start.plus(31 * DAY), Instant::now(), &mut tick).await.unwrap();
    assert!(!tick.is_caught_up);
    assert!(crm.tick(start.plus(31 * DAY)).await.unwrap().is_caught_up);
}

#[tokio::test]
async fn a_flip_that_is_written_after_its_minute_was_looked_at_is_found() {
    let crm = Crm::new();
    let start = at("2026-01-01T10:00:30Z");
    crm.tick(start.plus(30 * DAY)).await.unwrap();
    // Computed just before the minute, written just after the clock has passed it.
    crm.order(1, start.plus(-SECOND)).await;
    let now = start.plus(30 * DAY).plus(MINUTE);
    assert!(Minute::of(start.plus(30 * DAY)) <= crm.memory.drained().await.unwrap().unwrap().plus(1));
    assert_eq!(crm.tick(now).await.unwrap().moves, 1);
}

#[tokio::test]
async fn forgotten_builds_are_asked_for() {
    let crm = Crm::new();
    // In no minute in which the day before is folded.
    let now = at("2026-01-01T10:00:30Z");
    let told = crm.clock.tick(now).await;
    assert_eq!(told["sound"], true);
    assert!(crm.memory.drain(QueueName::Segments).is_empty());
    crm.memory.unbuild_segments();
    crm.clock.tick(now).await;
    assert_eq!(crm.memory.drain(QueueName::Segments).len(), 1);
}

#[tokio::test]
async fn a_build_that_nobody_may_have_been_told_of_is_asked_for_until_it_is_finished() {
    let crm = Crm::new();
    let now = at("2026-01-01T10:00:30Z");
    // Of everybody, for the sake of a lost batch: there are no new meanings.
    let build = Build::new(crm.memory.all_segments().await.unwrap().revision, 1, 0, 0, now);
    crm.memory.put_build(0, &build).await.unwrap();
    for (version, is_asked_for) in [(1, true), (2, false)] {
        crm.clock.tick(now).await;
        assert_eq!(crm.memory.drain(QueueName::Segments).len(), usize::from(is_asked_for), "{version}");
        crm.memory.put_build(version, &Build { finished: true, ..build.clone() }).await.unwrap();
    }
}

#[tokio::test]
async fn due_reports_are_asked_for_once_an_hour() {
    let crm = Crm::new();
    let now = Time::now();
    let (due, later) = (CampaignId::generate(), CampaignId::generate());
    crm.memory.set_alarm(Alarm::Recount, due, Some(now.plus(-SECOND))).await.unwrap();
    crm.memory.set_alarm(Alarm::Recount, later, Some(now.plus(MINUTE))).await.unwrap();
    let asked = || {
        let waiting = crm.memory.drain(QueueName::Delivery);
        waiting.iter().map(|message| delivery::Step::parse(&message.body).unwrap().task.campaign()).collect::<Vec<_>>()
    };
    crm.clock.tick(now).await;
    assert_eq!(asked(), [due]);
    crm.clock.tick(now.plus(30 * SECOND)).await;
    assert!(asked().is_empty());
    crm.clock.tick(now.plus(HOUR)).await;
    assert_eq!(asked().len(), 2);
    // Counted for the last time meanwhile: asking does not plan it anew.
    crm.memory.set_alarm(Alarm::Recount, due, None).await.unwrap();
    assert_eq!(crm.memory.claim_alarm(Alarm::Recount, due, now, now).await.unwrap(), None);
    crm.clock.tick(now.plus(3 * HOUR)).await;
    assert_eq!(asked(), [later]);
}

#[test]
fn the_folder_has_what_the_schedule_sends() {
    assert!(!cases("clock").is_empty());
}

#[tokio::test]
async fn campaigns_are_woken_to_the_second_until_somebody_claims_it() {
    let crm = Crm::new();
    let now = at("2026-11-25T10:00:00Z");
    let (soon, later) = (CampaignId::generate(), CampaignId::generate());
    let alarm = now.plus(42 * SECOND);
    crm.memory.set_alarm(Alarm::Wake, soon, Some(alarm)).await.unwrap();
    crm.memory.set_alarm(Alarm::Wake, later, Some(now.plus(90 * SECOND))).await.unwrap();
    let rung = || {
        let waiting = crm.memory.drain(QueueName::Delivery).into_iter();
        waiting.map(|message| (delivery::Step::parse(&message.body).unwrap().task, message.delay)).collect::<Vec<_>>()
    };
    let wake = |alarm| delivery::Task::Wake { campaign: soon, alarm };
    crm.clock.tick(now).await;
    assert_eq!(rung(), [(wake(alarm), 42)]);
    // Nobody did anything about it.
    crm.clock.tick(now.plus(MINUTE)).await;
    let again = rung();
    assert!(again.contains(&(wake(alarm), 0)) && again.len() == 2, "{again:?}");
    let claim = crm.memory.claim_alarm(Alarm::Wake, soon, alarm, now.plus(5 * MINUTE)).await.unwrap().unwrap();
    assert_eq!(crm.memory.claim_alarm(Alarm::Wake, soon, alarm, now).await.unwrap(), None, "one does it");
    crm.memory.settle_alarm(Alarm::Wake, soon, claim, None).await.unwrap();
    crm.memory.set_alarm(Alarm::Wake, later, None).await.unwrap();
    crm.clock.tick(now.plus(10 * MINUTE)).await;
    assert!(rung().is_empty());
    // Brought forward while somebody is at it: it rings once more.
    crm.memory.set_alarm(Alarm::Wake, soon, Some(alarm)).await.unwrap();
    let claim = crm.memory.claim_alarm(Alarm::Wake, soon, alarm, now.plus(MINUTE)).await.unwrap().unwrap();
    crm.memory.bring_forward(Alarm::Wake, soon, now.plus(HOUR)).await.unwrap();
    crm.memory.settle_alarm(Alarm::Wake, soon, claim, None).await.unwrap();
    assert_eq!(crm.memory.alarm(Alarm::Wake, soon), Some(now.plus(MINUTE)));
}

#[tokio::test]
async fn days_that_are_over_are_asked_to_be_folded_away() {
    let crm = Crm::new();
    let evening = at("2026-01-10T23:58:30Z");
    let folds = || crm.memory.drain(QueueName::Segments).iter().filter(|message| message.body.contains("fold.v1")).count();
    crm.tick(evening).await.unwrap();
    assert_eq!(folds(), 0);
    crm.tick(evening.plus(2 * MINUTE)).await.unwrap();
    assert_eq!(folds(), 1);
    crm.tick(evening.plus(30 * MINUTE)).await.unwrap();
    crm.tick(evening.plus(2 * DAY)).await.unwrap();
    assert!(folds() > 0, "however late it comes");
}

#[tokio::test]
async fn every_five_minutes_the_dead_letters_of_all_queues_are_counted() {
    let (crm, facts) = (Crm::new(), Facts::watched());
    let [fifth, sixth] = ["2026-01-10T10:05:00Z", "2026-01-10T10:06:00Z"].map(at);
    let waiting = || facts.take(["letters.waiting"]);
    crm.clock.tick(fifth).await;
    assert_eq!(waiting(), [0]);
    for queue in [QueueName::Orders, QueueName::Orders, QueueName::Webhooks] {
        crm.memory.bury(queue, Outgoing::default()).await.unwrap();
    }
    crm.clock.tick(sixth).await;
    assert_eq!(waiting(), [0], "the next look is at ten past");
    crm.clock.tick(fifth.plus(5 * MINUTE)).await;
    assert_eq!(waiting(), [3]);
}
