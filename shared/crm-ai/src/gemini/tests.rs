//! The client against the model's stand-in: every way in which it misbehaves, over real connections.

use std::time::Duration;

use crm_domain::ai::Tokens;
use local_gemini::{Behaviour, MODEL, Peer, WrongSchema};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::*;
use crate::schema::{messages_answer_schema, rules_answer_schema, suggestion_answer_schema, summary_answer_schema};

/// Pauses so short that nobody waits for a test, and attempts long enough for a busy machine.
const PATIENCE: Patience =
    Patience { attempt: Duration::from_secs(15), shortest: Duration::from_millis(50), pause: Duration::from_millis(4) };
const LONG: Duration = Duration::from_secs(20);
const PROMPT: &str = "customers who spent over 5000";

fn client(peer: &Peer, patience: Patience) -> Gemini {
    let configuration = Configuration { base: peer.url.clone(), model: MODEL.to_owned(), budget: LONG, patience };
    Gemini::new(configuration, true).unwrap()
}

async fn ask(gemini: &Gemini, schema: Option<&Value>, budget: Duration) -> Answer {
    let question = Question { instructions: "You write rules.", turns: &[Turn::User(PROMPT)], schema, max_output: 2_000 };
    gemini.ask("key", &question, Instant::now() + budget).await
}

/// What comes of a question to a peer that behaves like this, and after how many requests.
async fn scripted(behaviours: &[Behaviour]) -> (Answer, usize) {
    let peer = Peer::start().await;
    peer.script(behaviours.iter().cloned());
    let answer = ask(&client(&peer, PATIENCE), Some(rules_answer_schema()), LONG).await;
    (answer, peer.requests().len())
}

fn bad(answer: &Answer) -> bool {
    matches!(answer.text, Err(AiError::BadOutput(_)))
}

const fn over_quota() -> Behaviour {
    Behaviour::RateLimited { retry_after_seconds: None, retry_info: None }
}

#[tokio::test]
async fn a_question_is_put_in_the_public_form_and_answered() {
    let peer = Peer::start().await;
    let gemini = client(&peer, PATIENCE);
    let turns = [Turn::User(PROMPT), Turn::Model("{}"), Turn::User("It has no rules.")];
    let question =
        Question { instructions: "You write rules.", turns: &turns, schema: Some(rules_answer_schema()), max_output: 2_000 };
    let answer = gemini.ask("secret-key", &question, Instant::now() + LONG).await;
    let text: Value = serde_json::from_str(&answer.text.unwrap()).unwrap();
    assert_eq!(text.pointer("/rules/rules/0/value"), Some(&json!(5000)));
    assert!(answer.tokens.input > 0 && answer.tokens.output > 16, "thinking counts: {:?}", answer.tokens);

    let request = peer.requests().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1beta/models/gemini-flash-latest:generateContent"));
    assert!(request.headers.contains_key("x-goog-api-key") && !request.body.to_string().contains("secret-key"));
    assert_eq!(request.body["systemInstruction"]["parts"][0]["text"], "You write rules.");
    let roles: Vec<&Value> = request.body["contents"].as_array().unwrap().iter().map(|content| &content["role"]).collect();
    assert_eq!(roles, ["user", "model", "user"]);
    let config = &request.body["generationConfig"];
    assert_eq!(config["responseJsonSchema"], *rules_answer_schema());
    assert_eq!((&config["maxOutputTokens"], &config["thinkingConfig"]["thinkingLevel"]), (&json!(2000), &json!("low")));
}

#[tokio::test]
async fn every_kind_of_answer_comes_in_its_form() {
    let peer = Peer::start().await;
    let gemini = client(&peer, PATIENCE);
    for schema in [rules_answer_schema(), messages_answer_schema(), summary_answer_schema(), suggestion_answer_schema()] {
        let text = ask(&gemini, Some(schema), LONG).await.text.unwrap();
        assert_eq!(local_gemini::schema::mismatch(schema, &serde_json::from_str(&text).unwrap()), None, "{text}");
    }
    let text = ask(&gemini, None, LONG).await.text;
    assert!(text.is_ok(), "plain text: {text:?}");
}

