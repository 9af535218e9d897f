//! Items as they are stored. Each record is written whole and names its fields as the domain does.

use std::collections::{BTreeMap, BTreeSet};

use crm_domain::activity::Activity;
use crm_domain::customer::{AttributeValue as Attribute, Consents, Customer};
use crm_domain::email::Email;
use crm_domain::history::{History, Sums};
use crm_domain::identity::{Erasure, Identity, Merged};
use crm_domain::ids::{ActivityId, ChapterId, CustomerId, OrderId, SegmentId};
use crm_domain::money::Money;
use crm_domain::order::{Order, OrderBody, OrderStatus};
use crm_domain::ports::{StoreError, Versioned};
use crm_domain::rules::{Part, Reads};
use crm_domain::stamp::{Stamp, Stamps};
use crm_domain::time::Time;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::error::corrupt;
use crate::items::Item;

/// Partitions that share the orders, or the customers, of one day in the newest-first lists: each takes 1,000 writes a second.
const LIST_SHARDS: u32 = 4;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerRecord {
    id: CustomerId,
    email: Email,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    tags: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Attribute>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    lists: BTreeSet<SegmentId>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    other_emails: BTreeSet<Email>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_consent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms_consent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whatsapp_consent: Option<bool>,
    #[serde(default)]
    visits_given: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    visits_merged: BTreeMap<CustomerId, u64>,
    #[serde(default)]
    visits_recorded: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_given: Option<Time>,
    first_seen: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen_at: Option<Time>,
    #[serde(default)]
    order_count: u64,
    #[serde(default)]
    total_spend: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_order_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_order_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_purchase_at: Option<Time>,
    /// Sixteen bytes for each chapter of the history, from the oldest on.
    #[serde(default, skip_serializing_if = "<[u8]>::is_empty")]
    chapters: ByteBuf,
    /// What follows the last chapter.
    #[serde(default)]
    history: ByteBuf,
    #[serde(default)]
    stamps: ByteBuf,
    #[serde(default = "epoch")]
    updated_at: Time,
    #[serde(default)]
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_sort: Option<String>,
}

/// What a customer leaves under its identity. It has no address, which tells it from a customer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GoneRecord {
    id: CustomerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merged_into: Option<Email>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erased_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_consent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sms_consent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    whatsapp_consent: Option<bool>,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderRecord {
    id: OrderId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stamp: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<OrderBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status_stamp: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<OrderStatus>,
    #[serde(default)]
    conflict: bool,
    version: u64,
    /// Keys of the indexes; absent while there is no standing version, which keeps the item out of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer_id: Option<CustomerId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list_sort: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActivityRecord {
    customer_id: CustomerId,
    id: ActivityId,
    kind: String,
    at: Time,
    stamp: Stamp,
    version: u64,
}

/// What an item of the customers' table has.
pub(crate) enum StoredIdentity {
    Customer(Box<StoredCustomer>),
    Gone(Versioned<Identity>),
}

/// A customer as its item alone has it.
pub(crate) struct StoredCustomer {
    /// Without its history.
    pub customer: Versioned<Customer>,
    pub chapters: Vec<ChapterId>,
    pub tail: Vec<u8>,
}

/// The item of version `version` of what stands under an identity.
pub(crate) fn identity_item(id: CustomerId, identity: &Identity, version: u64, updated_at: Time) -> Result<Item, StoreError> {
    let (merged_into, erased_at, refused) = match identity {
        Identity::Customer(customer) => return customer_item(customer, version, updated_at),
        Identity::Merged(Merged { into, erased_at }) => (Some(into.clone()), *erased_at, Consents::default()),
        Identity::Erased(Erasure { at, refused }) => (None, Some(*at), *refused),
    };
    let Consents { email: email_consent, sms: sms_consent, whatsapp: whatsapp_consent } = refused;
    let record = GoneRecord { id, merged_into, erased_at, email_consent, sms_consent, whatsapp_consent, version };
    serde_dynamo::to_item(record).map_err(corrupt)
}

