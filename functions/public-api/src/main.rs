//! `public-api`: wiring.

mod docs;
mod http;
mod page;
mod preferences;
mod signature;
#[cfg(test)]
mod tests;
mod tracking;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, SecretsManager, Sqs};
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::Keys;
use crm_lambda::config::Settings;
use crm_lambda::serve::serve;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency.clone())?);
    let secrets = Arc::new(SecretsManager::from_env(&aws)?);
    let app = http::App {
        addresses: Addresses::new(secrets.clone(), store.clone()),
        store,
        queue: Arc::new(Sqs::new(&aws)),
        keys: Keys::new(secrets),
        settings: Arc::new(settings),
    };
    serve(http::router(app)).await
}
