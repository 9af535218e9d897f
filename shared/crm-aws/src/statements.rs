//! Writes in batches, each on a condition of its own: statements in `PartiQL`, 25 to a request.
//!
//! A batch is no transaction. Each of its statements is carried out or not as if it were alone, and is billed so. What is tried
//! again may have been carried out before, so each has to be one that then finds its condition broken.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html>

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::{
    AttributeValue, BatchStatementErrorCodeEnum as Code, BatchStatementRequest as Statement, BatchStatementResponse,
};
use crm_domain::ports::StoreError;
use futures_util::{StreamExt, stream};

use crate::batch::pause;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error, throttled};

/// Most statements of one `BatchExecuteStatement`.
const BATCH: usize = 25;
/// Batches under way at once.
const CONCURRENCY: usize = 4;
/// Rounds until a statement that is put off is left undone.
const ROUNDS: u32 = 8;

/// Attributes with their values, in the order in which they are written.
pub(crate) type Attributes = Vec<(&'static str, AttributeValue)>;

/// Adds an item, unless there is one with its key.
pub(crate) fn insert(table: &str, item: Attributes) -> Result<Statement, StoreError> {
    let mut text = format!("INSERT INTO \"{table}\" VALUE {{");
    for (index, (name, _)) in item.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}'{name}':?");
    }
    text.push('}');
    statement(text, item.into_iter())
}

/// Sets attributes of the item with this key, if there is one and `condition` holds for it, which may ask for more values.
pub(crate) fn update(
    table: &str,
    set: Attributes,
    key: Attributes,
    condition: &str,
    asked: Attributes,
) -> Result<Statement, StoreError> {
    let mut text = format!("UPDATE \"{table}\"");
    for (name, _) in &set {
        let _ = write!(text, " SET \"{name}\"=?");
    }
    for (index, (name, _)) in key.iter().chain(&asked).enumerate() {
        let _ = write!(text, " {} \"{name}\"=?", if index == 0 { "WHERE" } else { "AND" });
    }
    text.push_str(condition);
    statement(text, set.into_iter().chain(key).chain(asked))
}

