//! `webhook-worker`: wiring.

mod deliver;
#[cfg(test)]
mod tests;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, Receivers, SecretsManager, Sqs};
use crm_lambda::addresses::Addresses;
use crm_lambda::batch::consume;
use crm_lambda::config::{Settings, Telling};
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency)?);
    let addresses = Addresses::new(Arc::new(SecretsManager::from_env(&aws)?), store.clone());
    let receivers = Arc::new(Receivers::new(Telling::from_env()?.targets));
    let worker = Arc::new(worker::Worker { store, queue: Arc::new(Sqs::new(&aws)), receivers, addresses });
    consume(move |batch| {
        let worker = worker.clone();
        async move { worker.handle(batch).await }
    })
    .await
}
