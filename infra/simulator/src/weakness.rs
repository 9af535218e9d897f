//! Deliberate defects of what the functions rely on. Each turns a kind of fault, or nothing but time, into damage: that the
//! checks find it shows that they can fail, and that the fault reaches the code.

use serde_json::{Map, Value, json};

/// A defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// One message in seven is taken and never delivered.
    MessagesAreLost,
    /// Of a transaction only the first half is written.
    HalfTransactions,
    /// What an update adds is added twice.
    DoubleAdditions,
    /// Conditions are not looked at, and reads of orders and activities find nothing: nobody notices what was there.
    NothingIsRemembered,
    /// A transaction that comes again, with the token that says so, is added up once more.
    RepeatsAreAdded,
    /// Events carry the time at which they were handed out: the last to come wins.
    StampedOnArrival,
    /// What a function did not do is taken as done.
    FailuresAreAcknowledged,
    /// What a process was doing when it died is taken as done.
    CrashesAreAcknowledged,
    /// A call that is refused, or lost, is answered as if it had been applied.
    RefusalsAreAnswers,
    /// What was not processed is not told.
    UnprocessedIsForgotten,
    /// Pages have no cursor.
    CursorsAreForgotten,
    /// What the queue refused is called sent.
    RefusedEntriesAreCalledSent,
}

impl Weakness {
    /// A request as this lets it through.
    #[must_use]
    pub fn request(self, operation: &str, mut body: Value) -> Value {
        match self {
            Self::HalfTransactions if operation == "TransactWriteItems" => {
                if let Some(actions) = body["TransactItems"].as_array_mut() {
                    actions.truncate(actions.len().div_ceil(2));
                }
            }
            Self::DoubleAdditions => doubled(&mut body),
            Self::NothingIsRemembered => unconditional(&mut body),
            _ => {}
        }
        body
    }

    /// An answer as this lets it through.
    #[must_use]
    pub fn answer(self, operation: &str, mut body: Value) -> Value {
        match self {
            Self::UnprocessedIsForgotten => {
                for name in ["UnprocessedKeys", "UnprocessedItems"] {
                    if body.get(name).is_some() {
                        body[name] = json!({});
                    }
                }
            }
            Self::CursorsAreForgotten => {
                if let Some(answer) = body.as_object_mut() {
                    answer.remove("LastEvaluatedKey");
                }
            }
            Self::NothingIsRemembered if operation == "BatchGetItem" => {
                for table in ["OrdersTable", "ActivitiesTable"] {
                    if body["Responses"].get(table).is_some() {
                        body["Responses"][table] = json!([]);
                    }
                }
            }
            _ => {}
        }
        body
    }
}

/// Takes the conditions off puts of orders and activities.
fn unconditional(body: &mut Value) {
    for action in body["TransactItems"].as_array_mut().into_iter().flatten() {
        let Some(put) = action.get_mut("Put").and_then(Value::as_object_mut) else { continue };
        if matches!(put["TableName"].as_str(), Some("OrdersTable" | "ActivitiesTable")) {
            for part in ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"] {
                put.remove(part);
            }
        }
    }
}

/// Doubles the numbers of updates that add nothing else.
fn doubled(body: &mut Value) {
    for action in body["TransactItems"].as_array_mut().into_iter().flatten() {
        let Some(update) = action.get_mut("Update") else { continue };
        if !update["UpdateExpression"].as_str().is_some_and(|text| text.starts_with("ADD ")) {
            continue;
        }
        for value in update["ExpressionAttributeValues"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            if let Some(number) = value["N"].as_str().and_then(|number| number.parse::<i64>().ok()) {
                value["N"] = json!((2 * number).to_string());
            }
        }
    }
}
