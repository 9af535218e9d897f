//! `orders-api`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, SecretsManager, Sqs};
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
    let app = App {
        store: Arc::new(Dynamo::from_env(&aws, settings.currency.clone())?),
        queue: Arc::new(Sqs::new(&aws)),
        settings: Arc::new(settings),
    };
    serve(orders_api::http::router(app, Keys::new(Arc::new(SecretsManager::from_env(&aws)?)))).await
}
