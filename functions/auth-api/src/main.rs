//! `auth-api`: wiring.

mod certificates;
mod entry;
mod fetch;
mod google;
mod http;
mod session;
#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::sync::Arc;

use crm_aws::{Dynamo, SecretsManager};
use crm_domain::email::Email;
use crm_lambda::auth::Keys;
use crm_lambda::config::{Settings, var};
use crm_lambda::serve::serve;
use crm_lambda::telemetry::start;

fn main() -> ExitCode {
    start(function)
}

async fn function() -> Result<(), lambda_runtime::Error> {
    let aws = crm_aws::config();
    let settings = Settings::from_env()?;
    let google = google::Google {
        client_id: var("GOOGLE_CLIENT_ID")?,
        hosted_domain: Some(var("GOOGLE_HOSTED_DOMAIN")?).filter(|domain| !domain.is_empty()),
        certificates: certificates::Certificates::new(fetch::Endpoint::new(var("GOOGLE_JWKS_URL")?)),
    };
    let domains = var("ALLOWED_DOMAINS")?;
    let domains = domains.split(',').map(|domain| domain.trim().to_ascii_lowercase()).filter(|domain| !domain.is_empty());
    let entry = entry::Entry { first_owner: Email::parse(&var("FIRST_OWNER")?).ok(), domains: domains.collect() };
    serve(http::router(http::App {
        store: Arc::new(Dynamo::from_env(&aws, settings.currency)?),
        google: Arc::new(google),
        entry: Arc::new(entry),
        keys: Keys::new(Arc::new(SecretsManager::from_env(&aws)?)),
        origin: var("ALLOWED_ORIGIN")?.into(),
    }))
    .await
}
