//! Recipients in many zones, hours, rates, pauses and deaths, on a clock that is moved by the test: days pass in which the
//! queue holds back what is delayed and the alarms ring.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};

use crm_domain::customer::Customer;
use crm_domain::ports::{KeepAlarms, ReadCustomers};
use crm_domain::time::{DAY, HOUR, MINUTE, SECOND};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::*;

const ZONES: [Option<&str>; 6] = [
    Some("Asia/Kolkata"),
    Some("Europe/Berlin"),
    Some("America/New_York"),
    Some("Pacific/Kiritimati"),
    Some("Australia/Lord_Howe"),
    None,
];

struct Days {
    crm: Crm,
    now: Arc<AtomicI64>,
    /// What the queue holds, by when it shows it.
    waiting: BTreeMap<(i64, u64), Outgoing>,
    taken: u64,
    chance: StdRng,
    /// Whether functions die and messages come twice.
    troubled: bool,
}

impl Days {
    fn new(people: u32, start: &str, seed: u64) -> Self {
        let now = Arc::new(AtomicI64::new(Time::parse(start).unwrap().micros()));
        let mut crm = Crm::new(0);
        for number in 0..people {
            upsert(&crm.memory, number, &json!({"timeZone": ZONES[number as usize % ZONES.len()]}), 1);
        }
        let clock = now.clone();
        crm.worker.clock = Arc::new(move || Time::from_micros(clock.load(Ordering::Relaxed)));
        Self { crm, now, waiting: BTreeMap::new(), taken: 0, chance: StdRng::seed_from_u64(seed), troubled: false }
    }

    fn now(&self) -> Time {
        Time::from_micros(self.now.load(Ordering::Relaxed))
    }

    async fn launch(&self, timing: &str, customers: u64) -> Campaign {
        let timing = serde_json::from_str(timing).unwrap();
        self.crm.launch_draft(CampaignDraft { timing, ..hello(&["x"]) }, customers).await
    }

    /// Holds back what is on the queue by now.
    fn hold(&mut self) {
        for message in self.crm.memory.drain(QueueName::Delivery) {
            let shown = self.now().plus(i64::from(message.delay) * SECOND);
            self.put_back(message, shown);
        }
    }

    fn put_back(&mut self, message: Outgoing, shown: Time) {
        self.taken += 1;
        self.waiting.insert((shown.micros(), self.taken), message);
    }

    /// As `clock` does each minute.
    async fn tick(&mut self) {
        for (campaign, alarm) in self.crm.memory.alarms(Alarm::Wake, self.now().plus(MINUTE)).await.unwrap() {
            let shown = alarm.max(self.now());
            self.put_back(Outgoing { body: Task::Wake { campaign, alarm }.body(), ..Outgoing::default() }, shown);
        }
    }

    /// Lets time pass until `end`, from one message or minute to the next.
    async fn pass(&mut self, end: Time) {
        let mut minute = (self.now().micros() / MINUTE + 1) * MINUTE;
        loop {
            self.hold();
            let next = self.waiting.first_key_value().map_or(i64::MAX, |((shown, _), _)| *shown);
            let at = next.min(minute).max(self.now().micros());
            if at > end.micros() {
                self.now.store(end.micros(), Ordering::Relaxed);
                self.crm.memory.stop_clock(end);
                return;
            }
            self.now.store(at, Ordering::Relaxed);
            self.crm.memory.stop_clock(self.now());
            if at == minute {
                minute += MINUTE;
                self.tick().await;
            } else {
                self.work().await;
            }
        }
    }

    async fn work(&mut self) {
        let mut batch = Vec::new();
        while batch.len() < 10
            && let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= self.now.load(Ordering::Relaxed))
        {
            batch.push(entry.remove());
        }
        if self.troubled && self.chance.random_ratio(1, 4) {
            self.crm.memory.die_after(Some(self.chance.random_range(0..40)));
        }
        let failed = self.crm.worker.handle(batch.iter().cloned().map(received).collect()).await;
        let died = self.crm.memory.campaigns(None, 1).await.is_err();
        self.crm.memory.die_after(None);
        for message in batch {
            // Whose function dies gets its whole batch again, and now and then one comes twice.
            if !failed.is_empty() || died || (self.troubled && self.chance.random_ratio(1, 8)) {
                let shown = self.now().plus(30 * SECOND);
                self.put_back(message, shown);
            }
        }
    }

    /// Everybody got it once, in their hours, and in no minute more than the rate.
    async fn assert_kept(&self, campaign: &Campaign, case: &str) {
        let state = self.crm.state(campaign.id).await;
        assert_eq!(state.status, CampaignStatus::Sent, "{case}: {:?}", self.crm.tally(campaign.id).await);
        let log = self.crm.memory.log(campaign.id);
        let mailed = self.crm.memory.mailed();
        assert_eq!((mailed.len(), log.len()), (log.len(), state.audience as usize), "{case}");
        let (timing, week) = (&campaign.timing, campaign.timing.week());
        for entry in &log {
            let at = entry.sent_at.unwrap();
            let zone = self.customer(entry).await.time_zone;
            assert_eq!(timing.due(&week, zone.as_deref(), at), at, "{case}: {} in {zone:?} at {at}", entry.email);
        }
        if let Some(rate) = timing.rate_per_minute {
            for begin in log.iter().filter_map(|entry| entry.sent_at) {
                let minute = log.iter().filter(|entry| (begin..begin.plus(MINUTE)).contains(&entry.sent_at.unwrap()));
                assert!(minute.count() <= rate as usize, "{case}: from {begin}");
            }
        }
    }

    async fn customer(&self, entry: &Message) -> Customer {
        self.crm.memory.customer(entry.customer_id).await.unwrap().unwrap().record
    }
}

