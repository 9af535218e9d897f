//! What went to somebody, read from the logs of all campaigns by key: an index by customer would cost every message a write.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::campaign::CampaignState;
use crm_domain::caps::Contact;
use crm_domain::hand::Hand;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::MessageId;
use crm_domain::ports::{ReadContacts, StoreError};
use crm_domain::time::Time;
use serde::Deserialize;

use crate::dynamo::Dynamo;
use crate::entries::{COUNTED, campaign_of, message_key, read_message};
use crate::error::corrupt;
use crate::items::{Item, text};
use crate::partition::all;
use crate::turns::{hand_key, read_hand};

/// A campaign as far as it is looked at here.
#[derive(Deserialize)]
struct LogRecord {
    sk: CampaignId,
    shards: u32,
    #[serde(flatten)]
    state: CampaignState,
}

impl ReadContacts for Dynamo {
    async fn contacts(&self, identities: &[CustomerId], since: Time) -> Result<Vec<Contact>, StoreError> {
        if identities.is_empty() {
            return Ok(Vec::new());
        }
        let logs = self.logs_since(since).await?;
        let keys = logs
            .iter()
            .flat_map(|(id, shards)| identities.iter().map(|identity| message_key(*id, identity.shard(*shards), *identity)));
        let names: Vec<&str> = COUNTED.into_iter().chain(["shard", "intentAt", "intentBy"]).collect();
        let entries = self.get_projected(&self.messages, keys.collect(), &names).await?;
        let mut found = Vec::with_capacity(entries.len());
        for item in entries {
            let campaign = campaign_of(&item).ok_or_else(|| corrupt("an entry of the log is in no campaign"))?;
            let entry = read_message(item)?;
            found.push((MessageId { campaign, customer: entry.customer_id }, entry));
        }
        // Only of those of which the log does not say yet what became of them.
        let shard = |id: &MessageId| Some((id.campaign, id.customer.shard(*logs.get(&id.campaign)?)));
        let open = found.iter().filter(|(_, entry)| !entry.is_settled()).filter_map(|(id, _)| shard(id));
        let hands = self.hands(open.collect::<BTreeSet<_>>()).await?;
        let contact = |(id, entry): (MessageId, _)| {
            let in_hand = shard(&id).and_then(|shard| hands.get(&shard)).and_then(|hand| hand.holds(id.customer));
            Contact::of(id, &entry, in_hand)
        };
        Ok(found.into_iter().filter_map(contact).collect())
    }
}

impl Dynamo {
    /// The campaigns that may have written to somebody after `since`, each with the number of shards of its log.
    async fn logs_since(&self, since: Time) -> Result<BTreeMap<CampaignId, u32>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.app)
            // One that has begun since the turn was taken matters.
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S("campaign".to_owned()))
            .projection_expression("sk, shards, #status, planned, finishedAt")
            .expression_attribute_names("#status", "status");
        let mut logs = BTreeMap::new();
        for item in all(query).await? {
            let record: LogRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
            if record.state.may_have_written(since) {
                logs.insert(record.sk, record.shards);
            }
        }
        Ok(logs)
    }

    /// The letters in hand of these shards.
    async fn hands(
        &self,
        shards: impl IntoIterator<Item = (CampaignId, u32)>,
    ) -> Result<BTreeMap<(CampaignId, u32), Hand>, StoreError> {
        let keys = shards.into_iter().map(|(campaign, shard)| hand_key(campaign, shard)).collect();
        let read = |item: Item| {
            let part = |name: &str| text(item.get(name).cloned());
            let campaign = part("pk").and_then(|pk| CampaignId::parse(pk.split_once('#')?.1));
            let shard = part("sk").and_then(|sk| sk.parse().ok());
            let at = campaign.zip(shard).ok_or_else(|| corrupt("letters in hand of no shard"))?;
            Ok((at, read_hand(item)?.record))
        };
        self.get_all(&self.app, keys).await?.into_iter().map(read).collect()
    }
}
