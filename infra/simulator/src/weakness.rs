//! Deliberate defects of what the functions rely on. Each turns a kind of fault, or nothing but time, into damage: that the
//! checks find it shows that they can fail, and that the fault reaches the code.

use crm_domain::ports::Sending;
use crm_domain::time::MINUTE;
use serde_json::{Map, Value, json};

use crate::world;

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
    /// A send that is refused, or lost, is answered as if everything had been sent.
    LostSendsAreCalledSent,
    /// Of messages that are sent together the first is sent, and all are called so.
    BulksAreCut,
    /// Nobody notices that a request's key was used before.
    KeysAreForgotten,
    /// Whoever has begun with a message before takes it for done.
    BegunIsCalledDone,
    /// Messages are out of sight for three seconds, and nothing is remembered either.
    HiddenBriefly,
    /// Nobody is told of what the stream gave up.
    GivenUpIsForgotten,
    /// Timers are not written.
    TimersAreForgotten,
    /// Sizes of segments are not counted.
    SizesAreForgotten,
    /// Memberships are written whether or not what they rest on still stands.
    StandingsAreNotChecked,
    /// The provider says that it recognises letters, and does not.
    LettersAreForgotten,
    /// Nobody notes that a letter is about to be handed over.
    IntentsAreForgotten,
    /// A letter that the provider takes later is said to be taken.
    DeferredIsCalledTaken,
    /// A letter that the provider takes later is said to be refused for good.
    DeferredIsCalledRefused,
    /// A letter that the provider never takes is said to be taken.
    RefusedIsCalledTaken,
    /// Nobody notes that a letter which was about to be handed over has not been.
    WithdrawalsAreForgotten,
    /// Who was merged into somebody stays known by themselves.
    AliasesAreForgotten,
    /// Who was erased is forgotten, and what else tells of them is not.
    TracesAreForgotten,
    /// Customers are written whether or not what was read of them still stands.
    IdentitiesAreNotChecked,
    /// A scan leaves out its last customer.
    PeopleAreOverlooked,
    /// Of a log everything is counted but what was delivered.
    DeliveriesAreNotCounted,
    /// The clock looks at the minute that has begun, and at no other.
    MissedMinutesAreForgotten,
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
            Self::NothingIsRemembered | Self::HiddenBriefly => unconditional(&mut body),
            Self::MissedMinutesAreForgotten if operation == "Query" && body["TableName"] == "TimersTable" => {
                let bucket = &mut body["ExpressionAttributeValues"][":bucket"]["S"];
                let begun = world::now().micros().div_euclid(MINUTE).to_string();
                if bucket.as_str().is_some_and(|bucket| bucket.split('#').next() != Some(&begun)) {
                    *bucket = json!("nobody");
                }
            }
            Self::IntentsAreForgotten if is_intent(operation, &body) => {
                body["UpdateExpression"] = json!("SET noticedAt = :at, noticedBy = :by");
            }
            Self::WithdrawalsAreForgotten
                if operation == "UpdateItem" && body["UpdateExpression"] == "REMOVE intentAt, intentBy" =>
            {
                body["UpdateExpression"] = json!("SET noticedBy = :by");
            }
            Self::DeliveriesAreNotCounted if operation == "PutItem" && body["Item"].get("audience").is_some() => {
                body["Item"]["delivered"] = json!({"N": "0"});
            }
            Self::KeysAreForgotten if operation == "PutItem" && body["TableName"] == "RequestsTable" => {
                if let Some(put) = body.as_object_mut() {
                    forget_conditions(put);
                }
            }
            Self::AliasesAreForgotten => dropped(&mut body, |action| action["Put"]["Item"].get("mergedInto").is_some()),
            Self::IdentitiesAreNotChecked => unchecked(&mut body, &["CustomersTable"]),
            Self::TimersAreForgotten => dropped(&mut body, |action| action["Put"]["TableName"] == "TimersTable"),
            Self::SizesAreForgotten => dropped(&mut body, |action| action["Update"]["TableName"] == "MembershipsTable"),
            Self::StandingsAreNotChecked => {
                dropped(&mut body, |action| action["ConditionCheck"]["TableName"] == "CustomersTable");
                unchecked(&mut body, &["MembershipsTable"]);
            }
            _ => {}
        }
        body
    }

    /// The provider's word on a letter as this lets it through.
    #[must_use]
    pub fn word(self, word: Sending) -> Sending {
        match (self, word) {
            (Self::DeferredIsCalledTaken, Sending::Deferred(_)) | (Self::RefusedIsCalledTaken, Sending::Refused(_)) => {
                Sending::taken(world::now())
            }
            (Self::DeferredIsCalledRefused, Sending::Deferred(_)) => Sending::Refused("not today".to_owned()),
            (_, word) => word,
        }
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
            Self::PeopleAreOverlooked if operation == "Scan" => {
                if let Some(items) = body["Items"].as_array_mut() {
                    items.pop();
                }
            }
            Self::CursorsAreForgotten => {
                if let Some(answer) = body.as_object_mut() {
                    answer.remove("LastEvaluatedKey");
                }
            }
            Self::NothingIsRemembered | Self::HiddenBriefly if operation == "BatchGetItem" => {
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

/// Whether this notes that a letter is about to be handed over.
fn is_intent(operation: &str, body: &Value) -> bool {
    operation == "UpdateItem" && body["UpdateExpression"].as_str().is_some_and(|text| text.contains("intentAt = :at"))
}

/// Takes actions out of a transaction.
fn dropped(body: &mut Value, is_dropped: impl Fn(&Value) -> bool) {
    if let Some(actions) = body["TransactItems"].as_array_mut() {
        actions.retain(|action| !is_dropped(action));
    }
}

/// Takes the conditions off puts of orders and activities.
fn unconditional(body: &mut Value) {
    unchecked(body, &["OrdersTable", "ActivitiesTable"]);
}

/// Takes the conditions off puts into these tables.
fn unchecked(body: &mut Value, tables: &[&str]) {
    for action in body["TransactItems"].as_array_mut().into_iter().flatten() {
        let Some(put) = action.get_mut("Put").and_then(Value::as_object_mut) else { continue };
        if put["TableName"].as_str().is_some_and(|table| tables.contains(&table)) {
            forget_conditions(put);
        }
    }
}

fn forget_conditions(put: &mut Map<String, Value>) {
    for part in ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"] {
        put.remove(part);
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
