//! Whole campaigns over the ports in memory, also with crashes, duplicates and reordering.

mod caps;
mod experiments;
mod hand;
mod histories;
mod once;
mod reports;
mod timing;

use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::time::Instant;

use crm_domain::campaign::{Campaign, CampaignDraft, CampaignState, CampaignStatus, Variant};
use crm_domain::customer::{Channel, ConsentDefaults};
use crm_domain::dead_letter::REQUEST;
use crm_domain::delivery::{Step, Task};
use crm_domain::email::Email;
use crm_domain::event::Event;
use crm_domain::experiment::{Share, Test, WinBy};
use crm_domain::funnel::Funnel;
use crm_domain::ids::{CampaignId, CustomerId, SegmentId};
use crm_domain::json::Json;
use crm_domain::message::{Message, MessageId, MessageStatus, Phase, Receipt, Report, SkipReason, Tally};
use crm_domain::ports::{
    Alarm, ApplyEvents, Enqueue, KeepCampaigns, KeepReports, KeepSuppressions, Outgoing, QueueName, ScanCustomers, ScanPart,
    Versioned,
};
use crm_domain::rules::Rules;
use crm_domain::sending::Sending;
use crm_domain::suppression::{Note, SuppressionReason};
use crm_domain::template::Rendered;
use crm_domain::time::{MINUTE, Time};
use crm_domain::timing::Timing;
use crm_lambda::addresses::Addresses;
use crm_lambda::batch::{Incoming, incoming};
use crm_testing::{Memory, audit, cases, keys, settings};
use serde_json::{Value, json};

use crate::deliver::answered;
use crate::worker::{Letterhead, Next, Worker};

type TestWorker = Worker<Memory, Memory, Memory>;

struct Crm {
    memory: Arc<Memory>,
    worker: TestWorker,
}

impl Crm {
    fn new(people: u32) -> Self {
        let memory = Arc::new(Memory::default());
        for number in 0..people {
            upsert(&memory, number, &json!({"name": format!("Person {number}"), "emailConsent": number % 7 != 3}), 1);
        }
        let letterhead = Letterhead { keys: keys(), public_url: "https://crm.example".into() };
        let addresses = Addresses::new(memory.clone(), memory.clone());
        let worker =
            Worker::new(memory.clone(), memory.clone(), memory.clone(), ConsentDefaults::default(), addresses, letterhead);
        Self { memory, worker }
    }

    /// Launches a campaign to everyone, as the API does.
    async fn launch(&self, body: &str, customers: u64, scheduled_at: Option<Time>) -> Campaign {
        self.launch_draft(CampaignDraft { scheduled_at, ..hello(&[body]) }, customers).await
    }

    async fn launch_draft(&self, draft: CampaignDraft, customers: u64) -> Campaign {
        let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
        let rules = Rules::parse(&rules, "rules", &settings().currency).unwrap();
        let campaign = draft.into_campaign(CampaignId::generate(), rules, customers, self.worker.now());
        if campaign.alarm().is_none() {
            self.put(campaign.plan()).await;
        }
        self.memory.create_campaign(&campaign, &audit()).await.unwrap();
        campaign
    }

    /// Takes what is on the queue by now, once.
    async fn work(&self) {
        let batch = self.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
        assert_eq!(self.worker.handle(batch).await, Vec::<String>::new());
    }

    /// What a preview would say of everybody.
    async fn preview(&self, campaign: &Campaign) -> Funnel {
        let (audience, mut funnel) = (campaign.audience(ConsentDefaults::default()), Funnel::default());
        let mut at = ScanPart { part: 0, of: 1, after: None, most: None };
        loop {
            let (customers, next) = self.memory.scan(&at, &audience.reads()).await.unwrap();
            let key = crm_testing::addresses();
            let decided = crm_lambda::audience::decide(&*self.memory, &key, &audience, &customers, Time::now()).await.unwrap();
            for (_, decision) in decided {
                funnel.count(decision);
            }
            match next {
                Some(next) => at.after = Some(next),
                None => return funnel,
            }
        }
    }

    /// The log is the frozen funnel, minus those who dropped out at sending.
    async fn assert_funnel(&self, id: CampaignId) -> Funnel {
        let (mut at_launch, mut dropped) = (Funnel::default(), 0);
        let log = self.memory.log(id);
        for entry in &log {
            at_launch.count(entry.decided());
            dropped += u64::from(entry.skipped_phase == Some(Phase::Send));
        }
        let frozen = self.state(id).await.funnel.unwrap();
        assert_eq!(frozen, at_launch);
        let tally = self.tally(id).await;
        assert_eq!(frozen.will_send(), tally.queued + tally.sent + tally.failed + tally.unknown + dropped);
        let people: BTreeSet<_> = log.iter().map(|entry| entry.customer_id).collect();
        assert_eq!(people.len(), log.len(), "one entry per person");
        frozen
    }

