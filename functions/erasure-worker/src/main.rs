//! `erasure-worker`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, S3Uploads, Sqs};
use crm_lambda::batch::consume;
use crm_lambda::config::Settings;
use crm_lambda::telemetry::start;
use erasure_worker::worker::Worker;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency)?);
    let bucket = Arc::new(S3Uploads::from_env(&aws)?);
    let worker = Worker { store, queue: Arc::new(Sqs::new(&aws)), files: bucket.clone(), uploads: bucket };
    let worker = Arc::new(worker);
    consume(move |batch| {
        let worker = worker.clone();
        async move { worker.handle(batch).await }
    })
    .await
}
