//! `dashboard-api`: wiring.

mod http;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, SecretsManager};
use crm_lambda::api::App;
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
    let store = Dynamo::from_env(&aws, settings.currency.clone())?;
    let app = App { store: Arc::new(store), queue: Arc::new(()), settings: Arc::new(settings) };
    serve(http::router(app, Keys::new(Arc::new(SecretsManager::from_env(&aws)?)))).await
}
