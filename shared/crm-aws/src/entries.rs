//! Entries of the delivery log as they are stored in the Messages table, and the statements that change them.

use aws_sdk_dynamodb::types::{AttributeValue, BatchStatementRequest};
use crm_domain::campaign::Campaign;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::message::{Explained, Message};
use crm_domain::ports::StoreError;
use crm_domain::sending::Intent;
use crm_domain::time::Time;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as ValueError, StringDeserializer};

use crate::campaigns::shard_name;
use crate::error::corrupt;
use crate::items::{Item, key};
use crate::statements::{Attributes, insert, update};

/// What counting looks at, and what every entry has.
pub(crate) const COUNTED: [&str; 22] = [
    "customerId",
    "email",
    "channel",
    "variant",
    "queuedAt",
    "waits",
    "dueAt",
    "sentAt",
    "deliveredAt",
    "openedAt",
    "lastOpenedAt",
    "machineOpenedAt",
    "clickedAt",
    "bouncedAt",
    "complainedAt",
    "unsubscribedAt",
    "failedAt",
    "failedReason",
    "explained",
    "unknownAt",
    "skippedReason",
    "skippedPhase",
];
/// On what condition an entry is said to be sent. That it was is the truth, also where somebody has given up waiting or a receipt
/// says that it failed.
const SENDABLE: &str = r#" AND "sentAt" IS MISSING AND "skippedReason" IS MISSING"#;
/// That an entry is not settled.
const OPEN: &str =
    r#" AND "sentAt" IS MISSING AND "skippedReason" IS MISSING AND "failedAt" IS MISSING AND "unknownAt" IS MISSING"#;
/// The same, and that nobody is handing it over.
const UNTOUCHED: &str = r#" AND "sentAt" IS MISSING AND "skippedReason" IS MISSING AND "failedAt" IS MISSING AND "unknownAt" IS MISSING AND "intentBy" IS MISSING"#;

/// Adds an entry to the log of `campaign` in the table `messages`, unless it is there.
pub(crate) fn added(messages: &str, campaign: &Campaign, entry: &Message) -> Result<BatchStatementRequest, StoreError> {
    insert(messages, whole(campaign.id, campaign.shard_of(entry.customer_id), entry))
}

/// The statement that settles an entry of the log of `campaign` in the table `messages`.
///
/// # Errors
/// The entry cannot be stored.
pub fn settlement(messages: &str, campaign: &Campaign, entry: &Message) -> Result<BatchStatementRequest, StoreError> {
    let (mut set, key) = (Attributes::new(), named(campaign.id, campaign.shard_of(entry.customer_id), entry.customer_id));
    outcome(entry, &mut set);
    let (condition, by) = match entry.intent {
        _ if entry.sent_at.is_some() => (SENDABLE, Attributes::new()),
        None => (UNTOUCHED, Attributes::new()),
        Some(intent) => (OPEN, vec![("intentBy", AttributeValue::S(intent.by.to_string()))]),
    };
    update(messages, set, key, condition, by)
}

/// Notes from when on an entry may be written to, as long as it is not settled.
pub(crate) fn postponed(
    messages: &str,
    campaign: &Campaign,
    customer: CustomerId,
    at: Time,
) -> Result<BatchStatementRequest, StoreError> {
    let key = named(campaign.id, campaign.shard_of(customer), customer);
    update(messages, vec![("dueAt", time(at))], key, OPEN, Attributes::new())
}

/// Key of an entry.
pub(crate) fn message_key(id: CampaignId, shard: u32, customer: CustomerId) -> Item {
    key([("shard", partition(id, shard)), ("customerId", customer.to_string())])
}

/// Key of the entry that a customer has in the log of a campaign, if they have one.
pub(crate) fn entry_key(campaign: &Campaign, customer: CustomerId) -> Item {
    message_key(campaign.id, campaign.shard_of(customer), customer)
}

/// The campaign in whose log an entry is.
pub(crate) fn campaign_of(item: &Item) -> Option<CampaignId> {
    let AttributeValue::S(shard) = item.get("shard")? else { return None };
    CampaignId::parse(shard.split_once('#')?.0)
}

pub(crate) fn partition(id: CampaignId, shard: u32) -> String {
    format!("{id}#{}", shard_name(shard))
}

fn named(id: CampaignId, shard: u32, customer: CustomerId) -> Attributes {
    vec![("shard", AttributeValue::S(partition(id, shard))), ("customerId", AttributeValue::S(customer.to_string()))]
}

