//! `clock`: wiring.

use std::process::ExitCode;
use std::sync::Arc;

use clock::tick::Clock;
use crm_aws::{Dynamo, Sqs};
use crm_domain::time::Time;
use crm_lambda::config::Settings;
use crm_lambda::memberships::Keeper;
use crm_lambda::schedule::each_time;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let store = Arc::new(Dynamo::from_env(&aws, settings.currency)?);
    let clock = &Clock { keeper: Keeper::new(store, settings.consent_defaults), queue: Arc::new(Sqs::new(&aws)) };
    each_time(move || clock.tick(Time::now())).await
}
