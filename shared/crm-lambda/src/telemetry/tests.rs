use std::sync::Mutex;

use crm_domain::did;
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName};
use lambda_runtime::Context;
use lambda_runtime::tower::{ServiceExt, service_fn};
use serde_json::{Value, json};

use super::*;
use crate::queue::{send, send_events};

fn lines_at(level: &str) -> (tracing::subscriber::DefaultGuard, Arc<Mutex<Vec<Value>>>) {
    let written: Arc<Mutex<Vec<Value>>> = Arc::default();
    let seen = written.clone();
    let lines = Lines::new(move |line| {
        assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{line}");
        seen.lock().unwrap().push(serde_json::from_str(line).unwrap());
    });
    let subscriber = tracing_subscriber::registry().with(filter(level)).with(lines);
    (tracing::subscriber::set_default(subscriber), written)
}

/// Runs `handler` as an invocation; the lines that it came to.
async fn invoked<F: Future<Output = ()>>(level: &str, handler: impl FnOnce() -> F) -> Vec<Value> {
    let (guard, written) = lines_at(level);
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    context.xray_trace_id = Some("Root=1-abc-def;Parent=77;Sampled=1".to_owned());
    let (parts, ()) = http_response();
    let invocation = LambdaInvocation { parts, body: axum::body::Bytes::new(), context };
    let mut handler = Some(handler);
    let inner = service_fn(|_: LambdaInvocation| {
        let running = handler.take().map(|handler| handler());
        async move {
            if let Some(running) = running {
                running.await;
            }
            Ok::<_, Error>(())
        }
    });
    Watch.layer(inner).oneshot(invocation).await.unwrap();
    drop(guard);
    Arc::try_unwrap(written).map(|lines| lines.into_inner().unwrap()).unwrap_or_default()
}

fn http_response() -> (axum::http::response::Parts, ()) {
    axum::http::Response::new(()).into_parts()
}

#[tokio::test]
async fn an_invocation_ends_with_one_line_that_says_what_it_did() {
    let lines = invoked("info", || async {
        note_correlation_ids(["api-7".to_owned()]);
        did!(http.status = 202, writes.accepted = 2);
        did!(writes.accepted = 1, http.route = "/api/orders");
    })
    .await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    for (name, value) in [
        ("level", json!("INFO")),
        ("requestId", json!("r-1")),
        ("traceId", json!("1-abc-def")),
        ("origin", json!("api-7")),
        ("writes.accepted", json!(3)),
        ("http.status", json!(202)),
        ("http.route", json!("/api/orders")),
    ] {
        assert_eq!(line[name], value, "{name} of {line}");
    }
    assert!(line["durationMs"].is_number() && line["coldStart"].is_boolean() && line["function"].is_string(), "{line}");
}