/// All of an entry.
fn whole(id: CampaignId, shard: u32, entry: &Message) -> Attributes {
    let mut all = named(id, shard, entry.customer_id);
    all.push(("email", AttributeValue::S(entry.email.clone())));
    all.push(("channel", AttributeValue::S(entry.channel.as_str().to_owned())));
    all.push(("place", AttributeValue::N(entry.place.to_string())));
    all.extend(entry.waits.then_some(("waits", AttributeValue::Bool(true))));
    outcome(entry, &mut all);
    let times = [
        ("queuedAt", Some(entry.queued_at)),
        ("dueAt", entry.due_at),
        ("intentAt", entry.intent.map(|intent| intent.at)),
        ("deliveredAt", entry.delivered_at),
        ("openedAt", entry.opened_at),
        ("lastOpenedAt", entry.last_opened_at),
        ("machineOpenedAt", entry.machine_opened_at),
        ("clickedAt", entry.clicked_at),
        ("convertedAt", entry.converted_at),
        ("bouncedAt", entry.bounced_at),
        ("complainedAt", entry.complained_at),
        ("unsubscribedAt", entry.unsubscribed_at),
    ];
    all.extend(times.into_iter().filter_map(|(name, at)| Some((name, time(at?)))));
    all.extend(entry.intent.map(|intent| ("intentBy", AttributeValue::S(intent.by.to_string()))));
    all.extend(entry.explained.as_ref().map(|told| ("explained", explained(told))));
    all
}

/// What a provider has explained, as one text: stored ones compare as they do.
pub(crate) fn explained(told: &Explained) -> AttributeValue {
    AttributeValue::S(format!("{} {}", told.at.sortable(), told.reason))
}

fn read_explained(text: &str) -> Result<Explained, StoreError> {
    let read =
        text.split_once(' ').and_then(|(at, reason)| Some(Explained { at: Time::parse(at).ok()?, reason: reason.to_owned() }));
    read.ok_or_else(|| corrupt("what is explained of an entry of the log has no time"))
}

/// What settling an entry may set.
fn outcome(entry: &Message, into: &mut Attributes) {
    let times = [("sentAt", entry.sent_at), ("failedAt", entry.failed_at), ("unknownAt", entry.unknown_at)];
    into.extend(times.into_iter().filter_map(|(name, at)| Some((name, time(at?)))));
    // The one that is sent: known for good only then.
    into.push(("variant", AttributeValue::N(entry.variant.to_string())));
    let texts = [
        // Set by the plan already; who is written to may have another address by then.
        ("address", entry.address.map(|address| address.to_string())),
        ("failedReason", entry.failed_reason.clone()),
        ("providerId", entry.provider_id.clone()),
        ("skippedReason", entry.skipped_reason.map(|reason| reason.as_str().to_owned())),
        ("skippedPhase", entry.skipped_phase.map(|phase| phase.as_str().to_owned())),
        ("subject", entry.subject.clone()),
        ("body", entry.body.clone()),
    ];
    into.extend(texts.into_iter().filter_map(|(name, text)| Some((name, AttributeValue::S(text?)))));
}

/// A time as text of fixed width, so that stored ones compare as instants do.
fn time(at: Time) -> AttributeValue {
    AttributeValue::S(at.sortable())
}

/// An entry, or as much of it as counting looks at.
pub(crate) fn read_message(mut item: Item) -> Result<Message, StoreError> {
    let item = &mut item;
    let missing = |name: &str| corrupt(format!("an entry of the log has no {name}"));
    let explained: Option<String> = word(item, "explained")?;
    let intent = word(item, "intentAt")?.zip(word(item, "intentBy")?);
    let stored = Message {
        customer_id: word(item, "customerId")?.ok_or_else(|| missing("customerId"))?,
        email: word(item, "email")?.ok_or_else(|| missing("email"))?,
        channel: word(item, "channel")?.ok_or_else(|| missing("channel"))?,
        address: word(item, "address")?,
        variant: number(item, "variant")?.ok_or_else(|| missing("variant"))?,
        place: number(item, "place")?.unwrap_or_default(),
        queued_at: word(item, "queuedAt")?.ok_or_else(|| missing("queuedAt"))?,
        waits: item.remove("waits") == Some(AttributeValue::Bool(true)),
        due_at: word(item, "dueAt")?,
        sent_at: word(item, "sentAt")?,
        delivered_at: word(item, "deliveredAt")?,
        opened_at: word(item, "openedAt")?,
        last_opened_at: word(item, "lastOpenedAt")?,
        machine_opened_at: word(item, "machineOpenedAt")?,
        clicked_at: word(item, "clickedAt")?,
        converted_at: word(item, "convertedAt")?,
        bounced_at: word(item, "bouncedAt")?,
        complained_at: word(item, "complainedAt")?,
        unsubscribed_at: word(item, "unsubscribedAt")?,
        failed_at: word(item, "failedAt")?,
        failed_reason: word(item, "failedReason")?,
        explained: explained.as_deref().map(read_explained).transpose()?,
        intent: intent.map(|(at, by)| Intent { at, by }),
        unknown_at: word(item, "unknownAt")?,
        provider_id: word(item, "providerId")?,
        skipped_reason: word(item, "skippedReason")?,
        skipped_phase: word(item, "skippedPhase")?,
        subject: word(item, "subject")?,
        body: word(item, "body")?,
    };
    Ok(stored.reconciled())
}

