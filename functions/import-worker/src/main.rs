//! `import-worker`: wiring.

mod call;
mod stretch;
#[cfg(test)]
mod tests;
mod work;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, S3Uploads, Sqs};
use crm_lambda::batch::consume;
use crm_lambda::config::Settings;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let app = Arc::new(work::App {
        store: Dynamo::from_env(&aws, settings.currency.clone())?,
        uploads: S3Uploads::from_env(&aws)?,
        queue: Sqs::new(&aws),
        currency: settings.currency,
        limits: stretch::Limits::default(),
    });
    consume(move |messages| work::consume_all(app.clone(), messages)).await
}
