//! E-mail by Amazon SES, API version 2.
//!
//! One request per letter: it has no idempotency key, so whoever calls sees to it that no letter comes twice. The tags bring
//! the events that SES publishes back to the message (`crm_domain::ses`).

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag};
use crm_domain::ports::Letter;
use crm_domain::sending::Sending;
use crm_domain::ses::{CAMPAIGN_TAG, CUSTOMER_TAG};

use crate::providers::Patience;
use crate::providers::answer::{Verdict, once, patiently, verdict};

/// SES, and in whose name it sends.
pub(super) struct Ses {
    client: Client,
    sender: String,
    configuration_set: String,
    patience: Patience,
}

impl Ses {
    pub(super) fn new(config: &aws_config::SdkConfig, sender: String, configuration_set: String, patience: Patience) -> Self {
        let (retries, timeouts) = once(patience);
        let config = aws_sdk_sesv2::config::Builder::from(config).retry_config(retries).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), sender, configuration_set, patience }
    }

    pub(super) async fn send(&self, letters: &[Letter]) -> Vec<Sending> {
        let mut answers = Vec::with_capacity(letters.len());
        for letter in letters {
            answers.push(patiently(self.patience, || self.send_one(letter)).await);
        }
        answers
    }

    async fn send_one(&self, letter: &Letter) -> Result<Option<String>, Verdict> {
        let (content, tags) =
            parts(letter).map_err(|_| Verdict::Refused("the message cannot be put into a request".to_owned()))?;
        let answer = self
            .client
            .send_email()
            .from_email_address(&self.sender)
            .destination(Destination::builder().to_addresses(&letter.to).build())
            .content(content)
            .set_email_tags(Some(tags))
            .configuration_set_name(&self.configuration_set)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.message_id),
            Err(error) => Err(verdict(&error)),
        }
    }
}

fn parts(letter: &Letter) -> Result<(EmailContent, Vec<MessageTag>), BuildError> {
    let text = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().html(text(&letter.body)?).set_text(letter.text().as_deref().map(text).transpose()?);
    let mut message = Message::builder().subject(text(letter.subject.as_deref().unwrap_or_default())?).body(body.build());
    for (name, value) in &letter.headers {
        message = message.headers(MessageHeader::builder().name(name).value(value).build()?);
    }
    let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
    let tags = vec![tag(CAMPAIGN_TAG, letter.id.campaign.to_string())?, tag(CUSTOMER_TAG, letter.id.customer.to_string())?];
    Ok((EmailContent::builder().simple(message.build()).build(), tags))
}
