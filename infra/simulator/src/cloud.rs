//! AWS as the functions see it: what their SDK sends comes here, takes its time, is applied, refused or lost, and answered.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

use crate::faults::{Fault, Faults};
use crate::post::Office;
use crate::queues::Queues;
use crate::tables::{Answer, Tables, refusal};
use crate::weakness::Weakness;
use crate::world;

/// All services together.
pub struct Cloud {
    state: Mutex<State>,
    /// Told whenever a message was sent or a record written.
    pub stirred: Notify,
}

/// What they hold.
pub struct State {
    /// `DynamoDB`.
    pub tables: Tables,
    /// SQS.
    pub queues: Queues,
    /// Whoever sends letters.
    pub office: Office,
    /// What goes wrong.
    pub faults: Faults,
    /// A deliberate defect.
    pub weakness: Option<Weakness>,
    /// By how many microseconds the clock of a machine may be wrong.
    pub wrong: i64,
    /// Queues that call a function.
    pub consumed: BTreeSet<&'static str>,
    /// Invocations, and other things that are under way.
    pub running: usize,
    /// Calls served.
    pub calls: u64,
    /// What happened, line by line, if anybody wants to read it: of two runs of a seed it is the same.
    pub story: Option<Vec<String>>,
    /// Of transactions that came, where it matters.
    tokens: BTreeSet<String>,
}

/// A process that calls: it may be told to die at its n-th step.
#[derive(Debug)]
pub struct Process {
    steps_left: AtomicU64,
    /// It has come to its last step.
    pub died: Notify,
}

/// What is to become of a call.
enum Fate {
    Served,
    AnswerLost,
    RequestLost,
}

impl Cloud {
    /// Empty, with these faults.
    #[must_use]
    pub fn new(faults: Faults, weakness: Option<Weakness>, tells: bool) -> Arc<Self> {
        let state = State {
            tables: Tables::new(),
            queues: Queues::new(weakness),
            office: Office::default(),
            faults,
            weakness,
            wrong: 600_000_000,
            consumed: BTreeSet::new(),
            running: 0,
            calls: 0,
            story: tells.then(Vec::new),
            tokens: BTreeSet::new(),
        };
        Arc::new(Self { state: Mutex::new(state), stirred: Notify::new() })
    }

    /// What the services hold.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The SDK's configuration of a process: everything it sends comes here.
    #[must_use]
    pub fn config(self: &Arc<Self>, process: &Arc<Process>) -> SdkConfig {
        // Retries draw on a budget that the SDK keeps for each region, for ever: a history has one of its own.
        static HISTORIES: AtomicU64 = AtomicU64::new(0);
        let region = format!("simulated-{}", HISTORIES.fetch_add(1, Ordering::Relaxed));
        let line = SharedHttpConnector::new(Line { cloud: self.clone(), process: process.clone() });
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .endpoint_url("https://aws.simulated")
            .retry_config(RetryConfig::standard())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("a", "b", None, None, "simulated")))
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .http_client(http_client_fn(move |_, _| line.clone()))
            .build()
    }

    async fn carry(self: Arc<Self>, operation: String, body: Value) -> Result<Answer, ConnectorError> {
        let (there, back) = self.state().way();
        tokio::time::sleep(there).await;
        let answer = self.state().serve(&operation, body);
        if operation.ends_with(".SendMessageBatch") || is_write(operation.rsplit('.').next().unwrap_or_default()) {
            self.stirred.notify_waiters();
        }
        tokio::time::sleep(back).await;
        answer.ok_or_else(|| ConnectorError::io("the connection was closed".into()))
    }
}

impl Default for Process {
    fn default() -> Self {
        Self { steps_left: AtomicU64::new(u64::MAX), died: Notify::new() }
    }
}

impl Process {
    /// It dies at its n-th step from now on: each call has two, before and after.
    pub fn die_after(&self, steps: Option<u64>) {
        self.steps_left.store(steps.map_or(u64::MAX, |steps| steps.max(1)), Ordering::Relaxed);
    }

    /// Goes one step further, unless it was the last.
    pub async fn step(&self) {
        match self.steps_left.load(Ordering::Relaxed) {
            u64::MAX => {}
            // Dead, or as good as that.
            0 => pending::<()>().await,
            left => {
                self.steps_left.store(left - 1, Ordering::Relaxed);
                if left == 1 {
                    self.died.notify_one();
                    pending::<()>().await;
                }
            }
        }
    }
}

/// What a process sends by.
struct Line {
    cloud: Arc<Cloud>,
    process: Arc<Process>,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

impl HttpConnector for Line {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (cloud, process) = (self.cloud.clone(), self.process.clone());
        HttpConnectorFuture::new(async move {
            let operation = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
            let body = request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
            process.step().await;
            // On its way a call does not depend on its sender any more.
            let (tell, told) = oneshot::channel();
            tokio::spawn(async move {
                let answer = cloud.carry(operation, body).await;
                // Nobody may be left to hear it.
                let _ = tell.send(answer);
            });
            let answer = told.await.unwrap_or_else(|error| Err(ConnectorError::other(error.into(), None)));
            process.step().await;
            answer.and_then(respond)
        })
    }
}

fn respond((status, body): Answer) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

