//! `segment-stream`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, Sqs};
use crm_lambda::config::Settings;
use crm_lambda::memberships::Keeper;
use crm_lambda::stream::consume_changes;
use crm_lambda::telemetry::start;
use segment_stream::changes::settle;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency)?);
    let keeper = Arc::new(Keeper::new(store, settings.consent_defaults));
    let queue = Arc::new(Sqs::new(&aws));
    consume_changes(move |customers| {
        let (keeper, queue) = (keeper.clone(), queue.clone());
        async move { settle(&keeper, &*queue, customers).await }
    })
    .await
}
