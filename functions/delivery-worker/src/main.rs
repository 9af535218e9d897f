//! `delivery-worker`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, Providers, SecretsManager, Sqs};
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::Keys;
use crm_lambda::batch::consume;
use crm_lambda::config::{Settings, var};
use crm_lambda::telemetry::start;
use delivery_worker::worker::{Letterhead, Worker};

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency)?);
    let providers = Arc::new(Providers::from_env(&aws, || Sqs::new(&aws))?);
    let secrets = Arc::new(SecretsManager::from_env(&aws)?);
    let addresses = Addresses::new(secrets.clone(), store.clone());
    let letterhead = Letterhead { keys: Keys::new(secrets), public_url: var("PUBLIC_URL")? };
    let queue = Arc::new(Sqs::new(&aws));
    let worker = Arc::new(Worker::new(store, queue, providers, settings.consent_defaults, addresses, letterhead));
    consume(move |batch| {
        let worker = worker.clone();
        // Boxed: the whole call tree in one future is deeper than the compiler computes layouts for.
        Box::pin(async move { worker.handle(batch).await })
    })
    .await
}
