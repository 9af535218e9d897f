//! AWS, as far as it is asked here: DynamoDB that remembers some tables, SQS that takes everything, one secret. It answers at
//! once and checks nothing; that the functions ask rightly is for the tests over the local AWS.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::http::{Answer, Request, serve};
use crate::tables::{self, Tables};

/// The secret, and the API key whose secret part is `secret`: SHA-256 of that is in the table.
const SIGNING_KEY: &str = "0123456789abcdef0123456789abcdef";
const KEY_ID: &str = "01900000-0000-7000-8000-000000000001";
const SECRET_HASH: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// The user of whom the token of the settings is.
pub const OWNER: &str = "bench";

/// What callers show.
#[must_use]
pub fn token() -> String {
    format!("mcrm_{}_secret", KEY_ID.replace('-', ""))
}

/// The stub, and what it has been asked.
#[derive(Clone)]
pub struct Aws {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    tables: Tables,
    /// Requests so far, by operation.
    asked: BTreeMap<String, u64>,
    /// Bodies of messages, in order, where somebody wants them.
    queued: Option<Vec<String>>,
    /// Bodies of requests, where somebody wants them.
    said: Option<Vec<Vec<u8>>>,
}

impl Aws {
    /// # Errors
    /// There is no free port.
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        let address = serve(move |request| Some(lock(&shared).answer(&request)))?;
        let aws = Self { address, state };
        aws.tables().put(tables::ACCESS, api_key());
        aws.tables().put(tables::ACCESS, owner());
        Ok(aws)
    }

    /// What it remembers.
    pub fn tables(&self) -> impl std::ops::DerefMut<Target = Tables> + '_ {
        Remembered(lock(&self.state))
    }

    /// Requests so far, by operation.
    #[must_use]
    pub fn asked(&self) -> BTreeMap<String, u64> {
        lock(&self.state).asked.clone()
    }

    /// All requests so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        lock(&self.state).asked.values().sum()
    }

    /// The bodies of messages since the last time; from now on they are kept.
    #[must_use]
    pub fn take_queued(&self) -> Vec<String> {
        lock(&self.state).queued.replace(Vec::new()).unwrap_or_default()
    }

    /// The bodies of requests since the last time, which are kept from now on if so wanted.
    #[must_use]
    pub fn take_said(&self, keep: bool) -> Vec<Vec<u8>> {
        let next = keep.then(Vec::new);
        std::mem::replace(&mut lock(&self.state).said, next).unwrap_or_default()
    }
}

struct Remembered<'a>(MutexGuard<'a, State>);

impl std::ops::Deref for Remembered<'_> {
    type Target = Tables;

    fn deref(&self) -> &Tables {
        &self.0.tables
    }
}

impl std::ops::DerefMut for Remembered<'_> {
    fn deref_mut(&mut self) -> &mut Tables {
        &mut self.0.tables
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        let target = request.header("x-amz-target").unwrap_or("S3.").to_owned();
        let (service, operation) = target.split_once('.').unwrap_or_default();
        *self.asked.entry(operation.to_owned()).or_default() += 1;
        if let Some(said) = &mut self.said {
            said.push(request.body.clone());
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let (kind, answer) = match service {
            "DynamoDB_20120810" => ("application/x-amz-json-1.0", self.tables.answer(operation, body)),
            "AmazonSQS" => ("application/x-amz-json-1.0", self.queue(operation, &body).to_string()),
            "secretsmanager" => ("application/x-amz-json-1.1", secret().to_string()),
            "AWSEvents" => ("application/x-amz-json-1.1", json!({"FailedEntryCount": 0, "Entries": []}).to_string()),
            // No file is there.
            _ => return Answer { status: 404, headers: Vec::new(), body: Vec::new() },
        };
        Answer { status: 200, headers: vec![("content-type", kind.to_owned())], body: answer.into_bytes() }
    }

    fn queue(&mut self, operation: &str, body: &Value) -> Value {
        let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(queued) = &mut self.queued {
            queued.extend(entries.iter().filter_map(|entry| entry["MessageBody"].as_str()).map(str::to_owned));
        }
        let taken = |entry: &Value| json!({"Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": ""});
        match operation {
            "SendMessageBatch" => json!({"Successful": entries.iter().map(taken).collect::<Vec<_>>(), "Failed": []}),
            "ChangeMessageVisibilityBatch" => {
                let changed = |entry: &Value| json!({"Id": entry["Id"]});
                json!({"Successful": entries.iter().map(changed).collect::<Vec<_>>(), "Failed": []})
            }
            _ => json!({}),
        }
    }
}

fn secret() -> Value {
    let text = json!({"signingKey": SIGNING_KEY, "addressKey": SIGNING_KEY}).to_string();
    json!({"ARN": "arn:aws:secretsmanager:us-east-1:000000000000:secret:bench", "Name": "bench", "SecretString": text})
}

fn owner() -> Value {
    let record = [("id", OWNER), ("email", "owner@example.com"), ("name", "Owner"), ("role", "owner"), ("status", "active")];
    let record = record.into_iter().chain([("createdAt", "2026-01-01T00:00:00Z")]);
    let record: serde_json::Map<String, Value> = record.map(|(name, value)| (name.to_owned(), json!({"S": value}))).collect();
    json!({"pk": {"S": "user"}, "sk": {"S": OWNER}, "version": {"N": "1"}, "record": {"M": record}})
}

/// The item of the API key.
fn api_key() -> Value {
    let text = |text: &str| json!({"S": text});
    json!({
        "pk": text("key"), "sk": text(KEY_ID), "version": {"N": "1"},
        "record": {"M": {
            "id": text(KEY_ID), "name": text("bench"), "secretHash": text(SECRET_HASH), "createdBy": text("owner@example.com"),
            "scopes": {"L": [text("ingest"), text("read")]}, "createdAt": text("2026-01-01T00:00:00Z"),
        }},
    })
}