#[tokio::test]
async fn what_is_counted_is_a_document_of_the_embedded_metric_format() {
    let lines = invoked("info", || async {
        for age in 0..150_u64 {
            did!(writes.applied = 1, writes.duplicate = 0, writes.lag = age);
        }
    })
    .await;
    let line = lines.last().unwrap();
    let about = &line["_aws"];
    assert!(about["Timestamp"].as_i64().unwrap() > 1_700_000_000_000);
    let wanted = json!([{
        "Namespace": "MiniCrm",
        "Dimensions": [["stack"]],
        "Metrics": [{"Name": "writes.applied", "Unit": "Count"}, {"Name": "writes.lag", "Unit": "Milliseconds"}],
    }]);
    assert_eq!(about["CloudWatchMetrics"], wanted);
    assert_eq!((&line["writes.applied"], line["stack"].is_string()), (&json!(150), true));
    // CloudWatch drops a document with more values.
    assert_eq!(line["writes.lag"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn an_invocation_that_did_nothing_costs_no_metric() {
    let lines = invoked("info", || async { did!(segments.moves = 0, clock.minutes = 1) }).await;
    let line = lines.last().unwrap();
    assert_eq!((&line["clock.minutes"], line.get("_aws"), line.get("errors")), (&json!(1), None, None));
}

#[tokio::test]
async fn an_error_is_a_line_of_its_invocation_and_counted_in_its_end() {
    let lines =
        invoked("info", || async { tracing::error!(cause = "no answer from bob@example.com", "dependency failed") }).await;
    let [error, end] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(
        (&error["level"], &error["requestId"], &error["message"]),
        (&json!("ERROR"), &json!("r-1"), &json!("dependency failed"))
    );
    assert_eq!(error["cause"], "no answer from …@example.com");
    assert_eq!((&end["errors"], &end["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]), (&json!(1), &json!("errors")));
}

#[tokio::test]
async fn metrics_do_not_depend_on_the_level_of_the_log() {
    let lines = invoked("error", || async {
        tracing::info!("not of interest");
        did!(messages.sent = 4);
    })
    .await;
    let [end] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(end["messages.sent"], 4);
}

#[tokio::test]
async fn debugging_is_ours_alone() {
    let lines = invoked("debug", || async {
        tracing::debug!(target: "aws_smithy_runtime::client", "a whole request");
        tracing::debug!(target: "crm_lambda::gate", "ours");
    })
    .await;
    let said: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(said, ["ours", "invocation ended"]);
}

#[tokio::test]
async fn messages_of_several_requests_name_each_of_them() {
    let lines = invoked("info", || async {
        note_correlation_ids(["b".to_owned(), "a".to_owned(), "b".to_owned()]);
        assert_eq!(correlation_id(), None);
    })
    .await;
    assert_eq!(lines.last().unwrap()["origins"], json!(["a", "b"]));
}

#[derive(Default)]
struct Queue {
    sent: Mutex<Vec<Outgoing>>,
    is_away: bool,
}

impl Enqueue for Queue {
    async fn enqueue(&self, _: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        if self.is_away {
            return Err(QueueError("no answer".into()));
        }
        self.sent.lock().unwrap().extend(messages);
        Ok(())
    }

    async fn bury(&self, _: QueueName, _: Outgoing) -> Result<(), QueueError> {
        Ok(())
    }
}

#[tokio::test]
async fn what_is_queued_carries_its_request_and_is_counted_once_it_is_there() {
    let (queue, away) = (Queue::default(), Queue { is_away: true, ..Queue::default() });
    let events = || vec!["{}".to_owned(), "{}".to_owned()];
    let lines = invoked("info", || async {
        note_correlation_ids(["api-7".to_owned()]);
        send_events(&away, QueueName::Orders, events()).await.unwrap_err();
        send_events(&queue, QueueName::Orders, events()).await.unwrap();
        send_events(&queue, QueueName::Receipts, events()).await.unwrap();
    })
    .await;
    let end = lines.last().unwrap();
    assert_eq!((&end["writes.accepted"], &end["receipts.accepted"]), (&json!(2), &json!(2)));
    for message in queue.sent.lock().unwrap().iter() {
        assert_eq!(message.attributes, [("request-id", "api-7".to_owned())]);
    }
}

#[tokio::test]
async fn each_message_of_a_batch_is_for_its_own_request() {
    let queue = Queue::default();
    let lines = invoked("info", || async {
        let one = |id: Option<&'static str>| {
            let queue = &queue;
            let work = async move {
                tokio::task::yield_now().await;
                tracing::info!(own = id, "one");
                send(queue, QueueName::Segments, vec![id.unwrap_or("none").to_owned().into()]).await.unwrap();
            };
            correlated(id.map(ToOwned::to_owned), work)
        };
        // In any order.
        tokio::join!(one(Some("a")), one(Some("b")), one(None));
    })
    .await;
    let (end, lines) = lines.split_last().unwrap();
    assert!(lines.len() == 3 && lines.iter().all(|line| line.get("origin") == line.get("own")), "{lines:?}");
    assert_eq!((end.get("origin"), &end["origins"]), (None, &json!(["a", "b"])));
    let sent = queue.sent.lock().unwrap();
    let is_own = |message: &Outgoing| match message.attributes.as_slice() {
        [] => message.body == "none",
        [(name, id)] => *name == "request-id" && *id == message.body,
        _ => false,
    };
    assert!(sent.len() == 3 && sent.iter().all(is_own), "{sent:?}");
}

#[tokio::test]
async fn a_message_of_the_greatest_size_goes_without_its_request() {
    let (queue, id) = (Queue::default(), "api-7".to_owned());
    let room = Outgoing::attribute_bytes("request-id", &id);
    for body in [Outgoing::GREATEST - room, Outgoing::GREATEST - room + 1] {
        correlated(Some(id.clone()), send(&queue, QueueName::Segments, vec!["x".repeat(body).into()])).await.unwrap();
    }
    let sent = queue.sent.lock().unwrap();
    assert_eq!((sent[0].bytes(), sent[0].attributes.len(), sent[1].attributes.len()), (Outgoing::GREATEST, 1, 0));
}

#[tokio::test]
async fn only_the_first_invocation_of_an_environment_is_cold() {
    invoked("info", || async {}).await;
    let lines = invoked("info", || async {}).await;
    assert_eq!(lines.last().unwrap()["coldStart"], false);
}
