//! `delivery-worker`: wiring.

mod deliver;
mod plan;
#[cfg(test)]
mod tests;
mod worker;

use crm_aws::{Dynamo, Simulated, Sqs};
use crm_lambda::batch::consume;
use crm_lambda::config::Settings;
use crm_lambda::serve::start_logs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logs();
    let aws = crm_aws::config().await;
    let settings = Settings::from_env()?;
    let store = Dynamo::from_env(&aws, settings.currency)?;
    let worker = worker::Worker::new(store, Sqs::new(&aws), Simulated::new(Sqs::new(&aws)), settings.consent_defaults);
    consume(async |batch| worker.handle(batch).await).await
}
