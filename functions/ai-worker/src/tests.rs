//! Questions that wait, over the ports in memory, with the model's stand-in behind them.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use crm_ai::gemini::{Configuration, Patience};
use crm_ai::{Assistant, Gemini, Settings};
use crm_domain::ai::{Breaker, Outcome, Question, Step, Task, Waiting};
use crm_domain::ports::{KeepAiState, KeepWaiting, QueueName};
use crm_domain::time::{MINUTE, SECOND, Time};
use crm_lambda::batch::incoming;
use crm_testing::{Memory, cases, received, settings};
use local_gemini::{Behaviour, MODEL, Peer};
use uuid::Uuid;

use crate::worker::Worker;

struct Desk {
    worker: Worker<Memory, Memory, Memory>,
    memory: Arc<Memory>,
    peer: Peer,
}

async fn desk() -> Desk {
    let (memory, peer) = (Arc::new(Memory::default()), Peer::start().await);
    memory.set_gemini_key("a-key");
    // More than any answer takes, however busy the machine.
    let patience =
        Patience { attempt: Duration::from_secs(20), shortest: Duration::from_millis(50), pause: Duration::from_millis(5) };
    let budget = Duration::from_mins(1);
    let configuration = Configuration { base: peer.url.clone(), model: MODEL.to_owned(), budget, patience };
    let crm_lambda::config::Settings { currency, consent_defaults } = (*settings()).clone();
    let of_all = Settings { currency, consent_defaults, daily_tokens: 1_000_000 };
    let gemini = Gemini::new(configuration, true).unwrap();
    let assistant = Assistant::new(gemini, memory.clone(), memory.clone(), of_all);
    Desk { worker: Worker { store: memory.clone(), queue: memory.clone(), assistant }, memory, peer }
}

impl Desk {
    /// Lets a question wait that was asked so long ago.
    async fn ask(&self, prompt: &str, ago: i64) -> (Uuid, Step) {
        let (id, asked_at) = (Uuid::now_v7(), Time::now().plus(-ago));
        let waiting = Waiting { id, user: "u".into(), asked_at, outcome: None };
        self.memory.put_waiting(&waiting).await.unwrap();
        let question = Question::Rules { prompt: prompt.to_owned() };
        (id, Step::first(Task::Answer { id, user: "u".into(), asked_at, question }))
    }

    async fn handle(&self, body: String) {
        assert_eq!(self.worker.handle(vec![received(QueueName::Questions, body)]).await, Vec::<String>::new());
    }

    async fn outcome(&self, id: Uuid) -> Option<Outcome> {
        self.memory.waiting(id, Time::now()).await.unwrap().unwrap().outcome
    }
}

#[tokio::test]
async fn every_event_of_the_folder_is_taken() {
    for (case, event) in cases("ai-worker") {
        let desk = desk().await;
        let event: SqsEvent = serde_json::from_str(&event).unwrap();
        assert_eq!(desk.worker.handle(incoming(event)).await, Vec::<String>::new(), "{case}");
        assert_eq!(desk.memory.dead(QueueName::Questions).is_empty(), !case.starts_with("bad-"), "{case}");
    }
}

#[tokio::test]
async fn a_question_waits_until_the_model_answers_again() {
    let desk = desk().await;
    let (id, step) = desk.ask("customers in Pune", 0).await;
    desk.peer.always(Behaviour::RateLimited { retry_after_seconds: Some(60), retry_info: None });
    desk.handle(step.body()).await;
    assert_eq!(desk.outcome(id).await, None);
    let again = desk.memory.drain(QueueName::Questions);
    assert!(again.len() == 1 && (5..=60).contains(&again[0].delay), "{again:?}");
    let looks = 20;
    for _ in 0..looks {
        desk.handle(again[0].body.clone()).await;
    }
    assert_eq!(desk.memory.drain(QueueName::Questions).len(), looks, "waiting is no failure, however often");
    // Its rest is over.
    desk.peer.always(Behaviour::Normal);
    let held = desk.memory.breaker().await.unwrap();
    desk.memory.put_breaker(held.version, &Breaker::default()).await.unwrap();
    desk.handle(again[0].body.clone()).await;
    let outcome = desk.outcome(id).await.unwrap();
    assert_eq!((outcome.status, &outcome.body["source"]), (200, &"gemini".into()), "{outcome:?}");
    assert!(desk.memory.drain(QueueName::Questions).is_empty());
    let asked = desk.peer.requests().len();
    desk.handle(again[0].body.clone()).await;
    assert_eq!((desk.outcome(id).await, desk.peer.requests().len()), (Some(outcome), asked), "delivered twice, answered once");
}

#[tokio::test]
async fn who_has_waited_long_enough_is_answered_offline() {
    let desk = desk().await;
    desk.peer.always(Behaviour::RateLimited { retry_after_seconds: Some(60), retry_info: None });
    let (id, step) = desk.ask("customers in Pune", 16 * MINUTE).await;
    desk.handle(step.body()).await;
    let outcome = desk.outcome(id).await.unwrap();
    assert_eq!((outcome.status, &outcome.body["offlineReason"]), (200, &"quota".into()));
    assert!(desk.memory.drain(QueueName::Questions).is_empty());
}

#[tokio::test]
async fn who_waits_long_is_looked_at_less_often() {
    let desk = desk().await;
    desk.peer.always(Behaviour::RateLimited { retry_after_seconds: Some(60), retry_info: None });
    for (ago, shortest) in [(0, 5), (MINUTE / 2, 30), (10 * MINUTE, 60)] {
        let asked_at = Time::now().plus(-ago);
        let (_, step) = desk.ask("customers in Pune", ago).await;
        desk.handle(step.body()).await;
        let delay = desk.memory.drain(QueueName::Questions)[0].delay;
        let waited = ((Time::now().micros() - asked_at.micros()) / SECOND) as u32;
        assert!((shortest..=waited.clamp(5, 60)).contains(&delay), "{delay} after {waited} s");
    }
}

#[tokio::test]
async fn a_question_that_keeps_failing_is_set_aside_and_its_asker_is_told() {
    let desk = desk().await;
    let (id, step) = desk.ask("customers in Pune", 0).await;
    desk.memory.lose_names(true);
    let mut body = step.body();
    for _ in 0..8 {
        desk.handle(body).await;
        body = desk.memory.drain(QueueName::Questions)[0].body.clone();
        assert_eq!(desk.outcome(id).await, None);
    }
    desk.handle(body).await;
    let dead = desk.memory.dead(QueueName::Questions);
    assert_eq!((dead.len(), desk.memory.drain(QueueName::Questions).len()), (1, 0));
    assert_eq!(dead[0].attributes[0].1, "storage is unavailable: no answer");
    let outcome = desk.outcome(id).await.unwrap();
    assert_eq!((outcome.status, &outcome.body["code"]), (503, &"unavailable".into()));
}

#[tokio::test]
async fn a_refusal_is_an_outcome_too() {
    let desk = desk().await;
    let (id, step) = desk.ask("write me a poem", 0).await;
    desk.handle(step.body()).await;
    let outcome = desk.outcome(id).await.unwrap();
    assert_eq!((outcome.status, &outcome.body["code"]), (422, &"not_understood".into()));
}

#[tokio::test]
async fn a_question_whose_answer_nobody_can_ask_for_is_not_answered() {
    let desk = desk().await;
    let (_, step) = desk.ask("customers in Pune", 61 * MINUTE).await;
    desk.handle(step.body()).await;
    assert!(desk.peer.requests().is_empty() && desk.memory.drain(QueueName::Questions).is_empty());
}
