//! Calls of the store that are served in part: keys, items and statements that are left for another call, and pages cut short.

use serde_json::{Value, json};

use crate::cloud::State;
use crate::faults::Fault;
use crate::tables::Answer;

/// In a cursor, beside where the page begins: which empty page has it.
const AGAIN: &str = "again";

impl State {
    /// A call as it is served, but for parts that are left out.
    pub(crate) fn paged(&mut self, operation: &str, mut body: Value) -> Answer {
        match operation {
            "BatchGetItem" if self.faults.strike(Fault::Unprocessed) => {
                let mut rest = serde_json::Map::new();
                for (table, asked) in body["RequestItems"].as_object_mut().into_iter().flatten() {
                    let Some(keys) = asked["Keys"].as_array_mut() else { continue };
                    let kept = self.faults.below(keys.len() as u64) as usize;
                    let left = keys.split_off(kept);
                    let mut unprocessed = asked.clone();
                    unprocessed["Keys"] = json!(left);
                    rest.insert(table.clone(), unprocessed);
                }
                let nothing = |asked: &Value| asked["Keys"].as_array().is_some_and(Vec::is_empty);
                if let Some(asked) = body["RequestItems"].as_object_mut() {
                    asked.retain(|_, asked| !nothing(asked));
                }
                let is_empty = body["RequestItems"].as_object().is_none_or(serde_json::Map::is_empty);
                let (status, mut answer) =
                    if is_empty { (200, json!({"Responses": {}})) } else { self.tables.serve(operation, &body) };
                if status == 200 {
                    answer["UnprocessedKeys"] = Value::Object(rest);
                }
                (status, answer)
            }
            "BatchWriteItem" if self.faults.strike(Fault::Unprocessed) => {
                let mut rest = serde_json::Map::new();
                for (table, writes) in body["RequestItems"].as_object_mut().into_iter().flatten() {
                    let Some(writes) = writes.as_array_mut() else { continue };
                    let kept = self.faults.below(writes.len() as u64) as usize;
                    rest.insert(table.clone(), json!(writes.split_off(kept)));
                }
                if let Some(asked) = body["RequestItems"].as_object_mut() {
                    asked.retain(|_, writes| writes.as_array().is_some_and(|writes| !writes.is_empty()));
                }
                let is_empty = body["RequestItems"].as_object().is_none_or(serde_json::Map::is_empty);
                let (status, mut answer) = if is_empty { (200, json!({})) } else { self.tables.serve(operation, &body) };
                if status == 200 {
                    answer["UnprocessedItems"] = Value::Object(rest);
                }
                (status, answer)
            }
            "BatchExecuteStatement" if self.faults.strike(Fault::Unprocessed) => self.some_statements(operation, body),
            "Query" | "Scan" => {
                if let Some(key) = body["ExclusiveStartKey"].as_object_mut() {
                    key.remove(AGAIN);
                    if key.is_empty() {
                        body["ExclusiveStartKey"] = Value::Null;
                    }
                }
                // Where a scan begins there is no key from which it might go on.
                let may_be_empty = operation == "Query" || body["ExclusiveStartKey"].is_object();
                if may_be_empty && self.faults.strike(Fault::EmptyPage) {
                    // It goes on where it would have begun. The SDK takes the same cursor twice for the end.
                    let mut key = body["ExclusiveStartKey"].as_object().cloned().unwrap_or_default();
                    key.insert(AGAIN.to_owned(), json!({"S": self.calls.to_string()}));
                    return (200, json!({"Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": key}));
                }
                if self.faults.strike(Fault::ShortPage) {
                    let limit = body["Limit"].as_u64().unwrap_or(u64::MAX);
                    body["Limit"] = json!((1 + self.faults.below(3)).min(limit));
                }
                self.tables.serve(operation, &body)
            }
            _ => self.tables.serve(operation, &body),
        }
    }

    /// Serves some statements of a batch; each of the others is answered by an error of its own.
    fn some_statements(&mut self, operation: &str, mut body: Value) -> Answer {
        let statements = body["Statements"].as_array().cloned().unwrap_or_default();
        let refused: Vec<bool> = statements.iter().map(|_| self.faults.below(2) == 0).collect();
        let served = statements.into_iter().zip(&refused).filter(|(_, refused)| !**refused);
        body["Statements"] = served.map(|(statement, _)| statement).collect();
        let is_empty = body["Statements"].as_array().is_none_or(Vec::is_empty);
        let (status, mut answer) = if is_empty { (200, json!({"Responses": []})) } else { self.tables.serve(operation, &body) };
        if status == 200 {
            let mut responses = answer["Responses"].as_array().cloned().unwrap_or_default().into_iter();
            let error = || json!({"Error": {"Code": "ThrottlingError", "Message": "The level of throughput is exceeded"}});
            answer["Responses"] =
                refused.iter().map(|refused| if *refused { error() } else { responses.next().unwrap_or_default() }).collect();
        }
        (status, answer)
    }
}