/// The reverse of [`identity_item`].
pub(crate) fn read_identity(item: Item) -> Result<StoredIdentity, StoreError> {
    if item.contains_key("email") {
        return read_customer(item).map(|stored| StoredIdentity::Customer(Box::new(stored)));
    }
    let record: GoneRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let refused = Consents { email: record.email_consent, sms: record.sms_consent, whatsapp: record.whatsapp_consent };
    let identity = match (record.merged_into, record.erased_at) {
        (Some(into), erased_at) => Identity::Merged(Merged { into, erased_at }),
        (None, Some(at)) => Identity::Erased(Erasure { at, refused }),
        (None, None) => return Err(corrupt("an identity of nobody")),
    };
    Ok(StoredIdentity::Gone(Versioned { version: record.version, record: identity }))
}

/// The item of version `version` of a customer.
pub(crate) fn customer_item(customer: &Customer, version: u64, updated_at: Time) -> Result<Item, StoreError> {
    let Customer { id, created_given, first_seen, seen_at, last_purchase_at, visits_given, visits_recorded, .. } = *customer;
    let (list_key, list_sort) = customer_list(customer);
    serde_dynamo::to_item(CustomerRecord {
        id,
        email: customer.email.clone(),
        name: customer.name.clone(),
        phone: customer.phone.clone(),
        city: customer.city.clone(),
        country: customer.country.clone(),
        time_zone: customer.time_zone.clone(),
        tags: customer.tags.clone(),
        attributes: customer.attributes.clone(),
        lists: customer.lists.clone(),
        other_emails: customer.other_emails.clone(),
        erased_at: customer.erased_at,
        email_consent: customer.consents.email,
        sms_consent: customer.consents.sms,
        whatsapp_consent: customer.consents.whatsapp,
        visits_given,
        visits_merged: customer.visits_merged.clone(),
        visits_recorded,
        created_given,
        first_seen,
        seen_at,
        order_count: customer.sums.order_count,
        total_spend: customer.sums.total_spend,
        first_order_at: customer.sums.first_order_at,
        last_order_at: customer.sums.last_order_at,
        last_purchase_at,
        chapters: ByteBuf::from(
            customer.history.chapters().iter().flat_map(|chapter| *chapter.id.as_bytes()).collect::<Vec<u8>>(),
        ),
        history: ByteBuf::from(customer.history.tail()),
        stamps: ByteBuf::from(customer.stamps.pack()),
        updated_at,
        version,
        list_key: Some(list_key),
        list_sort: Some(list_sort),
    })
    .map_err(corrupt)
}

/// Reads a customer. Attributes that a scan did not ask for take their defaults.
pub(crate) fn read_customer(item: Item) -> Result<StoredCustomer, StoreError> {
    let record: CustomerRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let (chapters, []) = record.chapters.as_chunks() else { return Err(corrupt("chapters")) };
    let chapters = chapters.iter().copied().map(ChapterId::from_bytes).collect();
    let stamps = unpacked(&record.stamps, Stamps::unpack, "stamps")?;
    let customer = Customer {
        id: record.id,
        email: record.email,
        name: record.name,
        phone: record.phone,
        city: record.city,
        country: record.country,
        time_zone: record.time_zone,
        tags: record.tags,
        attributes: record.attributes,
        lists: record.lists,
        other_emails: record.other_emails,
        erased_at: record.erased_at,
        consents: Consents { email: record.email_consent, sms: record.sms_consent, whatsapp: record.whatsapp_consent },
        visits_given: record.visits_given,
        visits_merged: record.visits_merged,
        visits_recorded: record.visits_recorded,
        created_given: record.created_given,
        first_seen: record.first_seen,
        seen_at: record.seen_at,
        history: History::default(),
        sums: Sums {
            order_count: record.order_count,
            total_spend: record.total_spend,
            first_order_at: record.first_order_at,
            last_order_at: record.last_order_at,
        },
        last_purchase_at: record.last_purchase_at,
        stamps,
        updated_at: record.updated_at,
    };
    let customer = Versioned { version: record.version, record: customer };
    Ok(StoredCustomer { customer, chapters, tail: record.history.into_vec() })
}