    async fn put(&self, tasks: impl Iterator<Item = Task>) {
        let messages = tasks.map(|task| Outgoing { body: task.body(), ..Outgoing::default() }).collect();
        self.memory.enqueue(QueueName::Delivery, messages).await.unwrap();
    }

    /// Changes the state as the API does: what follows from it is queued first.
    async fn change(&self, id: CampaignId, to: impl Fn(&CampaignState) -> Option<CampaignState>) -> bool {
        let found = self.memory.campaign(id).await.unwrap().unwrap();
        let Some(state) = to(&found.record.state) else { return false };
        self.put([Task::Spread { campaign: id, since: found.version }].into_iter()).await;
        self.memory.set_campaign_state(id, found.version, &state, None).await.is_ok()
    }

    /// Works until the queue is empty.
    async fn drain(&self) {
        for _ in 0..10_000 {
            let batch: Vec<Incoming> = self.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
            if batch.is_empty() {
                return;
            }
            assert_eq!(self.worker.handle(batch).await, Vec::<String>::new());
        }
        panic!("the queue does not empty");
    }

    async fn state(&self, id: CampaignId) -> CampaignState {
        self.memory.campaign(id).await.unwrap().unwrap().record.state
    }

    async fn tally(&self, id: CampaignId) -> Tally {
        self.memory.tallies(id).await.unwrap().into_iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(tally))
    }

    /// The counts are those of the log.
    async fn assert_counts(&self, id: CampaignId) -> Tally {
        let mut counted = Tally::default();
        self.memory.log(id).iter().for_each(|message| counted.count(message));
        let tally = self.tally(id).await;
        assert_eq!(tally, counted);
        assert_eq!(tally.audience, tally.queued + tally.sent + tally.failed + tally.skipped + tally.unknown);
        tally
    }
}

/// A campaign by e-mail with these bodies.
fn hello(bodies: &[&str]) -> CampaignDraft {
    let variant = |body: &&str| Variant { subject: Some("Hi".into()), body: (*body).into(), share: None };
    CampaignDraft {
        name: "Hello".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: bodies.iter().map(variant).collect(),
        holdout: Share::NONE,
        test: None,
        scheduled_at: None,
        timing: Timing::default(),
        caps: None,
        attribution_days: None,
        draft: false,
    }
}

fn share(millionths: u64) -> Share {
    Share::of_a_million(millionths)
}

fn upsert(memory: &Memory, number: u32, fields: &Value, second: u32) {
    let mut data = json!({"email": format!("p{number}@x.in")});
    data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let event = json!({
        "specversion": "1.0", "id": format!("{number}.{second}"), "source": "/t", "type": "crm.customer.upsert.v1",
        "time": format!("2026-01-01T00:00:{second:02}Z"), "data": data,
    });
    let event = Event::parse(&Json::parse(event.to_string().as_bytes()).unwrap(), &settings().currency, Time::now()).unwrap();
    memory.apply(&[event]);
}

fn received(message: Outgoing) -> Incoming {
    crm_testing::received(QueueName::Delivery, message)
}

#[tokio::test]
async fn everyone_gets_it_once_or_is_skipped_with_the_reason() {
    let crm = Crm::new(30);
    let campaign = crm.launch("Dear {{name}}", 12_000, None).await;
    assert_eq!((campaign.shards, campaign.plan_parts), (120, 3));
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.audience, tally.sent, tally.skipped, tally.failed), (30, 26, 4, 0));
    let state = crm.state(campaign.id).await;
    assert_eq!((state.status, state.audience, state.planned), (CampaignStatus::Sent, 30, true));
    assert!(state.finished_at.is_some());
    for entry in crm.memory.log(campaign.id) {
        match entry.status() {
            MessageStatus::Sent => assert!(entry.body.unwrap().starts_with("Dear Person ")),
            status => {
                let skipped = (MessageStatus::Skipped, Some(SkipReason::NoConsent), Some(Phase::Launch));
                assert_eq!((status, entry.skipped_reason, entry.skipped_phase), skipped);
            }
        }
    }
    assert_eq!(crm.memory.letters().len(), 26);
    // Once more from the start changes nothing.
    let before = crm.memory.log(campaign.id);
    crm.put((0..3).map(|part| Task::Plan { campaign: campaign.id, part, after: None, queued: 0 })).await;
    crm.put([Task::Deliver { campaign: campaign.id, first: 0, last: 999, until: None }].into_iter()).await;
    crm.drain().await;
    assert_eq!(crm.memory.log(campaign.id), before);
    assert_eq!(crm.state(campaign.id).await, state);
}