fn statement(text: String, values: impl Iterator<Item = (&'static str, AttributeValue)>) -> Result<Statement, StoreError> {
    let values = values.map(|(_, value)| value).collect();
    Statement::builder().statement(text).set_parameters(Some(values)).build().map_err(corrupt)
}

impl Dynamo {
    /// Carries out the statement of each entry, each on an item of its own, in no particular order. What became of them, in the
    /// order of the entries: one whose condition did not hold has changed nothing, and is done.
    pub(crate) async fn execute<T: Sync>(
        &self,
        entries: &[T],
        statement: impl Fn(&T) -> Result<Statement, StoreError> + Sync,
    ) -> Vec<Result<(), StoreError>> {
        let batches: Vec<_> = entries.chunks(BATCH).map(|batch| self.execute_batch(batch, &statement)).collect();
        stream::iter(batches).buffered(CONCURRENCY).concat().await
    }

    async fn execute_batch<T: Sync>(
        &self,
        entries: &[T],
        statement: &(impl Fn(&T) -> Result<Statement, StoreError> + Sync),
    ) -> Vec<Result<(), StoreError>> {
        let mut outcomes: Vec<Result<(), StoreError>> = entries.iter().map(|_| Ok(())).collect();
        let mut left: Vec<(&T, &mut Result<(), StoreError>)> = entries.iter().zip(&mut outcomes).collect();
        for round in 0..ROUNDS {
            match self.answers(left.iter().map(|(entry, _)| statement(entry)).collect()).await {
                Ok(answers) => {
                    let mut answers = answers.into_iter();
                    left.retain_mut(|(_, outcome)| {
                        let (became, again) = read(answers.next());
                        **outcome = became;
                        again
                    });
                }
                Err(error) => {
                    let mut error = Some(error);
                    for (_, outcome) in left {
                        *outcome = Err(error.take().unwrap_or_else(|| StoreError::Unavailable("its request failed".into())));
                    }
                    break;
                }
            }
            if left.is_empty() {
                break;
            }
            pause(round).await;
        }
        outcomes
    }

    async fn answers(&self, statements: Result<Vec<Statement>, StoreError>) -> Result<Vec<BatchStatementResponse>, StoreError> {
        let request = self.client.batch_execute_statement().set_statements(Some(statements?));
        Ok(request.send().await.map_err(store_error)?.responses.unwrap_or_default())
    }
}

/// What became of a statement, and whether another try may do better.
fn read(answer: Option<BatchStatementResponse>) -> (Result<(), StoreError>, bool) {
    let Some(answer) = answer else { return (Err(corrupt("a statement has no answer")), false) };
    let Some(error) = answer.error else { return (Ok(()), false) };
    match error.code {
        Some(Code::ConditionalCheckFailed | Code::DuplicateItem) => (Ok(()), false),
        Some(Code::ThrottlingError | Code::ProvisionedThroughputExceeded | Code::RequestLimitExceeded) => {
            (Err(throttled()), true)
        }
        // Somebody else's transaction has the item, and may be cancelled.
        Some(Code::TransactionConflict) => (Err(StoreError::Conflict), true),
        Some(Code::InternalServerError) => (Err(StoreError::Unavailable(error.message.unwrap_or_default().into())), true),
        code => {
            let code = code.as_ref().map_or("no code", Code::as_str);
            (Err(StoreError::Unavailable(format!("{code}: {}", error.message.unwrap_or_default()).into())), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::types::BatchStatementError;

    fn text(value: &str) -> AttributeValue {
        AttributeValue::S(value.to_owned())
    }

    #[test]
    fn values_stand_in_the_order_of_their_places() {
        let added = insert("t-1", vec![("shard", text("s")), ("customerId", text("c"))]).unwrap();
        assert_eq!(added.statement(), r#"INSERT INTO "t-1" VALUE {'shard':?,'customerId':?}"#);
        assert_eq!(added.parameters(), [text("s"), text("c")]);
        let key = vec![("shard", text("s")), ("customerId", text("c"))];
        let changed =
            update("t", vec![("a", text("1")), ("b", text("2"))], key, r#" AND "a" IS MISSING"#, vec![("by", text("me"))])
                .unwrap();
        assert_eq!(
            changed.statement(),
            r#"UPDATE "t" SET "a"=? SET "b"=? WHERE "shard"=? AND "customerId"=? AND "by"=? AND "a" IS MISSING"#
        );
        assert_eq!(changed.parameters(), ["1", "2", "s", "c", "me"].map(text));
    }

    #[test]
    fn a_broken_condition_is_an_end_and_load_is_not() {
        let failed = |code: &str| {
            let error = BatchStatementError::builder().code(Code::from(code)).message("why").build();
            read(Some(BatchStatementResponse::builder().error(error).build()))
        };
        assert!(matches!(read(Some(BatchStatementResponse::builder().table_name("t").build())), (Ok(()), false)));
        for code in ["ConditionalCheckFailed", "DuplicateItem"] {
            assert!(matches!(failed(code), (Ok(()), false)), "{code}");
        }
        for code in ["ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"] {
            assert!(matches!(failed(code), (Err(StoreError::Throttled), true)), "{code}");
        }
        assert!(matches!(failed("InternalServerError"), (Err(StoreError::Unavailable(_)), true)));
        assert!(matches!(failed("TransactionConflict"), (Err(StoreError::Conflict), true)));
        for code in ["ValidationError", "AccessDenied", "ResourceNotFound", "Another"] {
            assert!(matches!(failed(code), (Err(StoreError::Unavailable(_)), false)), "{code}");
        }
        assert!(matches!(read(None), (Err(StoreError::Corrupt(_)), false)));
    }
}
