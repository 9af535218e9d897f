//! What the assistant is told of the deployment.

use crm_domain::customer::ConsentDefaults;
use crm_domain::money::Currency;

/// `GEMINI_DAILY_TOKENS` is missing or no number: the function cannot start.
#[derive(Debug, thiserror::Error)]
#[error("environment variable GEMINI_DAILY_TOKENS: must be a whole number")]
pub struct BadSettings;

/// What all answers of a deployment rest on.
#[derive(Debug, Clone)]
pub struct Settings {
    pub currency: Currency,
    pub consent_defaults: ConsentDefaults,
    /// Tokens that one user may use in a day (UTC).
    pub daily_tokens: u64,
}

impl Settings {
    /// Reads `GEMINI_DAILY_TOKENS`; the rest is the deployment's.
    ///
    /// # Errors
    /// It is missing, or no number.
    pub fn from_env(currency: Currency, consent_defaults: ConsentDefaults) -> Result<Self, BadSettings> {
        let daily_tokens = std::env::var("GEMINI_DAILY_TOKENS").ok().and_then(|value| value.parse().ok()).ok_or(BadSettings)?;
        Ok(Self { currency, consent_defaults, daily_tokens })
    }
}
