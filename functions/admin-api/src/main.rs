//! `admin-api`: wiring.

mod actor;
mod audit;
mod costs;
mod erasures;
mod http;
mod imports;
mod keys;
mod queues;
mod settings;
mod suppressions;
#[cfg(test)]
mod tests;
mod users;
mod webhooks;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, S3Uploads, SecretsManager, Sqs};
use crm_lambda::addresses::Addresses;
use crm_lambda::auth::Keys;
use crm_lambda::config::{Settings, Telling};
use crm_lambda::serve::serve;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency.clone())?);
    let app = http::App {
        imports: store.clone(),
        store,
        uploads: Arc::new(S3Uploads::from_env(&aws)?),
        queues: Arc::new(Sqs::new(&aws)),
        settings: Arc::new(settings),
        telling: Arc::new(Telling::from_env()?),
    };
    let secrets = Arc::new(SecretsManager::from_env(&aws)?);
    let addresses = Addresses::new(secrets.clone(), app.store.clone());
    serve(http::router(app, Keys::new(secrets), addresses)).await
}