impl State {
    /// Serves a call; `None` is no answer.
    fn serve(&mut self, operation: &str, body: Value) -> Option<Answer> {
        self.calls += 1;
        let (service, operation) = operation.split_once('.').unwrap_or(("", operation));
        let is_store = service.starts_with("DynamoDB");
        let asked = body.clone();
        let (fate, answer) = if is_store { self.store(operation, body) } else { self.queue(operation, &body) };
        let answer = match fate {
            Fate::Served => Some(answer),
            Fate::AnswerLost | Fate::RequestLost => None,
        };
        let answer = match self.weakness {
            Some(Weakness::RefusalsAreAnswers) if is_store && is_write(operation) && refused(answer.as_ref()) => {
                Some((200, json!({})))
            }
            Some(Weakness::LostSendsAreCalledSent) if operation == "SendMessageBatch" && refused(answer.as_ref()) => {
                Some((200, json!({"Successful": asked["Entries"], "Failed": []})))
            }
            Some(weakness) => answer.map(|(status, body)| (status, weakness.answer(operation, body))),
            None => answer,
        };
        self.note(operation, &asked, answer.as_ref());
        answer
    }

    /// Whether nothing is under way, and nothing waits for whoever is called by a queue.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.running == 0 && self.consumed.iter().all(|queue| self.queues.next_at(queue).is_none())
    }

    fn lost(&mut self) -> Option<Fate> {
        if self.faults.strike(Fault::RequestLost) {
            return Some(Fate::RequestLost);
        }
        self.faults.strike(Fault::AnswerLost).then_some(Fate::AnswerLost)
    }

    fn queue(&mut self, operation: &str, body: &Value) -> (Fate, Answer) {
        match self.lost() {
            Some(Fate::RequestLost) => return (Fate::RequestLost, (0, Value::Null)),
            Some(fate) => return (fate, self.queues.serve(operation, body, &mut self.faults)),
            None => {}
        }
        if self.faults.strike(Fault::Throttled) {
            return (Fate::Served, refusal("ThrottlingException", "Rate exceeded"));
        }
        (Fate::Served, self.queues.serve(operation, body, &mut self.faults))
    }

    fn store(&mut self, operation: &str, body: Value) -> (Fate, Answer) {
        let body = match self.weakness {
            Some(Weakness::RepeatsAreAdded) => self.again(body),
            Some(weakness) => weakness.request(operation, body),
            None => body,
        };
        match self.lost() {
            Some(Fate::RequestLost) => return (Fate::RequestLost, (0, Value::Null)),
            Some(fate) => return (fate, self.tables.serve(operation, &body)),
            None => {}
        }
        if self.faults.strike(Fault::ServerError) {
            if self.faults.below(2) == 0 {
                let _ = self.tables.serve(operation, &body);
            }
            let (_, body) = refusal("InternalServerError", "Internal server error");
            return (Fate::Served, (500, body));
        }
        if self.faults.strike(Fault::Throttled) {
            return (Fate::Served, refusal("ProvisionedThroughputExceededException", "The level of throughput is exceeded"));
        }
        let is_transaction = operation == "TransactWriteItems";
        if (is_transaction || is_conditional(&body)) && self.faults.strike(Fault::Cancelled) {
            return (Fate::Served, self.cancelled(is_transaction, &body));
        }
        (Fate::Served, self.paged(operation, body))
    }

    /// A request; what adds of it has been done before under its token, it adds under a new one.
    fn again(&mut self, mut body: Value) -> Value {
        let Some(token) = body["ClientRequestToken"].as_str().map(ToOwned::to_owned) else { return body };
        if !self.tokens.insert(token) {
            let number = self.tokens.len();
            self.tokens.insert(format!("again-{number}"));
            body["ClientRequestToken"] = json!(format!("again-{number}"));
            if let Some(actions) = body["TransactItems"].as_array_mut() {
                actions.retain(|action| action.get("Update").is_some());
            }
        }
        body
    }

    fn cancelled(&mut self, is_transaction: bool, body: &Value) -> Answer {
        if !is_transaction {
            return refusal("TransactionConflictException", "Transaction is ongoing for the item");
        }
        let actions = body["TransactItems"].as_array().map_or(0, Vec::len);
        let blamed = self.faults.below(actions as u64) as usize;
        let reason = |place| {
            if place == blamed {
                json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"})
            } else {
                json!({"Code": "None"})
            }
        };
        let (status, mut answer) = refusal("TransactionCanceledException", "Transaction cancelled");
        answer["CancellationReasons"] = (0..actions).map(reason).collect();
        (status, answer)
    }

    /// Tells what happened, to whoever wants to read it.
    pub fn note(&mut self, what: &str, said: &Value, answer: Option<&Answer>) {
        let Some(story) = &mut self.story else { return };
        let outcome = match answer {
            Some((status, body)) => format!("{status} {}", sorted(body)),
            None => "no answer".to_owned(),
        };
        story.push(format!("{:>12} {what} {} -> {outcome}", world::elapsed().as_millis(), sorted(said)));
    }
}

fn is_write(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "BatchExecuteStatement" | "TransactWriteItems"
    )
}

fn refused(answer: Option<&Answer>) -> bool {
    answer.is_none_or(|(status, body)| {
        // A condition that does not hold is an answer.
        *status != 200 && !body.to_string().contains("ConditionalCheckFailed")
    })
}

fn is_conditional(body: &Value) -> bool {
    body.get("ConditionExpression").is_some()
}

/// A value with the keys of its objects in order: the SDK's maps have none.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            // Answers that are kept are sealed with chance of their own.
            let told = |(key, value): (&String, &Value)| match key.as_str() {
                "answer" | ":answer" => (key.clone(), json!("sealed")),
                _ => (key.clone(), sorted(value)),
            };
            entries.into_iter().map(told).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