#[tokio::test]
async fn unusable_answers_are_not_asked_for_again_and_are_paid_for() {
    use Behaviour as B;
    for behaviour in [B::Truncated, B::EmptyCandidates, B::EmptyText] {
        let (answer, requests) = scripted(std::slice::from_ref(&behaviour)).await;
        assert!(bad(&answer) && requests == 1, "{behaviour:?}: {answer:?} after {requests}");
        assert!(answer.tokens.input > 0, "{behaviour:?}");
    }
    for behaviour in [B::MalformedEnvelope, B::HugeBody] {
        let (answer, requests) = scripted(std::slice::from_ref(&behaviour)).await;
        assert!(bad(&answer) && requests == 1, "{behaviour:?}: {answer:?} after {requests}");
        assert_eq!(answer.tokens, Tokens::default(), "{behaviour:?}: nobody says what it cost");
    }
}

#[tokio::test]
async fn texts_are_handed_on_whatever_they_say() {
    use Behaviour as B;
    let wrong = |fault| B::WrongSchema { fault };
    let behaviours = [
        B::MalformedJson,
        wrong(WrongSchema::UnknownField),
        wrong(WrongSchema::UnknownOperator),
        wrong(WrongSchema::TooDeep),
        wrong(WrongSchema::TooMany),
        wrong(WrongSchema::OtherMembers),
        B::Obedient,
        B::InventedOffer,
        B::InventedNumbers,
        B::UnknownPlaceholder,
        B::Say { text: "no".to_owned() },
    ];
    for behaviour in behaviours {
        let (answer, requests) = scripted(std::slice::from_ref(&behaviour)).await;
        assert!(answer.text.is_ok() && requests == 1, "{behaviour:?}: {answer:?} after {requests}");
    }
    let (fenced, _) = scripted(&[B::Fenced]).await;
    assert!(fenced.text.unwrap().starts_with('{'));
}

#[tokio::test]
async fn refusals_say_what_is_refused() {
    use Behaviour as B;
    let cases = [
        (B::BlockedPrompt, Refusal::Blocked),
        (B::BlockedAnswer, Refusal::Blocked),
        (B::KeyRefused, Refusal::Key),
        (B::ServerError { status: 403 }, Refusal::Key),
        (B::ModelUnknown, Refusal::Request),
        (B::ServerError { status: 400 }, Refusal::Request),
    ];
    for (behaviour, refusal) in cases {
        let (answer, requests) = scripted(std::slice::from_ref(&behaviour)).await;
        assert_eq!((answer.text, requests), (Err(AiError::Refused(refusal)), 1), "{behaviour:?}");
    }
    let peer = Peer::start().await;
    let question = Question { instructions: "", turns: &[Turn::User("a")], schema: None, max_output: 9 };
    for key in ["", "two\nlines"] {
        let answer = client(&peer, PATIENCE).ask(key, &question, Instant::now() + LONG).await;
        assert_eq!((answer.text, peer.requests().len()), (Err(AiError::Refused(Refusal::Key)), 0), "{key:?}");
    }
}

#[tokio::test]
async fn who_fails_is_asked_again() {
    use Behaviour as B;
    let down = B::ServerError { status: 503 };
    let (answer, requests) = scripted(&[down.clone(), over_quota(), B::ServerError { status: 500 }]).await;
    assert!(answer.text.is_ok() && requests == 4, "{answer:?} after {requests}");
    let (answer, requests) = scripted(&vec![down; 20]).await;
    assert_eq!((answer.text, requests), (Err(AiError::Unavailable { after: None }), MOST_ATTEMPTS as usize));
    let (answer, requests) = scripted(&vec![over_quota(); 20]).await;
    assert_eq!((answer.text, requests), (Err(AiError::RateLimited { after: None }), MOST_ATTEMPTS as usize));
}

