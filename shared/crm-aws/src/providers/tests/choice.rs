//! Which provider a channel has.

use crm_domain::customer::Channel;
use crm_domain::ports::{Enqueue, Outgoing, QueueError, QueueName};

use super::config;
use crate::providers::Provider;

struct Nowhere;

impl Enqueue for Nowhere {
    async fn enqueue(&self, _: QueueName, _: Vec<Outgoing>) -> Result<(), QueueError> {
        Ok(())
    }

    async fn bury(&self, _: QueueName, _: Outgoing) -> Result<(), QueueError> {
        Ok(())
    }
}

fn read(channel: Channel, variables: &[(&str, &str)]) -> Result<&'static str, String> {
    let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    match Provider::read(channel, &config("http://127.0.0.1:9"), &|| Nowhere, &variable) {
        Ok(Provider::Simulated(_)) => Ok("simulated"),
        Ok(Provider::Ses(_)) => Ok("ses"),
        Ok(Provider::Sns(_)) => Ok("sns"),
        Ok(Provider::Webhook(_)) => Ok("webhook"),
        Err(fault) => Err(fault.to_string()),
    }
}

#[test]
fn each_channel_has_the_provider_that_is_configured() {
    use Channel::{Email, Sms, Whatsapp};
    let ses: &[_] = &[("EMAIL_PROVIDER", "ses"), ("EMAIL_SENDER", "a@b.in"), ("EMAIL_CONFIGURATION_SET", "x")];
    let hook: &[_] = &[
        ("WHATSAPP_PROVIDER", "webhook"),
        ("WHATSAPP_WEBHOOK_URL", "https://gateway.example"),
        ("WHATSAPP_WEBHOOK_SECRET_ID", "x"),
    ];
    for (channel, variables, provider) in [
        (Email, &[("EMAIL_PROVIDER", "simulated")] as &[_], "simulated"),
        (Email, ses, "ses"),
        (Sms, &[("SMS_PROVIDER", "simulated")], "simulated"),
        (Sms, &[("SMS_PROVIDER", "sns"), ("SMS_SENDER", "")], "sns"),
        (Whatsapp, hook, "webhook"),
    ] {
        assert_eq!(read(channel, variables), Ok(provider), "{variables:?}");
    }
    for (channel, variables, name) in [
        (Email, &[] as &[_], "EMAIL_PROVIDER"),
        (Email, &ses[..2], "EMAIL_CONFIGURATION_SET"),
        (Email, &[("EMAIL_PROVIDER", "ses"), ("EMAIL_SENDER", ""), ("EMAIL_CONFIGURATION_SET", "x")], "EMAIL_SENDER"),
        (Email, &[("EMAIL_PROVIDER", "sns")], "EMAIL_PROVIDER"),
        (Sms, &[("SMS_PROVIDER", "ses")], "SMS_PROVIDER"),
        (Whatsapp, &[("WHATSAPP_PROVIDER", "pigeon")], "WHATSAPP_PROVIDER"),
        (Whatsapp, &hook[..2], "WHATSAPP_WEBHOOK_SECRET_ID"),
        (
            Whatsapp,
            &[
                ("WHATSAPP_PROVIDER", "webhook"),
                ("WHATSAPP_WEBHOOK_URL", "http://127.0.0.1:1"),
                ("WHATSAPP_WEBHOOK_SECRET_ID", "x"),
                ("STAGE", "prod"),
            ],
            "WHATSAPP_WEBHOOK_URL",
        ),
    ] {
        let fault = read(channel, variables).unwrap_err();
        assert!(fault.contains(name), "{variables:?}: {fault}");
    }
}