#[tokio::test]
async fn letters_carry_what_the_log_does_not() {
    let crm = Crm::new(1);
    let campaign = crm.launch("<a href=\"https://shop.example/\">{{name}}</a>", 1, None).await;
    crm.drain().await;
    let letter = crm.memory.letters().remove(0);
    let headers: Vec<&str> = letter.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["List-Unsubscribe", "List-Unsubscribe-Post"]);
    assert!(letter.headers[0].1.starts_with("<https://crm.example/api/unsubscribe/"));
    assert_eq!(letter.headers[1].1, "List-Unsubscribe=One-Click");
    assert!(
        letter.body.contains("<a href=\"https://crm.example/api/c/")
            && letter.body.contains("<img src=\"https://crm.example/api/o/")
    );
    let logged = crm.memory.log(campaign.id).remove(0).body.unwrap();
    assert_eq!(logged, "<a href=\"https://shop.example/\">Person 0</a>");
}

#[tokio::test]
async fn no_link_leads_where_a_recipient_says() {
    let crm = Crm::new(1);
    upsert(&crm.memory, 0, &json!({"name": "Refund: https://evil.example/login"}), 2);
    crm.launch("Hi {{name}}, see https://shop.example/", 1, None).await;
    crm.drain().await;
    let body = crm.memory.letters().remove(0).body;
    assert!(body.starts_with("Hi Refund: https:&#x2f;&#x2f;evil.example&#x2f;login, see <a href="), "{body}");
    assert_eq!(body.matches("https://crm.example/api/c/").count(), 1, "{body}");
}

#[test]
fn what_a_provider_says_is_kept_without_whom_it_names() {
    let entry = Message::blank(&Email::parse("asha@x.in").unwrap(), Time::now());
    for answer in [Sending::Refused, Sending::Unknown].map(|answer| answer("MessageRejected: Not verified: asha@x.in".to_owned()))
    {
        let text = Rendered { subject: None, body: "Hi".into() };
        let kept = answered(&entry, text, answer).unwrap().failed_reason;
        assert_eq!(kept.as_deref(), Some("MessageRejected: Not verified: (address)"));
    }
}

#[tokio::test]
async fn an_empty_audience_is_sent_at_once() {
    let crm = Crm::new(0);
    let campaign = crm.launch("x", 0, None).await;
    crm.drain().await;
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
    assert_eq!(crm.assert_counts(campaign.id).await, Tally::default());
}

#[tokio::test]
async fn who_cannot_be_rendered_has_failed_and_the_others_are_sent() {
    let crm = Crm::new(3);
    upsert(&crm.memory, 1, &json!({"attributes": {"points": "many"}}), 2);
    let campaign = crm.launch("{% if attributes.points %}{{ attributes.points - 1 }}{% endif %}", 3, None).await;
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.sent, tally.failed), (2, 1));
    let failed = crm.memory.log(campaign.id).into_iter().find(|entry| entry.status() == MessageStatus::Failed).unwrap();
    assert!(failed.failed_reason.unwrap().starts_with("template: "));
}

#[tokio::test]
async fn a_consent_withdrawn_after_the_launch_counts_at_sending() {
    let crm = Crm::new(3);
    let campaign = crm.launch("x", 3, None).await;
    let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(plan).await;
    upsert(&crm.memory, 0, &json!({"emailConsent": false}), 2);
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.sent, tally.skipped), (2, 1));
    let skipped = crm.memory.log(campaign.id).into_iter().find(|entry| entry.skipped_reason.is_some()).unwrap();
    assert_eq!((skipped.email.as_str(), skipped.skipped_phase), ("p0@x.in", Some(Phase::Send)));
}

/// Puts an address on the suppression list.
async fn suppress(crm: &Crm, email: &str) {
    let reason = SuppressionReason::Complaint;
    let note = Note::of_address(&crm_testing::addresses(), Channel::Email, email, reason, Time::now()).unwrap();
    crm.memory.suppress(&[note]).await.unwrap();
}

