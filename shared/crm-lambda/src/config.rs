//! Settings from the environment, as template.yaml gives them.

use crm_domain::customer::ConsentDefaults;
use crm_domain::domain_event::Teller;
use crm_domain::money::Currency;
use crm_domain::webhook::Targets;

/// A setting that is missing or wrong: the function cannot start.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name}: {fault}")]
pub struct ConfigError {
    name: String,
    fault: String,
}

/// What the whole deployment agrees on.
#[derive(Debug, Clone)]
pub struct Settings {
    pub currency: Currency,
    pub consent_defaults: ConsentDefaults,
}

impl Settings {
    /// Reads `CURRENCY` and the consent defaults.
    pub fn from_env() -> Result<Self, ConfigError> {
        let currency = Currency::parse(&var("CURRENCY")?).map_err(|fault| wrong("CURRENCY", &fault))?;
        let consent_defaults = ConsentDefaults {
            email: flag("EMAIL_CONSENT_DEFAULT")?,
            sms: flag("SMS_CONSENT_DEFAULT")?,
            whatsapp: flag("WHATSAPP_CONSENT_DEFAULT")?,
        };
        Ok(Self { currency, consent_defaults })
    }
}

/// How a deployment tells other systems of what happens.
#[derive(Debug, Clone)]
pub struct Telling {
    pub targets: Targets,
    pub teller: Teller,
}

impl Telling {
    /// Reads `WEBHOOK_TARGETS`, `STAGE` and `CURRENCY`.
    pub fn from_env() -> Result<Self, ConfigError> {
        let targets =
            Targets::parse(&var("WEBHOOK_TARGETS")?).ok_or_else(|| wrong("WEBHOOK_TARGETS", "must be public or any"))?;
        let teller = Teller::of_stage(&var("STAGE")?, Settings::from_env()?.currency);
        Ok(Self { targets, teller })
    }
}

/// The value of a variable that must be set.
pub fn var(name: &str) -> Result<String, ConfigError> {
    std::env::var(name).map_err(|_| wrong(name, "is not set"))
}

/// Memory of this function in megabytes, as Lambda says it; 0 outside of Lambda.
#[must_use]
pub fn memory_mb() -> u64 {
    std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|size| size.parse().ok()).unwrap_or_default()
}

fn flag(name: &str) -> Result<bool, ConfigError> {
    match var(name)?.as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong(name, "must be true or false")),
    }
}

fn wrong(name: &str, fault: &str) -> ConfigError {
    ConfigError { name: name.to_owned(), fault: fault.to_owned() }
}
