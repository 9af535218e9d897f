//! `ai-api`: wiring.

mod http;
#[cfg(test)]
mod tests;
mod usage;

use std::process::ExitCode;
use std::sync::Arc;

use crm_ai::{Assistant, Gemini, Settings};
use crm_aws::{Dynamo, SecretsManager, Sqs};
use crm_lambda::auth::Keys;
use crm_lambda::config;
use crm_lambda::serve::serve;
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
    let daily_tokens = settings.daily_tokens;
    let assistant = Assistant::new(Gemini::from_env()?, secrets.clone(), store.clone(), settings);
    let desk = http::Desk { store, queue: Arc::new(Sqs::new(&aws)), assistant: Arc::new(assistant), daily_tokens };
    serve(http::router(desk, Keys::new(secrets))).await
}