fn word<T: DeserializeOwned>(item: &mut Item, name: &str) -> Result<Option<T>, StoreError> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => T::deserialize(StringDeserializer::<ValueError>::new(text)).map(Some).map_err(corrupt),
        Some(_) => Err(corrupt(format!("{name} of an entry of the log is no text"))),
    }
}

fn number(item: &mut Item, name: &str) -> Result<Option<u32>, StoreError> {
    match item.remove(name) {
        None => Ok(None),
        Some(AttributeValue::N(digits)) => digits.parse().map(Some).map_err(corrupt),
        Some(_) => Err(corrupt(format!("{name} of an entry of the log is no number"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::customer::Channel;
    use crm_domain::email::Email;
    use crm_domain::message::{Phase, SkipReason, Tally};
    use crm_domain::suppression::AddressHash;

    fn stored(entry: &Message) -> Item {
        whole(CampaignId::generate(), 3, entry).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn entries_survive_storage() {
        let email = Email::parse("a@example.com").unwrap();
        let at = Time::parse("2026-11-22T10:00:00.5Z").ok();
        let entry = Message {
            customer_id: CustomerId::of(&email),
            email: email.to_string(),
            channel: Channel::Sms,
            address: AddressHash::parse("0123456789abcdef0123456789abcdef"),
            variant: 2,
            place: 7,
            waits: true,
            queued_at: at.unwrap(),
            due_at: at,
            sent_at: at,
            delivered_at: at,
            opened_at: at.map(|at| at.plus(3)),
            last_opened_at: at.map(|at| at.plus(90_000_000)),
            machine_opened_at: at,
            clicked_at: None,
            converted_at: at,
            bounced_at: None,
            complained_at: None,
            unsubscribed_at: at,
            failed_at: None,
            failed_reason: Some("x".into()),
            explained: Some(Explained { at: at.unwrap(), reason: "mailbox full".into() }),
            intent: Some(Intent::new(at.unwrap())),
            unknown_at: at,
            provider_id: Some("m-1".into()),
            skipped_reason: Some(SkipReason::NoConsent),
            skipped_phase: Some(Phase::Send),
            subject: None,
            body: Some("text".into()),
        };
        let item = stored(&entry);
        assert_eq!(item.get("sentAt"), Some(&AttributeValue::S("2026-11-22T10:00:00.500000Z".into())));
        assert_eq!(read_message(item).unwrap(), entry);
        let lost = Message { sent_at: None, delivered_at: None, unsubscribed_at: None, skipped_reason: None, ..entry.clone() };
        let waits = Message { unknown_at: None, ..lost.clone() };
        for entry in [entry, lost, waits] {
            let mut item = stored(&entry);
            item.retain(|name, _| COUNTED.contains(&name.as_str()));
            let (mut whole, mut counted) = (Tally::default(), Tally::default());
            whole.count(&entry);
            counted.count(&read_message(item).unwrap());
            assert_eq!(whole, counted);
        }
    }

    #[test]
    fn what_is_no_entry_is_not_read_as_one() {
        let entry = Message::blank(&Email::parse("a@example.com").unwrap(), Time::from_micros(0));
        let item = stored(&entry);
        for name in ["customerId", "email", "channel", "variant", "queuedAt"] {
            let mut without = item.clone();
            without.remove(name);
            assert!(matches!(read_message(without), Err(StoreError::Corrupt(_))), "{name}");
            let other = item.clone().into_iter().chain([(name.to_owned(), AttributeValue::Bool(true))]).collect();
            assert!(matches!(read_message(other), Err(StoreError::Corrupt(_))), "{name}");
        }
        let told = item.into_iter().chain([("explained".to_owned(), AttributeValue::S("full".to_owned()))]).collect();
        assert!(matches!(read_message(told), Err(StoreError::Corrupt(_))));
    }
}
