//! From the SDK's errors to those of the ports.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use crm_domain::did;
use crm_domain::ports::StoreError;

/// Maps any DynamoDB error by its code.
pub(crate) fn store_error<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error.code() {
        Some("ConditionalCheckFailedException" | "TransactionConflictException" | "TransactionInProgressException") => {
            StoreError::Conflict
        }
        Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded") => throttled(),
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

/// Maps the error of a transaction: cancelled because a record moved is a conflict, because of load is throttling.
pub(crate) fn transaction_error(error: SdkError<TransactWriteItemsError>) -> StoreError {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => return store_error(error),
    };
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason.code()).collect();
    if codes.contains(&"ValidationError") {
        StoreError::Unavailable(Box::new(error))
    } else if codes.iter().any(|code| matches!(*code, "ConditionalCheckFailed" | "TransactionConflict" | "DuplicateItem")) {
        StoreError::Conflict
    } else {
        throttled()
    }
}

/// DynamoDB is asked too much.
pub(crate) fn throttled() -> StoreError {
    did!(storage.throttled = 1);
    StoreError::Throttled
}

/// What is stored does not read as what it should be.
pub(crate) fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}
