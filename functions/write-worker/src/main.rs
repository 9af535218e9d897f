//! `write-worker`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, Sqs};
use crm_lambda::batch;
use crm_lambda::config::Settings;
use crm_lambda::telemetry::start;
use write_worker::consume::Worker;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let worker = Arc::new(Worker {
        store: Arc::new(Dynamo::from_env(&aws, settings.currency.clone())?),
        queue: Arc::new(Sqs::new(&aws)),
        currency: settings.currency,
    });
    batch::consume(move |messages| {
        let worker = worker.clone();
        async move { worker.consume(messages).await }
    })
    .await
}
