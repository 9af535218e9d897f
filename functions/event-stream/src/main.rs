//! `event-stream`: wiring.

mod tell;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Bus, Dynamo, Recorded, Sqs};
use crm_lambda::config::Telling;
use crm_lambda::outbox::{Record, consume_records};
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let teller = Telling::from_env()?.teller;
    let store = Arc::new(Dynamo::from_env(&aws, teller.currency.clone())?);
    let (queue, bus) = (Arc::new(Sqs::new(&aws)), Arc::new(Bus::from_env(&aws)));
    let herald = Arc::new(tell::Herald::new(store.clone(), queue, bus, teller));
    consume_records(move |records| {
        let (herald, store) = (herald.clone(), store.clone());
        async move { herald.handle(records, |record| store.read_change(recorded(record))).await }
    })
    .await
}

fn recorded(record: &Record) -> Recorded<'_> {
    let Record { stream, is_new, keys, before, after, .. } = record;
    Recorded { stream, is_new: *is_new, keys: keys.clone(), before: before.clone(), after: after.clone() }
}