#[tokio::test]
async fn who_is_suppressed_is_skipped_at_the_launch_and_once_more_at_sending() {
    let crm = Crm::new(3);
    suppress(&crm, "P0@x.in").await;
    let campaign = crm.launch("x", 3, None).await;
    let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(plan).await;
    suppress(&crm, "p1@x.in").await;
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.sent, tally.skipped), (1, 2));
    for entry in crm.memory.log(campaign.id) {
        let phase = match entry.email.as_str() {
            "p0@x.in" => Some(Phase::Launch),
            "p1@x.in" => Some(Phase::Send),
            _ => None,
        };
        assert_eq!((entry.skipped_reason, entry.skipped_phase), (phase.map(|_| SkipReason::Suppressed), phase), "{entry:?}");
        assert_eq!(entry.address, crm_testing::addresses().hash(Channel::Email, &entry.email).ok());
    }
}

#[tokio::test]
async fn nobody_is_written_to_while_the_key_of_the_suppression_list_is_missing() {
    let crm = Crm::new(3);
    crm.memory.rekey_suppressions(Some("that of another key"));
    let campaign = crm.launch("x", 3, None).await;
    crm.drain().await;
    assert!(crm.memory.letters().is_empty());
    let dead = crm.memory.dead(QueueName::Delivery);
    assert!(dead[0].attributes[0].1.contains("suppression list"), "{dead:?}");
    let failed = crm.state(campaign.id).await;
    assert_eq!(failed.status, CampaignStatus::Failed);
    assert!(failed.failed_reason.unwrap().contains("suppression list"));
    // Somebody has seen to it, and lets it go on; what was to freeze the audience comes from the dead letters.
    crm.memory.rekey_suppressions(None);
    assert!(crm.change(campaign.id, |state| state.resumed(Time::now())).await);
    crm.memory.enqueue(QueueName::Delivery, dead).await.unwrap();
    crm.drain().await;
    assert_eq!((crm.assert_counts(campaign.id).await.sent, crm.state(campaign.id).await.status), (3, CampaignStatus::Sent));
}

#[tokio::test]
async fn a_pause_holds_everyone_and_a_resumption_reaches_everyone() {
    let crm = Crm::new(20);
    let campaign = crm.launch("x", 2_000, None).await;
    let plan = crm.memory.drain(QueueName::Delivery).into_iter().map(received).collect();
    crm.worker.handle(plan).await;
    assert!(crm.change(campaign.id, |state| state.paused(Time::now())).await);
    crm.drain().await;
    assert!(crm.memory.letters().is_empty());
    assert_eq!(crm.tally(campaign.id).await.queued, 17);
    assert!(crm.change(campaign.id, |state| state.resumed(Time::now())).await);
    crm.drain().await;
    assert_eq!(crm.assert_counts(campaign.id).await.sent, 17);
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Sent);
}

#[tokio::test]
async fn a_cancelled_campaign_skips_the_rest() {
    let crm = Crm::new(20);
    let campaign = crm.launch("x", 2_000, None).await;
    assert!(crm.change(campaign.id, |state| state.cancelled(Time::now())).await);
    crm.drain().await;
    let tally = crm.assert_counts(campaign.id).await;
    assert_eq!((tally.audience, tally.sent, tally.skipped), (20, 0, 20));
    let state = crm.state(campaign.id).await;
    assert_eq!(state.status, CampaignStatus::Cancelled);
    assert!(state.finished_at.is_some());
}

#[tokio::test]
async fn a_scheduled_campaign_waits_for_its_time() {
    let crm = Crm::new(2);
    let campaign = crm.launch("x", 2, Some(Time::now().plus(2_000_000_000))).await;
    let alarm = crm.memory.alarm(Alarm::Wake, campaign.id).unwrap();
    assert_eq!(Some(alarm), campaign.scheduled_at);
    // Neither a plan nor an alarm that comes too early begins it.
    crm.put(campaign.plan()).await;
    crm.put([Task::Wake { campaign: campaign.id, alarm }].into_iter()).await;
    crm.drain().await;
    assert_eq!(crm.state(campaign.id).await.status, CampaignStatus::Scheduled);
    assert_eq!(crm.memory.alarm(Alarm::Wake, campaign.id), Some(alarm));
    // Cancelled before it began: there is nobody to skip.
    assert!(crm.change(campaign.id, |state| state.cancelled(Time::now())).await);
    crm.put([Task::Wake { campaign: campaign.id, alarm }].into_iter()).await;
    crm.drain().await;
    assert!(crm.memory.log(campaign.id).is_empty());
    assert_eq!(crm.memory.alarm(Alarm::Wake, campaign.id), None);
    let begun = crm.launch("x", 2, Some(Time::now().plus(-1))).await;
    crm.drain().await;
    assert_eq!(crm.state(begun.id).await.status, CampaignStatus::Sent);
}

