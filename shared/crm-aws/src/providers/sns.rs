//! SMS by Amazon SNS: one `Publish` to a phone number per letter.
//!
//! It has no idempotency key for phone numbers either. What becomes of a message is told to log groups alone, so there
//! are no receipts.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use crm_domain::ports::Letter;
use crm_domain::sending::Sending;

use crate::providers::Patience;
use crate::providers::answer::{Verdict, once, patiently, verdict};

/// SNS, and the name that phones show, where the country allows one.
pub(super) struct Sns {
    client: Client,
    sender: Option<String>,
    patience: Patience,
}

impl Sns {
    pub(super) fn new(config: &aws_config::SdkConfig, sender: Option<String>, patience: Patience) -> Self {
        let (retries, timeouts) = once(patience);
        let config = aws_sdk_sns::config::Builder::from(config).retry_config(retries).timeout_config(timeouts).build();
        Self { client: Client::from_conf(config), sender, patience }
    }

    pub(super) async fn send(&self, letters: &[Letter]) -> Vec<Sending> {
        let mut answers = Vec::with_capacity(letters.len());
        for letter in letters {
            answers.push(patiently(self.patience, || self.send_one(letter)).await);
        }
        answers
    }

    async fn send_one(&self, letter: &Letter) -> Result<Option<String>, Verdict> {
        let mut request = self.client.publish().phone_number(&letter.to).message(&letter.body);
        let kind = Some(("AWS.SNS.SMS.SMSType", "Promotional"));
        let sender = self.sender.as_deref().map(|sender| ("AWS.SNS.SMS.SenderID", sender));
        for (name, value) in [kind, sender].into_iter().flatten() {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            let value = value.map_err(|_| Verdict::Refused("the message cannot be put into a request".to_owned()))?;
            request = request.message_attributes(name, value);
        }
        match request.send().await {
            Ok(answer) => Ok(answer.message_id),
            Err(error) => Err(verdict(&error)),
        }
    }
}