#[tokio::test]
async fn everyone_is_written_to_at_nine_by_their_own_clock() {
    let mut days = Days::new(60, "2026-03-27T10:00:10Z", 0);
    let campaign = days.launch(r#"{"localTime":"2026-03-29T09:00:00","timeZone":"Asia/Tokyo"}"#, 600).await;
    assert_eq!(campaign.state.status, CampaignStatus::Scheduled);
    days.pass(Time::parse("2026-03-28T18:59:59Z").unwrap()).await;
    assert_eq!(days.crm.state(campaign.id).await.status, CampaignStatus::Scheduled);
    days.pass(Time::parse("2026-03-29T12:59:00Z").unwrap()).await;
    let sending = days.crm.tally(campaign.id).await;
    assert_eq!((sending.sent, sending.queued), (50, 10), "all but New York");
    days.pass(Time::parse("2026-03-29T14:00:00Z").unwrap()).await;
    days.assert_kept(&campaign, "nine o'clock").await;
    for entry in days.crm.memory.log(campaign.id) {
        let expected = match days.customer(&entry).await.time_zone.as_deref() {
            Some("Pacific/Kiritimati") => "2026-03-28T19:00:00Z",
            Some("Australia/Lord_Howe") => "2026-03-28T22:00:00Z",
            // Of those who have none.
            None => "2026-03-29T00:00:00Z",
            Some("Asia/Kolkata") => "2026-03-29T03:30:00Z",
            // Put forward that very night.
            Some("Europe/Berlin") => "2026-03-29T07:00:00Z",
            _ => "2026-03-29T13:00:00Z",
        };
        assert_eq!((entry.sent_at.unwrap().to_string().as_str(), entry.due_at), (expected, entry.sent_at), "{}", entry.email);
    }
    assert_eq!(days.crm.memory.alarm(Alarm::Wake, campaign.id), None, "nobody is waited for any more");
}

#[tokio::test]
async fn a_rate_is_used_and_kept() {
    let mut days = Days::new(600, "2026-11-25T10:00:10Z", 0);
    let campaign = days.launch(r#"{"ratePerMinute":60}"#, 600).await;
    days.pass(days.now().plus(13 * MINUTE)).await;
    days.assert_kept(&campaign, "sixty a minute").await;
}

#[tokio::test]
async fn all_testers_are_written_to_at_their_rate_and_the_end_is_asked_for_once() {
    let mut days = Days::new(600, "2026-11-25T10:00:10Z", 0);
    let timing = serde_json::from_str(r#"{"ratePerMinute":60}"#).unwrap();
    let test = Test { share: share(500_000), minutes: 60, by: WinBy::Clicks };
    let draft = CampaignDraft { timing, test: Some(test), ..hello(&["x", "y"]) };
    let campaign = days.crm.launch_draft(draft, 600).await;
    days.pass(days.now().plus(20 * MINUTE)).await;
    let log = days.crm.memory.log(campaign.id);
    let tested = log.iter().filter(|entry| campaign.is_tested(entry.customer_id)).count() as u64;
    assert_eq!(days.crm.tally(campaign.id).await.sent, tested, "of {} all who are tested", log.len());
    let decides = days.waiting.values().filter(|message| message.body.contains("decide")).count();
    assert_eq!(decides, 1, "{:?}", days.waiting);
    days.pass(days.now().plus(2 * HOUR)).await;
    days.assert_kept(&campaign, "tested").await;
}

#[tokio::test]
async fn a_worker_whose_clock_is_behind_waits_with_the_plan() {
    let mut days = Days::new(12, "2026-11-25T10:00:00Z", 0);
    let begins = days.now().plus(MINUTE);
    let campaign = days.crm.launch("x", 12, Some(begins)).await;
    let alarm = days.crm.memory.alarm(Alarm::Wake, campaign.id).unwrap();
    // One rings it, by a clock that is ahead of the others'.
    days.now.store(begins.micros(), Ordering::Relaxed);
    days.crm.worker.wake(campaign.id, alarm).await.unwrap();
    days.now.store(begins.micros() - 5 * SECOND, Ordering::Relaxed);
    days.pass(begins.plus(MINUTE)).await;
    days.assert_kept(&campaign, "behind").await;
}

#[tokio::test]
async fn a_log_has_shards_for_those_who_are_there_when_it_begins() {
    let mut days = Days::new(3, "2026-11-25T10:00:00Z", 0);
    let begins = days.now().plus(DAY);
    let campaign = days.crm.launch("x", 3, Some(begins)).await;
    assert_eq!(campaign.shards, 1);
    for number in 0..450 {
        upsert(&days.crm.memory, number, &json!({}), 2);
    }
    days.pass(begins.plus(HOUR)).await;
    let begun = days.crm.memory.campaign(campaign.id).await.unwrap().unwrap().record;
    assert_eq!((begun.shards, begun.state.status, begun.state.audience), (5, CampaignStatus::Sent, 450));
    assert_eq!(days.crm.memory.log(campaign.id).iter().filter(|entry| entry.sent_at.is_some()).count(), 450);
}

#[tokio::test]
async fn a_pause_past_the_hours_puts_everyone_off_until_the_next_ones() {
    let mut days = Days::new(12, "2026-11-25T10:00:00Z", 0);
    let campaign = days.launch(r#"{"windows":[{"from":"09:00","until":"10:00"}]}"#, 12).await;
    days.pass(days.now().plus(10 * HOUR)).await;
    assert!(days.crm.change(campaign.id, |state| state.paused(days.now())).await);
    days.pass(days.now().plus(DAY / 2 + HOUR / 2)).await;
    assert!(days.crm.change(campaign.id, |state| state.resumed(days.now())).await);
    days.pass(days.now().plus(2 * DAY)).await;
    days.assert_kept(&campaign, "paused").await;
}

#[tokio::test]
async fn who_waits_for_their_hour_is_skipped_at_once_when_all_is_cancelled() {
    let mut days = Days::new(12, "2026-11-25T10:00:00Z", 0);
    let campaign = days.launch(r#"{"windows":[{"from":"03:00","until":"03:30","days":["sun"]}]}"#, 12).await;
    days.pass(days.now().plus(MINUTE)).await;
    assert_eq!(days.crm.tally(campaign.id).await.queued, 12);
    let now = days.now();
    assert!(days.crm.change(campaign.id, |state| state.cancelled(now)).await);
    days.pass(days.now().plus(10 * SECOND)).await;
    let (tally, state) = (days.crm.tally(campaign.id).await, days.crm.state(campaign.id).await);
    assert_eq!((tally.skipped, state.status, state.finished_at.is_some()), (12, CampaignStatus::Cancelled, true));
}

/// Days of a campaign with hours and perhaps a rate and a test phase, in which functions die, messages come twice, and
/// somebody pauses and resumes.
async fn troubled_days(seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let start = ["2026-03-27T10:00:10Z", "2026-10-30T22:59:50Z", "2026-06-10T00:00:00Z"][chance.random_range(0..3)];
    let people = chance.random_range(1..60);
    let mut days = Days::new(people, start, seed + 1_000_000);
    days.crm.worker.lease = SECOND;
    let mut timing = json!({"timeZone": "Asia/Tokyo"});
    if chance.random() {
        timing["localTime"] =
            json!(["2026-03-29T02:30:00", "2026-11-01T01:30:00", "2026-06-11T09:00:00"][chance.random_range(0..3)]);
    }
    if chance.random() {
        timing["windows"] =
            json!([{"from": "09:00", "until": "12:00"}, {"from": "22:00", "until": "01:30", "days": ["mon", "sat"]}]);
    }
    if chance.random() {
        timing["quietHours"] = json!({"from": "21:30", "until": "10:00"});
    }
    if chance.random() {
        timing["ratePerMinute"] = json!(chance.random_range(1..40));
    }
    let timing = serde_json::from_value(timing).unwrap();
    let mut draft = CampaignDraft { timing, ..hello(&["One", "Two"]) };
    if chance.random_ratio(1, 3) {
        draft.test = Some(Test { share: share(400_000), minutes: 90, by: WinBy::Clicks });
    }
    let customers = [1, 300, 5_200][chance.random_range(0..3)];
    let campaign = days.crm.launch_draft(draft, customers).await;
    days.troubled = true;
    for _ in 0..8 {
        days.pass(days.now().plus(chance.random_range(MINUTE..6 * HOUR))).await;
        days.crm.change(campaign.id, |state| state.paused(days.now())).await;
        if chance.random() {
            days.pass(days.now().plus(chance.random_range(SECOND..3 * HOUR))).await;
        }
        days.crm.change(campaign.id, |state| state.resumed(days.now())).await;
    }
    days.troubled = false;
    days.pass(days.now().max(campaign.begins_at()).plus(9 * DAY)).await;
    days.assert_kept(&campaign, &format!("seed {seed}")).await;
    days.crm.assert_counts(campaign.id).await;
    assert!(days.crm.memory.dead(QueueName::Delivery).is_empty(), "seed {seed}");
}

#[tokio::test]
async fn hours_and_rates_are_kept_through_pauses_and_deaths() {
    for seed in histories::seeds(40) {
        troubled_days(seed).await;
    }
}
