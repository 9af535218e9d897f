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
        Some("ConditionalCheckFailedException" | "TransactionInProgressException") => StoreError::Conflict,
        // Somebody's transaction is under way on the item. Nobody has looked at the condition: whoever takes a conflict for
        // "it is there already" must not read this as one.
        Some("TransactionConflictException") => StoreError::Throttled,
        Some("ProvisionedThroughputExceededException" | "ThrottlingException" | "RequestLimitExceeded") => throttled(),
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

/// Maps the error of a transaction: cancelled because a record moved is a conflict, because of load is throttling,
/// because of what it would write is final.
pub(crate) fn transaction_error(error: SdkError<TransactWriteItemsError>) -> StoreError {
    let reasons = match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled.cancellation_reasons(),
        _ => return store_error(error),
    };
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason.code()).collect();
    if codes.iter().any(|code| matches!(*code, "ValidationError" | "ItemCollectionSizeLimitExceeded")) {
        StoreError::Rejected(Box::new(error))
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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::ErrorMetadata;
    use aws_sdk_dynamodb::operation::put_item::PutItemError;
    use aws_sdk_dynamodb::types::CancellationReason;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;

    fn cancelled(codes: &[&str]) -> StoreError {
        let reasons = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
        let cancelled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build();
        let answer = HttpResponse::new(400.try_into().unwrap(), "".into());
        transaction_error(SdkError::service_error(TransactWriteItemsError::TransactionCanceledException(cancelled), answer))
    }

    #[test]
    fn what_can_never_be_stored_is_final_whatever_else_is_amiss() {
        for codes in [
            &["None", "ValidationError"][..],
            &["ConditionalCheckFailed", "ValidationError"],
            &["ItemCollectionSizeLimitExceeded"],
        ] {
            let error = cancelled(codes);
            assert!(matches!(error, StoreError::Rejected(_)), "{codes:?}: {error:?}");
            assert!(error.is_final() && !error.is_outage());
        }
    }

    #[test]
    fn a_write_that_meets_a_transaction_says_nothing_of_its_condition() {
        let refused = |code: &str| {
            let meta = ErrorMetadata::builder().code(code).build();
            let answer = HttpResponse::new(400.try_into().unwrap(), "".into());
            store_error(SdkError::service_error(PutItemError::generic(meta), answer))
        };
        assert!(matches!(refused("ConditionalCheckFailedException"), StoreError::Conflict));
        assert!(matches!(refused("TransactionConflictException"), StoreError::Throttled));
    }

    #[test]
    fn a_record_that_moved_is_a_conflict_and_load_is_throttling() {
        assert!(matches!(cancelled(&["None", "ConditionalCheckFailed"]), StoreError::Conflict));
        assert!(matches!(cancelled(&["TransactionConflict", "ThrottlingError"]), StoreError::Conflict));
        assert!(matches!(cancelled(&["None", "ThrottlingError"]), StoreError::Throttled));
        assert!(matches!(cancelled(&["ProvisionedThroughputExceeded"]), StoreError::Throttled));
    }
}
