//! The tables: dynoxide, which keeps them in an `SQLite` in memory and answers as `DynamoDB` does.

use std::sync::Arc;

use dynoxide::Database;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::encode_shard_iterator;
use dynoxide::errors::DynoxideError;
use dynoxide::storage_backend::Clock;
use dynoxide::streams::shard_id;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::template::template;
use crate::world;

/// An answer of the service: the status, and the body.
pub type Answer = (u16, Value);

/// All tables of the template.
pub struct Tables {
    database: Database,
    /// Up to where the stream of the customers has been read.
    cursor: String,
}

struct RightTime;

impl Clock for RightTime {
    fn now_unix_secs(&self) -> u64 {
        (world::now().micros() / 1_000_000) as u64
    }

    fn now_unix_secs_f64(&self) -> f64 {
        world::now().micros() as f64 / 1e6
    }
}

const STREAMED: &str = "CustomersTable";

impl Tables {
    /// Empty ones.
    ///
    /// # Panics
    /// The template has a table that cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let database = Database::memory_with_clock(Arc::new(RightTime)).expect("SQLite in memory");
        for request in &template().tables {
            let request = serde_json::from_value(request.clone()).expect("a table of the template");
            database.create_table(request).expect("a table of the template");
        }
        Self { database, cursor: encode_shard_iterator(STREAMED, &shard_id(STREAMED), 0) }
    }

    /// Does what `operation` says.
    #[must_use]
    pub fn serve(&self, operation: &str, body: &Value) -> Answer {
        let database = &self.database;
        match operation {
            "GetItem" => answer(body, |request| database.get_item(request)),
            "PutItem" => answer(body, |request| database.put_item(request)),
            "UpdateItem" => answer(body, |request| database.update_item(request)),
            "DeleteItem" => answer(body, |request| database.delete_item(request)),
            "Query" => answer(body, |request| database.query(request)),
            "Scan" => answer(body, |request| database.scan(request)),
            "BatchGetItem" => answer(body, |request| database.batch_get_item(request)),
            "BatchWriteItem" => answer(body, |request| database.batch_write_item(request)),
            "BatchExecuteStatement" => answer(body, |request| database.batch_execute_statement(request)),
            "TransactWriteItems" => answer(body, |request| database.transact_write_items(request)),
            "TransactGetItems" => answer(body, |request| database.transact_get_items(request)),
            _ => refusal("UnknownOperationException", operation),
        }
    }

    /// Every item of a table.
    #[must_use]
    pub fn items(&self, table: &str) -> Vec<Value> {
        let (mut items, mut request) = (Vec::new(), json!({"TableName": table}));
        loop {
            let (_, mut page) = self.serve("Scan", &request);
            items.append(page["Items"].as_array_mut().unwrap_or(&mut Vec::new()));
            match page.get("LastEvaluatedKey") {
                Some(key) => request["ExclusiveStartKey"] = key.clone(),
                None => return items,
            }
        }
    }

    /// Records of the customers' stream that nobody has read, oldest first.
    pub fn next_records(&mut self) -> Vec<Value> {
        let request = GetRecordsRequest { shard_iterator: self.cursor.clone(), limit: None };
        let answer = self.database.get_records(request).expect("the stream of the customers");
        if let Some(next) = answer.next_shard_iterator {
            self.cursor = next;
        }
        let told = |record: &Record| {
            let keys = serde_json::to_value(&record.dynamodb.keys).expect("a key");
            // The database's own ids of records are by chance.
            json!({
                "eventID": record.dynamodb.sequence_number, "eventName": record.event_name, "awsRegion": "us-east-1",
                "dynamodb": {"Keys": keys, "SequenceNumber": record.dynamodb.sequence_number},
            })
        };
        answer.records.iter().map(told).collect()
    }
}

impl Default for Tables {
    fn default() -> Self {
        Self::new()
    }
}

/// An error as the service words it.
#[must_use]
pub fn refusal(kind: &str, message: &str) -> Answer {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": message}))
}

fn answer<R: DeserializeOwned, A: Serialize>(body: &Value, serve: impl FnOnce(R) -> Result<A, DynoxideError>) -> Answer {
    match serde_json::from_value(body.clone()) {
        Ok(request) => match serve(request) {
            Ok(answer) => (200, serde_json::to_value(answer).unwrap_or_default()),
            Err(error) => (error.status_code(), serde_json::from_str(&error.to_json()).unwrap_or_default()),
        },
        Err(error) => refusal("SerializationException", &error.to_string()),
    }
}
