//! `segment-worker`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, S3Uploads, Sqs};
use crm_domain::export::PART_BYTES;
use crm_domain::export::table::Terms;
use crm_lambda::batch::consume;
use crm_lambda::config::Settings;
use crm_lambda::memberships::Keeper;
use crm_lambda::telemetry::start;

use segment_worker::export::Exports;
use segment_worker::worker::Worker;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency.clone())?);
    let keeper = Keeper::new(store.clone(), settings.consent_defaults);
    let terms = Terms { currency: settings.currency, consent_defaults: settings.consent_defaults };
    let exports = Exports { files: Arc::new(S3Uploads::from_env(&aws)?), terms, part_bytes: PART_BYTES };
    let worker = Arc::new(Worker { store, queue: Arc::new(Sqs::new(&aws)), keeper, exports });
    consume(move |batch| {
        let worker = worker.clone();
        async move { worker.handle(batch).await }
    })
    .await
}
