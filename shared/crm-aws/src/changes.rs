//! What the streams of the tables say: items as they were and as they are, read as changes.
//!
//! The mappings of template.yaml let through only what is of interest; here it is looked at all the same, so that a wider
//! filter costs money and changes nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use crm_domain::domain_event::Change;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::ports::StoreError;

use crate::dynamo::Dynamo;
use crate::entries::{campaign_of, read_message};
use crate::error::corrupt;
use crate::items::{Item, text};
use crate::records::read_order;

/// An item of a stream.
pub type Image = serde_dynamo::Item;

/// One record of a stream, but for what is gone.
#[derive(Debug, Clone)]
pub struct Recorded<'a> {
    /// ARN of the stream: it has the table's name in it.
    pub stream: &'a str,
    pub is_new: bool,
    pub keys: Image,
    /// Empty where there was none, or where the stream does not carry it.
    pub before: Image,
    pub after: Image,
}

impl Dynamo {
    /// What a record says; `None` where that is of no interest.
    ///
    /// # Errors
    /// It cannot be read as what its table holds.
    pub fn read_change(&self, record: Recorded<'_>) -> Result<Option<Change>, StoreError> {
        let Recorded { stream, is_new, keys, before, after } = record;
        let (keys, before, after): (Item, Item, Item) = (keys.into(), before.into(), after.into());
        let table = stream.split('/').nth(1).unwrap_or_default();
        if table == self.customers {
            return Ok(is_new.then(|| CustomerId::parse(&text(keys.get("id").cloned())?)).flatten().map(Change::Customer));
        }
        if table == self.erasures {
            let Some(record) = after.get("record").filter(|_| is_new) else { return Ok(None) };
            return serde_dynamo::from_attribute_value(record.clone())
                .map(|erased| Some(Change::Erased(erased)))
                .map_err(corrupt);
        }
        if table == self.orders {
            // One of which only a status is known has no body.
            if !after.contains_key("body") {
                return Ok(None);
            }
            let before = if before.is_empty() { None } else { Some(Box::new(read_order(before)?.record)) };
            return Ok(Some(Change::Order(before, Box::new(read_order(after)?.record))));
        }
        if table == self.memberships {
            return moves_of(&keys, &after);
        }
        if table == self.messages {
            let Some(campaign) = campaign_of(&keys).filter(|_| !before.is_empty()) else { return Ok(None) };
            let (before, after) = (Box::new(read_message(before)?), Box::new(read_message(after)?));
            return Ok(Some(Change::Message { campaign, before, after }));
        }
        if table == self.app {
            return self.app_change(&keys, before, after);
        }
        Ok(None)
    }

    fn app_change(&self, keys: &Item, before: Item, after: Item) -> Result<Option<Change>, StoreError> {
        if before.is_empty() {
            return Ok(None);
        }
        match text(keys.get("pk").cloned()).as_deref() {
            Some("campaign") if after.contains_key("finishedAt") && before.get("finishedAt") != after.get("finishedAt") => {
                let (before, after) = (self.read_campaign(before)?.record, self.read_campaign(after)?.record);
                Ok(Some(Change::Campaign { before: Box::new(before), after: Box::new(after) }))
            }
            Some("segment") if before.get("shown") != after.get("shown") => {
                let segment = text(keys.get("sk").cloned()).and_then(|id| SegmentId::parse(&id));
                let shown = match after.get("shown") {
                    Some(AttributeValue::N(edition)) => Some(edition.parse().map_err(corrupt)?),
                    _ => None,
                };
                let name = text(after.get("name").cloned()).unwrap_or_default();
                Ok(segment.zip(shown).map(|(segment, edition)| Change::Shown { segment, name, edition }))
            }
            _ => Ok(None),
        }
    }
}

/// The moves of an item of somebody's history.
fn moves_of(keys: &Item, item: &Item) -> Result<Option<Change>, StoreError> {
    let customer = text(keys.get("pk").cloned()).and_then(|pk| CustomerId::parse(pk.strip_prefix("c#")?));
    match (customer, item.get("moves")) {
        (Some(customer), Some(AttributeValue::S(moves))) => {
            Ok(Some(Change::Moves(customer, serde_json::from_str(moves).map_err(corrupt)?)))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::money::Currency;
    use serde_json::Value;

    use super::*;

    fn dynamo() -> Dynamo {
        let config = aws_sdk_dynamodb::Config::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        let table = |name: &str| format!("mini-crm-{name}");
        Dynamo {
            client: aws_sdk_dynamodb::Client::from_conf(config),
            customers: table("customers"),
            histories: table("histories"),
            orders: table("orders"),
            activities: table("activities"),
            search: table("search"),
            messages: table("messages"),
            app: table("app"),
            memberships: table("memberships"),
            timers: table("timers"),
            access: table("access"),
            requests: table("requests"),
            audit: table("audit"),
            erasures: table("erasures"),
            suppressions: table("suppressions"),
            deliveries: table("deliveries"),
            currency: Currency::parse("INR").unwrap(),
            known_lists: std::sync::Mutex::default(),
            known_segments: std::sync::Mutex::default(),
            known_names: std::sync::Mutex::default(),
            log_shards: std::sync::Mutex::default(),
        }
    }

    /// What the records of an event of the folder say, but for those of what is gone.
    fn read(case: &str) -> Vec<Result<Option<Change>, StoreError>> {
        let path = format!("{}/../../events/event-stream/{case}.json", env!("CARGO_MANIFEST_DIR"));
        let event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let dynamo = dynamo();
        let there = event["Records"].as_array().unwrap().iter().filter(|record| record["eventName"] != "REMOVE");
        let changes = there.map(|record| {
            let image = |name: &str| match record["dynamodb"].get(name) {
                Some(image) => serde_json::from_value(image.clone()).unwrap(),
                None => Image::default(),
            };
            dynamo.read_change(Recorded {
                stream: record["eventSourceARN"].as_str().unwrap(),
                is_new: record["eventName"] == "INSERT",
                keys: image("Keys"),
                before: image("OldImage"),
                after: image("NewImage"),
            })
        });
        changes.collect()
    }

    #[test]
    fn images_are_read_as_changes_and_what_is_of_no_interest_as_none() {
        assert!(matches!(read("customers").as_slice(), [Ok(Some(Change::Customer(_)))]));
        assert!(matches!(read("erasures").as_slice(), [Ok(Some(Change::Erased(_)))]));
        let orders = read("orders");
        let [Ok(Some(Change::Order(None, placed))), Ok(Some(Change::Order(Some(before), after))), Ok(None)] = orders.as_slice()
        else {
            panic!("{orders:?}")
        };
        assert!(placed == before && before.status() != after.status());
        assert!(matches!(read("moves").as_slice(), [Ok(Some(Change::Moves(_, moves))), Ok(None)] if moves.len() == 1));
        let messages = read("messages");
        let [Ok(Some(Change::Message { before, after, .. })), Ok(None)] = messages.as_slice() else { panic!("{messages:?}") };
        assert!(before.sent_at.is_none() && after.sent_at.is_some());
        assert!(matches!(read("segments").as_slice(), [Ok(Some(Change::Shown { edition: 8, .. }))]));
    }

    #[test]
    fn what_is_not_what_its_table_holds_is_an_error() {
        assert!(matches!(read("bad-image").as_slice(), [Err(StoreError::Corrupt(_))]));
    }
}
