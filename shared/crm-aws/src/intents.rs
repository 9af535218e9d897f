//! Intents in the log: who is handing an entry to a provider that knows no repetitions.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::campaign::Campaign;
use crm_domain::ids::CustomerId;
use crm_domain::ports::StoreError;
use crm_domain::sending::Intent;

use crate::dynamo::Dynamo;
use crate::entries::entry_key;
use crate::error::store_error;
use crate::items::{held, unless_conflict};

impl Dynamo {
    pub(crate) async fn put_intent(
        &self,
        campaign: &Campaign,
        customer: CustomerId,
        intent: &Intent,
    ) -> Result<bool, StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(entry_key(campaign, customer)))
            // Its own intent is met where an answer was lost and the client asked again.
            .condition_expression(
                "attribute_exists(#shard) AND (attribute_not_exists(intentBy) OR intentBy = :by) AND attribute_not_exists(sentAt) \
                 AND attribute_not_exists(failedAt) AND attribute_not_exists(skippedReason) AND attribute_not_exists(unknownAt)",
            )
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":by", AttributeValue::S(intent.by.to_string()))
            .expression_attribute_values(":at", AttributeValue::S(intent.at.sortable()))
            .update_expression("SET intentAt = :at, intentBy = :by");
        let answer = request.send().await;
        held(answer.map_err(store_error))
    }

    pub(crate) async fn remove_intent(
        &self,
        campaign: &Campaign,
        customer: CustomerId,
        intent: &Intent,
    ) -> Result<(), StoreError> {
        let request = self
            .client
            .update_item()
            .table_name(&self.messages)
            .set_key(Some(entry_key(campaign, customer)))
            .condition_expression("intentBy = :by AND attribute_not_exists(unknownAt)")
            .expression_attribute_values(":by", AttributeValue::S(intent.by.to_string()))
            .update_expression("REMOVE intentAt, intentBy");
        let answer = request.send().await;
        unless_conflict(answer.map_err(store_error))
    }
}