/// Names of the attributes that hold what `reads` asks for, and of those that every customer must have.
pub(crate) fn scanned_attributes(reads: &Reads) -> Vec<&'static str> {
    let of = |part: Part| -> &'static [&'static str] {
        match part {
            Part::Name => &["name"],
            Part::Email => &[],
            Part::Phone => &["phone"],
            Part::City => &["city"],
            Part::Country => &["country"],
            Part::TimeZone => &["timeZone"],
            Part::Tags => &["tags"],
            Part::Attributes => &["attributes"],
            Part::Lists => &["lists"],
            Part::Consents => &["emailConsent", "smsConsent", "whatsappConsent"],
            Part::Visits => &["visitsGiven", "visitsMerged", "visitsRecorded"],
            Part::CreatedAt => &["createdGiven"],
            Part::LastActiveAt => &["seenAt", "lastPurchaseAt"],
            Part::Sums => &["orderCount", "totalSpend", "firstOrderAt", "lastOrderAt"],
            Part::History => &["chapters", "history"],
        }
    };
    reads.parts().flat_map(of).chain(&["id", "email", "otherEmails", "firstSeen", "version"]).copied().collect()
}

/// The item of version `version` of an order.
pub(crate) fn order_item(order: &Order, version: u64) -> Result<Item, StoreError> {
    let list = order_list(order);
    let (stamp, body) = order.standing.clone().unzip();
    let (status_stamp, status) = order.status.clone().unzip();
    serde_dynamo::to_item(OrderRecord {
        id: order.id,
        stamp,
        customer_id: order.customer_id(),
        body,
        status_stamp,
        status,
        conflict: order.conflict,
        version,
        list_key: list.as_ref().map(|(key, _)| key.clone()),
        list_sort: list.map(|(_, sort)| sort),
    })
    .map_err(corrupt)
}

/// Reads an order.
pub(crate) fn read_order(item: Item) -> Result<Versioned<Order>, StoreError> {
    let record: OrderRecord = serde_dynamo::from_item(item).map_err(corrupt)?;
    let order = Order {
        id: record.id,
        standing: record.stamp.zip(record.body),
        status: record.status_stamp.zip(record.status),
        conflict: record.conflict,
    };
    Ok(Versioned { version: record.version, record: order })
}

/// The item of version `version` of an activity.
pub(crate) fn activity_item(activity: &Activity, version: u64) -> Result<Item, StoreError> {
    let Activity { customer, id, kind, at, stamp } = activity.clone();
    serde_dynamo::to_item(ActivityRecord { customer_id: customer, id, kind, at, stamp, version }).map_err(corrupt)
}

/// Reads an activity.
pub(crate) fn read_activity(item: Item) -> Result<Versioned<Activity>, StoreError> {
    let ActivityRecord { customer_id, id, kind, at, stamp, version } = serde_dynamo::from_item(item).map_err(corrupt)?;
    Ok(Versioned { version, record: Activity { customer: customer_id, id, kind, at, stamp } })
}

/// Partition and sort key of an order in the newest-first list.
pub(crate) fn order_list(order: &Order) -> Option<(String, String)> {
    let at = order.placed_at()?;
    Some((format!("{}#{}", at.date(), order.id.shard(LIST_SHARDS)), format!("{}#{}", at.sortable(), order.id)))
}

/// Partition and sort key of a customer in the newest-first list.
pub(crate) fn customer_list(customer: &Customer) -> (String, String) {
    let at = customer.created_at();
    (format!("{}#{}", at.date(), customer.id.shard(LIST_SHARDS)), format!("{}#{}", at.sortable(), customer.id))
}

fn unpacked<T: Default>(bytes: &[u8], unpack: impl FnOnce(&[u8]) -> Option<T>, what: &str) -> Result<T, StoreError> {
    if bytes.is_empty() { Ok(T::default()) } else { unpack(bytes).ok_or_else(|| corrupt(format!("packed {what}"))) }
}