#[tokio::test]
async fn tokens_of_failures_count_with_those_of_the_answer() {
    let (once, _) = scripted(&[]).await;
    let (again, requests) = scripted(&[over_quota()]).await;
    assert_eq!((again.tokens, requests), (once.tokens, 2), "who turns us away takes nothing");
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_kept() {
    let peer = Peer::start().await;
    peer.script([Behaviour::RateLimited { retry_after_seconds: None, retry_info: Some("0.3s".to_owned()) }]);
    let began = Instant::now();
    let answer = ask(&client(&peer, PATIENCE), None, LONG).await;
    assert!(answer.text.is_ok() && peer.requests().len() == 2);
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_told_at_once() {
    for (seconds, info, wait) in [(Some(30), None, 30), (None, Some("37s"), 37), (Some(30), Some("37s"), 37)] {
        let peer = Peer::start().await;
        peer.always(Behaviour::RateLimited { retry_after_seconds: seconds, retry_info: info.map(str::to_owned) });
        let began = Instant::now();
        let answer = ask(&client(&peer, PATIENCE), None, LONG).await;
        let after = Some(Duration::from_secs(wait));
        assert_eq!((answer.text, peer.requests().len()), (Err(AiError::RateLimited { after }), 1));
        assert!(began.elapsed() < Duration::from_secs(15), "it waited");
    }
}

#[tokio::test]
async fn a_connection_that_ends_is_tried_once_more() {
    for after_headers in [false, true] {
        let drop = Behaviour::DropConnection { after_headers };
        let (answer, requests) = scripted(std::slice::from_ref(&drop)).await;
        assert!(answer.text.is_ok() && requests == 2, "{answer:?} after {requests}");
        let (answer, requests) = scripted(&vec![drop; 9]).await;
        assert_eq!((answer.text, requests), (Err(AiError::Unavailable { after: None }), 2));
    }
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let peer = Peer::start().await;
    let gemini = client(&peer, PATIENCE);
    drop(peer);
    assert_eq!(
        ask(&gemini, None, LONG).await,
        Answer { text: Err(AiError::Unavailable { after: None }), tokens: Tokens::default() }
    );
}

#[tokio::test]
async fn who_hangs_is_left_in_time_for_another_attempt() {
    let patience = Patience { attempt: Duration::from_secs(6), ..PATIENCE };
    let peer = Peer::start().await;
    peer.always(Behaviour::Hang);
    let answer = ask(&client(&peer, patience), None, LONG).await;
    assert_eq!((answer.text, peer.requests().len()), (Err(AiError::Unavailable { after: None }), 2));
}

#[tokio::test]
async fn the_deadline_holds_whatever_happens() {
    let peer = Peer::start().await;
    peer.always(Behaviour::Hang);
    let began = Instant::now();
    let patience = Patience { attempt: LONG, ..PATIENCE };
    let answer = ask(&client(&peer, patience), None, Duration::from_secs(2)).await;
    assert_eq!(answer.text, Err(AiError::Unavailable { after: None }));
    // None where the machine was busy until then.
    assert!(peer.requests().len() <= 1, "{}", peer.requests().len());
    assert!(began.elapsed() < LONG, "an attempt may take twenty seconds: {:?}", began.elapsed());
    let late = ask(&client(&peer, PATIENCE), None, Duration::ZERO).await;
    assert_eq!(late.text, Err(AiError::Unavailable { after: None }));
    assert!(peer.requests().len() <= 1, "nothing is begun that cannot end");
}

#[tokio::test]
async fn no_attempt_begins_after_a_pause_that_took_too_long() {
    let gemini = client(&Peer::start().await, PATIENCE);
    let deadline = Instant::now() + Duration::from_millis(300);
    // Something else has the only thread until the time is over.
    tokio::spawn(async move { while Instant::now() < deadline {} });
    assert!(!gemini.fits_after(Duration::from_millis(10), deadline).await);
}

#[tokio::test]
async fn who_is_slow_and_in_time_is_heard() {
    let (answer, requests) = scripted(&[Behaviour::Slow { ms: 50 }]).await;
    assert!(answer.text.is_ok() && requests == 1, "{answer:?}");
}

#[tokio::test]
async fn a_model_that_thinks_as_it_likes_is_not_told_how_much_again() {
    let peer = Peer::start().await;
    peer.always(Behaviour::ThinkingUnknown);
    let gemini = client(&peer, PATIENCE);
    for _ in 0..2 {
        assert!(ask(&gemini, None, LONG).await.text.is_ok());
    }
    let told: Vec<bool> =
        peer.requests().iter().map(|request| request.body["generationConfig"].get("thinkingConfig").is_some()).collect();
    assert_eq!(told, [true, false, false]);
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_questions_nor_answers_nor_keys_are_logged() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let logging = tracing::subscriber::set_default(subscriber.finish());
    let peer = Peer::start().await;
    let gemini = client(&peer, PATIENCE);
    let question = Question { instructions: "be-brief", turns: &[Turn::User("about-asha")], schema: None, max_output: 9 };
    for behaviour in [
        Behaviour::Say { text: "answer-of-it".to_owned() },
        Behaviour::DropConnection { after_headers: true },
        Behaviour::KeyRefused,
        Behaviour::MalformedEnvelope,
    ] {
        peer.script([behaviour]);
        let _answer = gemini.ask("the-key", &question, Instant::now() + LONG).await;
    }
    drop(logging);
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("ai.status=200") && logged.contains("ai.status=400"), "{logged}");
    for secret in ["be-brief", "about-asha", "answer-of-it", "the-key", "doctype"] {
        assert!(!logged.contains(secret), "{secret} in {logged}");
    }
}
