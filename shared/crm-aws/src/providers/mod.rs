//! The providers behind [`SendLetters`]: which one a channel has is configuration, and the simulated one until something
//! else is said.
//!
//! Only here is a channel's provider chosen. Each provider says what became of a letter in the words of
//! [`crm_domain::sending`]; none of them writes to the log.

mod answer;
mod ses;
mod signature;
mod sns;
#[cfg(test)]
pub(crate) mod tests;
mod webhook;

use std::time::Duration;

use crm_domain::customer::Channel;
use crm_domain::ports::{Enqueue, Letter, QueueError, SendLetters};
use crm_domain::sending::Sending;
use crm_domain::world;

use crate::simulated::Simulated;
use ses::Ses;
use signature::SigningSecret;
use sns::Sns;
use webhook::Webhook;

/// A setting of a provider that is missing or wrong: the function cannot start.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name}: {fault}")]
pub struct ProviderFault {
    name: String,
    fault: &'static str,
}

/// How long a provider is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For one answer.
    pub attempt: Duration,
    /// With one call: no new attempt begins after that. Together with an attempt it must fit into what the worker leaves
    /// between its own deadline and the function's.
    pub call: Duration,
}

impl Patience {
    const DEFAULT: Self = Self { attempt: Duration::from_secs(5), call: Duration::from_secs(4) };
}

enum Provider<Q> {
    Simulated(Simulated<Q>),
    Ses(Ses),
    Sns(Sns),
    Webhook(Box<Webhook>),
}

/// The provider of each channel.
pub struct Providers<Q> {
    email: Provider<Q>,
    sms: Provider<Q>,
    whatsapp: Provider<Q>,
}

impl<Q: Enqueue> Providers<Q> {
    /// Reads `EMAIL_PROVIDER`, `SMS_PROVIDER`, `WHATSAPP_PROVIDER` and what these need. `queue` makes the receipts queue for
    /// simulated providers.
    ///
    /// # Errors
    /// Names the variable that is missing or wrong.
    pub fn from_env(config: &aws_config::SdkConfig, queue: impl Fn() -> Q) -> Result<Self, ProviderFault> {
        let read = |channel| Provider::read(channel, config, &queue, &|name| std::env::var(name).ok());
        Ok(Self { email: read(Channel::Email)?, sms: read(Channel::Sms)?, whatsapp: read(Channel::Whatsapp)? })
    }

    const fn of(&self, channel: Channel) -> &Provider<Q> {
        match channel {
            Channel::Email => &self.email,
            Channel::Sms => &self.sms,
            Channel::Whatsapp => &self.whatsapp,
        }
    }
}

impl<Q: Enqueue> Provider<Q> {
    fn read(
        channel: Channel,
        config: &aws_config::SdkConfig,
        queue: &impl Fn() -> Q,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ProviderFault> {
        let prefix = match channel {
            Channel::Email => "EMAIL",
            Channel::Sms => "SMS",
            Channel::Whatsapp => "WHATSAPP",
        };
        let needed = |name: &str| {
            let name = format!("{prefix}_{name}");
            match variable(&name) {
                Some(value) if !value.is_empty() => Ok(value),
                _ => Err(ProviderFault { name, fault: "must be set for this provider" }),
            }
        };
        match (channel, needed("PROVIDER")?.as_str()) {
            (_, "simulated") => Ok(Self::Simulated(Simulated::new(queue()))),
            (Channel::Email, "ses") => {
                let configuration_set = needed("CONFIGURATION_SET")?;
                Ok(Self::Ses(Ses::new(config, needed("SENDER")?, configuration_set, Patience::DEFAULT)))
            }
            (Channel::Sms, "sns") => Ok(Self::Sns(Sns::new(config, needed("SENDER").ok(), Patience::DEFAULT))),
            (_, "webhook") => {
                let secret = SigningSecret::kept(config, needed("WEBHOOK_SECRET_ID")?);
                let development = variable("STAGE").as_deref() == Some("local");
                let webhook = Webhook::new(&needed("WEBHOOK_URL")?, development, secret, Patience::DEFAULT);
                let webhook = webhook.map_err(|fault| ProviderFault { name: format!("{prefix}_WEBHOOK_URL"), fault })?;
                Ok(Self::Webhook(Box::new(webhook)))
            }
            _ => Err(ProviderFault { name: format!("{prefix}_PROVIDER"), fault: "names no provider for this channel" }),
        }
    }
}

impl<Q: Enqueue> SendLetters for Providers<Q> {
    fn recognises(&self, channel: Channel) -> bool {
        match self.of(channel) {
            Provider::Simulated(_) | Provider::Webhook(_) => true,
            // Neither API has an idempotency key.
            Provider::Ses(_) | Provider::Sns(_) => false,
        }
    }

    async fn send(&self, channel: Channel, letters: &[Letter]) -> Result<Vec<Sending>, QueueError> {
        match self.of(channel) {
            Provider::Simulated(simulated) => simulated.send(channel, letters).await,
            Provider::Ses(ses) => Ok(ses.send(letters).await),
            Provider::Sns(sns) => Ok(sns.send(letters).await),
            Provider::Webhook(webhook) => webhook.send(channel, letters).await,
        }
    }
}

/// A pause of random length before attempt `round + 2`: of up to 100 ms, then up to twice that each time, at most 3.2 s. "Full
/// jitter" of "Exponential Backoff And Jitter" in the AWS Architecture Blog.
fn jitter(round: u32) -> Duration {
    Duration::from_millis(world::up_to(100 << round.min(5)))
}