const fn epoch() -> Time {
    Time::from_micros(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_domain::customer::ConsentDefaults;
    use crm_domain::history::Product;
    use crm_domain::json::Json;
    use crm_domain::money::Currency;
    use crm_domain::rules::{Context, Rules};
    use serde_json::{Value, json};

    /// What every customer must have to be one.
    const ALWAYS: [&str; 5] = ["email", "firstSeen", "id", "otherEmails", "version"];

    fn rules(condition: &Value) -> Rules {
        let wire = json!({"combinator": "and", "rules": [condition]}).to_string();
        Rules::parse(&Json::parse(wire.as_bytes()).unwrap(), "rules", &Currency::parse("INR").unwrap()).unwrap()
    }

    /// Somebody of whom everything is known.
    fn asha() -> Customer {
        let at = Time::parse("2026-01-01").unwrap();
        let mut customer = Customer::new(Email::parse("asha@x.in").unwrap(), at);
        let text = |text: &str| Some(text.to_owned());
        (customer.name, customer.phone, customer.city) = (text("Asha"), text("+911"), text("Pune"));
        (customer.country, customer.time_zone) = (text("IN"), text("Asia/Kolkata"));
        customer.tags.insert("vip".to_owned());
        customer.attributes.insert("score".to_owned(), Attribute::Number(7.0));
        customer.consents = Consents { email: Some(false), sms: Some(true), whatsapp: Some(true) };
        (customer.visits_given, customer.visits_recorded) = (2, 3);
        (customer.created_given, customer.seen_at) = (Some(at.plus(-1)), Some(at.plus(1)));
        let tea = Product { sku: "tea".to_owned(), name: "Green Tea".to_owned() };
        customer.history.add(at, Money::from_minor(500), true, [tea]);
        customer.recount();
        customer
    }

    #[test]
    fn a_scan_reads_what_the_rules_can_name_and_nothing_else() {
        let whole = customer_item(&asha(), 3, Time::from_micros(9)).unwrap();
        let context = Context { now: Time::parse("2026-01-02").unwrap(), consent_defaults: ConsentDefaults::default() };
        let mut named: BTreeSet<&str> = ALWAYS.into();
        for (condition, attributes) in [
            (json!({"field": "name", "operator": "=", "value": "asha"}), &["name"][..]),
            (json!({"field": "email", "operator": "endsWith", "value": "x.in"}), &[]),
            (json!({"field": "phone", "operator": "notNull"}), &["phone"]),
            (json!({"field": "city", "operator": "=", "value": "pune"}), &["city"]),
            (json!({"field": "country", "operator": "=", "value": "in"}), &["country"]),
            (json!({"field": "timeZone", "operator": "notNull"}), &["timeZone"]),
            (json!({"field": "tags", "operator": "contains", "value": "VIP"}), &["tags"]),
            (json!({"field": "attributes.score", "operator": ">", "value": 6}), &["attributes"]),
            (
                json!({"field": "emailConsent", "operator": "=", "value": false}),
                &["emailConsent", "smsConsent", "whatsappConsent"],
            ),
            (json!({"field": "visits", "operator": "=", "value": 5}), &["visitsGiven", "visitsMerged", "visitsRecorded"]),
            (json!({"field": "createdAt", "operator": "<", "value": "2026-01-01"}), &["createdGiven"]),
            (json!({"field": "lastActiveAt", "operator": "within", "value": "P1D"}), &["seenAt", "lastPurchaseAt"]),
            (
                json!({"field": "totalSpend", "operator": "=", "value": 5}),
                &["orderCount", "totalSpend", "firstOrderAt", "lastOrderAt"],
            ),
            (
                json!({"field": "lastOrderAt", "operator": "notNull"}),
                &["orderCount", "totalSpend", "firstOrderAt", "lastOrderAt"],
            ),
            (json!({"field": "orderCount", "operator": "=", "value": 1, "within": "P1D"}), &["chapters", "history"]),
            (json!({"field": "purchasedSku", "operator": "contains", "value": "tea"}), &["chapters", "history"]),
        ] {
            let rules = rules(&condition);
            let read: BTreeSet<&str> = scanned_attributes(&rules.reads()).into_iter().collect();
            let expected: BTreeSet<&str> = ALWAYS.iter().chain(attributes).copied().collect();
            assert_eq!(read, expected, "{condition}");
            named.extend(attributes);
            // And it is enough: from these attributes alone the answer is that from all of them.
            let projected: Item = whole.clone().into_iter().filter(|(name, _)| read.contains(name.as_str())).collect();
            let stored = read_customer(projected).unwrap();
            let mut customer = stored.customer.record;
            customer.history = History::join(&[], &stored.tail).unwrap();
            assert!(rules.holds(&asha(), &context), "{condition}");
            assert!(rules.holds(&customer, &context), "{condition}");
        }
        let listed = Rules::listed(SegmentId::generate(), &Currency::parse("INR").unwrap());
        assert!(scanned_attributes(&listed.reads()).contains(&"lists"));
        // What no rule can name is never read, whatever the rules.
        let never: BTreeSet<&str> = whole.keys().map(String::as_str).filter(|name| !named.contains(name)).collect();
        assert_eq!(never, ["listKey", "listSort", "stamps", "updatedAt"].into());
    }
}
