//! Whose turn it is to write to somebody, and the letters in hand of each shard of a log, in the App table.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::hand::{Ending, Hand, KEPT};
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::ports::{KeepHands, KeepTurns, StoreError, Versioned};
use crm_domain::time::{DAY, Time};
use crm_domain::turn::Turn;
use serde::{Deserialize, Serialize};

use crate::campaigns::shard_name;
use crate::dynamo::Dynamo;
use crate::error::{corrupt, store_error};
use crate::items::{Item, held, key, until};

/// The sort key of a turn: each has a partition of its own, as everybody's may be taken at once.
const TURN: &str = "turn";

#[derive(Deserialize)]
struct TurnRecord {
    pk: String,
    #[serde(flatten)]
    turn: Turn,
}

#[derive(Serialize, Deserialize)]
struct HandRecord {
    pk: String,
    sk: String,
    at: Time,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    closed: BTreeMap<CustomerId, Ending>,
    version: u64,
}

impl KeepTurns for Dynamo {
    async fn turns(&self, customers: &[CustomerId]) -> Result<Vec<(CustomerId, Turn)>, StoreError> {
        let keys = customers.iter().map(|customer| turn_key(*customer)).collect();
        self.get_all(&self.app, keys).await?.into_iter().map(read_turn).collect()
    }

    async fn take_turn(&self, customer: CustomerId, was: Option<&Turn>, turn: &Turn) -> Result<bool, StoreError> {
        let mut put = self.client.put_item().table_name(&self.app).set_item(Some(turn_item(customer, turn)));
        put = match was {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(was) => put
                .condition_expression("attribute_not_exists(pk) OR (campaign = :campaign AND #at = :at)")
                .expression_attribute_names("#at", "at")
                .expression_attribute_values(":campaign", AttributeValue::S(was.campaign.to_string()))
                .expression_attribute_values(":at", AttributeValue::S(was.at.to_string())),
        };
        held(put.send().await.map_err(store_error))
    }
}

impl KeepHands for Dynamo {
    async fn hand(&self, campaign: CampaignId, shard: u32) -> Result<Versioned<Hand>, StoreError> {
        let item = self.app_item(&hand_partition(campaign), &shard_name(shard)).await?;
        item.map_or(Ok(Versioned { version: 0, record: Hand::empty() }), read_hand)
    }

    async fn put_hand(&self, campaign: CampaignId, shard: u32, version: u64, hand: &Hand) -> Result<(), StoreError> {
        self.put_versioned(&self.app, hand_item(campaign, shard, version + 1, hand)?, version).await
    }
}

/// Key of the letters in hand of one shard.
pub(crate) fn hand_key(campaign: CampaignId, shard: u32) -> Item {
    key([("pk", hand_partition(campaign)), ("sk", shard_name(shard))])
}

fn hand_partition(campaign: CampaignId) -> String {
    format!("hand#{campaign}")
}

fn turn_key(customer: CustomerId) -> Item {
    key([("pk", format!("{TURN}#{customer}")), ("sk", TURN.to_owned())])
}

fn turn_item(customer: CustomerId, turn: &Turn) -> Item {
    let mut item = turn_key(customer);
    item.insert("campaign".to_owned(), AttributeValue::S(turn.campaign.to_string()));
    item.insert("at".to_owned(), AttributeValue::S(turn.at.to_string()));
    // By then it has long been over.
    item.insert("expiresAt".to_owned(), until(turn.at.plus(DAY)));
    item
}

fn read_turn(item: Item) -> Result<(CustomerId, Turn), StoreError> {
    let record: TurnRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let customer = record.pk.split_once('#').and_then(|(_, customer)| CustomerId::parse(customer));
    Ok((customer.ok_or_else(|| corrupt("a turn is nobody's"))?, record.turn))
}

/// Those whose letters are taken are a set of 16 bytes each: in a large campaign that is most of the item.
fn hand_item(campaign: CampaignId, shard: u32, version: u64, hand: &Hand) -> Result<Item, StoreError> {
    let (pk, sk) = (hand_partition(campaign), shard_name(shard));
    let record = HandRecord { pk, sk, at: hand.at, closed: hand.closed.clone(), version };
    let mut item: Item = serde_dynamo::to_item(record).map_err(corrupt)?;
    if !hand.taken.is_empty() {
        let taken = hand.taken.iter().map(|customer| Blob::new(customer.as_bytes())).collect();
        item.insert("taken".to_owned(), AttributeValue::Bs(taken));
    }
    item.insert("expiresAt".to_owned(), until(Time::now().plus(KEPT)));
    Ok(item)
}

pub(crate) fn read_hand(mut item: Item) -> Result<Versioned<Hand>, StoreError> {
    let bytes = match item.remove("taken") {
        Some(AttributeValue::Bs(taken)) => taken,
        _ => Vec::new(),
    };
    let record: HandRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let taken = bytes.into_iter().map(|blob| blob.into_inner().try_into().map(CustomerId::from_bytes));
    let taken: Result<BTreeSet<CustomerId>, _> = taken.collect();
    let taken = taken.map_err(|_| corrupt("a letter in hand is nobody's"))?;
    Ok(Versioned { version: record.version, record: Hand { at: record.at, taken, closed: record.closed } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter;
    use crm_domain::email::Email;
    use crm_domain::message::SkipReason;

    fn id(number: u32) -> CustomerId {
        CustomerId::of(&Email::parse(&format!("p{number}@x.in")).unwrap())
    }

    #[test]
    fn turns_survive_storage() {
        let turn = Turn { campaign: CampaignId::generate(), at: Time::parse("2026-11-25T10:00:00.5Z").unwrap() };
        let item = turn_item(id(1), &turn);
        // The condition under which it is taken compares these.
        assert_eq!(item.get("at"), Some(&AttributeValue::S(turn.at.to_string())));
        assert_eq!(item.get("campaign"), Some(&AttributeValue::S(turn.campaign.to_string())));
        assert!(meter::item_size(&item) < 1_024, "one write unit");
        assert_eq!(read_turn(item).unwrap(), (id(1), turn));
    }

    #[test]
    fn letters_in_hand_survive_storage() {
        let campaign = CampaignId::generate();
        let mut hand = Hand::empty();
        assert_eq!(read_hand(hand_item(campaign, 3, 1, &hand).unwrap()).unwrap().record, hand);
        hand.take((0..100).map(id), Time::from_micros(7));
        let item = hand_item(campaign, 3, 2, &hand).unwrap();
        assert!(meter::item_size(&item) <= 2_048, "two write units for a hundred");
        assert!(hand_key(campaign, 3).iter().all(|(name, value)| item.get(name) == Some(value)));
        hand.close(id(1), Ending::Skipped(SkipReason::NoConsent));
        hand.close(id(200), Ending::Skipped(SkipReason::NoConsent));
        hand.close(id(201), Ending::Failed("x".into()));
        let read = read_hand(hand_item(campaign, 3, 9, &hand).unwrap()).unwrap();
        assert_eq!((read.version, read.record), (9, hand));
    }
}
