//! `auth-api`: wiring.

mod http;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crm_aws::SecretsManager;
use crm_lambda::auth::Keys;
use crm_lambda::serve::{serve, start_logs};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logs();
    let aws = crm_aws::config().await;
    serve(http::router(Keys::new(Arc::new(SecretsManager::from_env(&aws)?)))).await
}
