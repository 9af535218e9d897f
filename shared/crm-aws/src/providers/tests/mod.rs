//! The providers against a peer on this machine that misbehaves, over real connections.

mod aws;
mod choice;
pub(crate) mod peer;
mod webhook;

use std::time::Duration;

use crm_domain::email::Email;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::MessageId;
use crm_domain::ports::Letter;

use crate::providers::Patience;

/// More than any answer takes, however busy the machine: what ends with an answer does not wait for it.
const CALM: Patience = Patience { attempt: Duration::from_secs(30), call: Duration::from_mins(1) };
/// For a peer that answers and never takes anything.
const BRIEF: Patience = Patience { call: Duration::from_secs(1), ..CALM };
/// For a peer that will not answer.
const HASTY: Patience = Patience { attempt: Duration::from_secs(1), call: Duration::from_millis(2_500) };

fn letters(count: u32) -> Vec<Letter> {
    let campaign = CampaignId::from_bytes([7; 16]);
    let letter = |place| {
        let to = format!("p{place}@example.com");
        Letter {
            id: MessageId { campaign, customer: CustomerId::of(&Email::parse(&to).unwrap()) },
            place,
            to,
            subject: Some("Grüße".into()),
            body: "<p>Hello</p>".into(),
            headers: vec![("List-Unsubscribe".into(), "<https://crm.example/u/1>".into())],
        }
    };
    (0..count).map(letter).collect()
}

/// The SDK's configuration for a peer.
pub(crate) fn config(url: &str) -> aws_config::SdkConfig {
    let credentials = aws_credential_types::Credentials::new("AKIATEST", "secret", None, None, "test");
    aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("ap-south-1"))
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}
