//! `ai-worker`: wiring.

#[cfg(test)]
mod tests;
mod worker;

use std::process::ExitCode;
use std::sync::Arc;

use crm_ai::{Assistant, Gemini, Settings};
use crm_aws::{Dynamo, SecretsManager, Sqs};
use crm_lambda::batch::consume;
use crm_lambda::config;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let config::Settings { currency, consent_defaults } = config::Settings::from_env()?;
    let settings = Settings::from_env(currency.clone(), consent_defaults)?;
    let store = Arc::new(Dynamo::from_env(&aws, currency)?);
    let secrets = Arc::new(SecretsManager::from_env(&aws)?);
    let assistant = Assistant::new(Gemini::from_env()?, secrets, store.clone(), settings);
    let worker = Arc::new(worker::Worker { store, queue: Arc::new(Sqs::new(&aws)), assistant });
    consume(move |batch| {
        let worker = worker.clone();
        async move { worker.handle(batch).await }
    })
    .await
}