#[tokio::test]
async fn a_large_log_is_counted_in_several_steps() {
    let crm = Crm::new(30);
    let campaign = crm.launch("x", 12_000, None).await;
    let freeze = |next| Task::Freeze { campaign: campaign.id, next };
    // No time is left: the next step goes on from there.
    let next = crm.worker.freeze(campaign.id, 64, Instant::now()).await.unwrap();
    assert_eq!(next, Next::Then(freeze(64), 0));
    crm.drain().await;
    let state = crm.state(campaign.id).await;
    assert_eq!((crm.assert_counts(campaign.id).await.sent, state.status), (26, CampaignStatus::Sent));
    // Once more changes nothing.
    crm.put([freeze(0), freeze(64)].into_iter()).await;
    crm.drain().await;
    assert_eq!(crm.state(campaign.id).await, state);
    assert_eq!(crm.memory.letters().len(), 26);
}

#[tokio::test]
async fn steps_of_a_launch_that_failed_are_dropped_after_a_while() {
    let crm = Crm::new(1);
    crm.put([Task::Plan { campaign: CampaignId::generate(), part: 0, after: None, queued: 0 }].into_iter()).await;
    crm.drain().await;
    assert!(crm.memory.dead(QueueName::Delivery).is_empty());
}

#[tokio::test]
async fn every_event_of_the_folder_is_done_or_set_aside() {
    for (case, event) in cases("delivery-worker") {
        let crm = Crm::new(1);
        let messages = incoming(serde_json::from_str(&event).unwrap());
        assert!(!messages.is_empty(), "{case}");
        assert_eq!(crm.worker.handle(messages).await, Vec::<String>::new(), "{case}");
        let dead = crm.memory.dead(QueueName::Delivery);
        assert_eq!(dead.is_empty(), !case.starts_with("bad-"), "{case}");
        for letter in dead {
            assert!(letter.attributes.iter().any(|(name, reason)| *name == "reason" && !reason.is_empty()), "{letter:?}");
        }
    }
}

#[tokio::test]
async fn a_step_that_is_set_aside_says_why_it_failed() {
    let crm = Crm::new(1);
    let task = Task::Plan { campaign: CampaignId::generate(), part: 0, after: None, queued: 0 };
    let message = received(Step { task, attempt: 200 }.body().into());
    crm.memory.die_after(Some(0));
    assert!(crm.worker.handle(vec![message]).await.is_empty());
    let dead = crm.memory.dead(QueueName::Delivery);
    assert_eq!(dead[0].attributes[0].1, "storage is unavailable: the process has died", "{dead:?}");
}

#[tokio::test]
async fn what_follows_from_a_launch_names_its_request_to_the_last_dead_letter() {
    let (crm, asked) = (Crm::new(10), |id: &str| vec![(REQUEST, id.to_owned())]);
    let mut batch = Vec::new();
    let mut campaigns = Vec::new();
    for id in ["a", "b"] {
        campaigns.push(crm.launch(id, 10, None).await.id);
        let plan = crm.memory.drain(QueueName::Delivery);
        batch.extend(plan.into_iter().map(|message| received(Outgoing { attributes: asked(id), ..message })));
    }
    assert!(crm.worker.handle(batch).await.is_empty());
    let follow_up = crm.memory.drain(QueueName::Delivery);
    assert!(follow_up.len() >= 2, "{follow_up:?}");
    crm.memory.die_after(Some(0));
    for message in follow_up {
        let task = Step::parse(&message.body).unwrap().task;
        let id = if task.campaign() == campaigns[0] { "a" } else { "b" };
        assert_eq!(message.attributes, asked(id));
        // It has failed for a day.
        let last = Outgoing { body: Step { task, attempt: 200 }.body(), ..message };
        assert!(crm.worker.handle(vec![received(last)]).await.is_empty());
        let letter = crm.memory.dead(QueueName::Delivery).pop().unwrap();
        assert!(letter.attributes.contains(&asked(id)[0]), "{letter:?}");
    }
    let unreadable = Outgoing { body: "{}".to_owned(), attributes: asked("c"), ..Outgoing::default() };
    assert!(crm.worker.handle(vec![received(unreadable)]).await.is_empty());
    assert!(crm.memory.dead(QueueName::Delivery).pop().unwrap().attributes.contains(&asked("c")[0]));
}

#[test]
fn a_step_that_is_set_aside_starts_afresh_when_it_is_put_back() {
    let task = Task::Spread { campaign: CampaignId::generate(), since: 1 };
    assert_eq!(Step::parse(&task.body()).unwrap().attempt, 0);
}
