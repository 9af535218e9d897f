//! Counting at the client of SQS: an answered request is one for each 64 KB that it sends or brings.

use aws_sdk_sqs::config::interceptors::{AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut};
use aws_sdk_sqs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sqs::error::BoxError;
use aws_sdk_sqs::operation::receive_message::ReceiveMessageOutput;
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchInput;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use crm_domain::cost::{Usage, queue_requests};

use super::add;

/// The interceptor.
#[derive(Debug)]
pub(crate) struct Counting;

/// Bytes that a request sends.
#[derive(Debug, Clone, Copy)]
struct Sent(usize);

impl Storable for Sent {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(Sent(context.input().downcast_ref().map_or(0, sent)));
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let sent = bag.load::<Sent>().map_or(0, |sent| sent.0);
        let answer = context.output_or_error().ok().and_then(|answer| answer.downcast_ref::<ReceiveMessageOutput>());
        let brought =
            answer.map_or(0, |answer| answer.messages().iter().map(|message| message.body().map_or(0, str::len)).sum::<usize>());
        add(Usage { queued: queue_requests(sent.max(brought)), ..Usage::default() });
        Ok(())
    }
}

/// Bodies and attributes: what SQS counts as payload.
fn sent(batch: &SendMessageBatchInput) -> usize {
    let entries = batch.entries().iter().map(|entry| {
        let attributes = entry.message_attributes().into_iter().flatten();
        let attributes =
            attributes.map(|(name, value)| name.len() + value.data_type().len() + value.string_value().map_or(0, str::len));
        entry.message_body().len() + attributes.sum::<usize>()
    });
    entries.sum()
}

#[cfg(all(test, feature = "providers"))]
mod tests {
    use crm_domain::cost::WHOLE;
    use crm_domain::ports::Outgoing;

    use crate::Sqs;
    use crate::meter::metered;
    use crate::providers::tests::config;
    use crate::providers::tests::peer::{Act, Peer};

    #[tokio::test]
    async fn a_request_is_one_for_each_64_kb_of_bodies() {
        let answer = r#"{"Successful":[],"Failed":[],"Attributes":{}}"#;
        let peer = Peer::start(move |_| Act::Answer(200, &[("content-type", "application/x-amz-json-1.0")], answer)).await;
        let sqs = Sqs::new(&config(&peer.url));
        let message = |bytes: usize| Outgoing { body: "x".repeat(bytes), ..Outgoing::default() };
        for (messages, requests) in [(vec![message(10)], 1), (vec![message(40_000), message(40_000)], 2)] {
            let (sent, usage) = metered(sqs.send("q", messages)).await;
            sent.unwrap();
            assert_eq!(usage.queued, requests * WHOLE);
        }
        let (_, usage) = metered(sqs.depths("q".to_owned())).await;
        assert_eq!(usage.queued, WHOLE, "looking is a request too");
    }
}
