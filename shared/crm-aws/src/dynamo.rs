//! The client and the names of the tables.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use crm_domain::ids::CampaignId;
use crm_domain::money::Currency;
use crm_domain::names::Names;
use crm_domain::segment::Segments;
use jiff::civil::Date;

use crate::meter::dynamodb::{Counting, Index};

/// A variable that template.yaml should have set.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {0} is not set")]
pub struct MissingVariable(pub &'static str);

/// The environment of a function: what it says by a name.
pub type Variables = fn(&str) -> Option<String>;

/// The environment of this process.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The secondary indexes of the tables of customers, orders, audit entries, suppressions and deliveries, as template.yaml has
/// them.
const INDEXES: [&[Index]; 5] = [
    &[Index { keys: ["listKey", "listSort"], is_whole: false }],
    &[Index { keys: ["listKey", "listSort"], is_whole: true }, Index { keys: ["customerId", "listSort"], is_whole: true }],
    &[Index { keys: ["actorId", "id"], is_whole: true }, Index { keys: ["object", "id"], is_whole: true }],
    &[Index { keys: ["listKey", "listSort"], is_whole: true }],
    &[Index { keys: ["customerId", "id"], is_whole: false }],
];

/// All tables of the CRM.
pub struct Dynamo {
    pub(crate) client: Client,
    pub(crate) customers: String,
    pub(crate) histories: String,
    pub(crate) orders: String,
    pub(crate) activities: String,
    pub(crate) search: String,
    pub(crate) messages: String,
    pub(crate) app: String,
    pub(crate) memberships: String,
    pub(crate) timers: String,
    pub(crate) access: String,
    pub(crate) requests: String,
    pub(crate) audit: String,
    pub(crate) erasures: String,
    pub(crate) suppressions: String,
    pub(crate) deliveries: String,
    /// Amounts in stored rules are in its major units.
    pub(crate) currency: Currency,
    /// Rows of the list directory known to exist, so that each is written about once per environment.
    pub(crate) known_lists: Mutex<HashSet<String>>,
    /// All segments, as they were last read.
    pub(crate) known_segments: Mutex<Arc<Segments>>,
    /// The names of things, and the day on which they were read.
    pub(crate) known_names: Mutex<Option<(Date, Names)>>,
    /// Number of shards of the logs of campaigns, which never changes.
    pub(crate) log_shards: Mutex<HashMap<CampaignId, u32>>,
}

impl Dynamo {
    /// Reads the tables' names from `CUSTOMERS_TABLE`, `ORDERS_TABLE` and so on.
    pub fn from_env(config: &aws_config::SdkConfig, currency: Currency) -> Result<Self, MissingVariable> {
        Self::named_by(config, currency, env)
    }

    /// The same, from variables of another environment than this process has.
    pub fn named_by(config: &aws_config::SdkConfig, currency: Currency, variables: Variables) -> Result<Self, MissingVariable> {
        let variable = |name| variables(name).ok_or(MissingVariable(name));
        let (customers, orders) = (variable("CUSTOMERS_TABLE")?, variable("ORDERS_TABLE")?);
        let (audit, suppressions, deliveries) =
            (variable("AUDIT_TABLE")?, variable("SUPPRESSIONS_TABLE")?, variable("DELIVERIES_TABLE")?);
        let indexed = [&customers, &orders, &audit, &suppressions, &deliveries].map(Clone::clone).into_iter().zip(INDEXES);
        let counted = aws_sdk_dynamodb::config::Builder::from(config).interceptor(Counting::new(indexed));
        Ok(Self {
            client: Client::from_conf(counted.build()),
            customers,
            histories: variable("HISTORIES_TABLE")?,
            orders,
            activities: variable("ACTIVITIES_TABLE")?,
            search: variable("SEARCH_TABLE")?,
            messages: variable("MESSAGES_TABLE")?,
            app: variable("APP_TABLE")?,
            memberships: variable("MEMBERSHIPS_TABLE")?,
            timers: variable("TIMERS_TABLE")?,
            access: variable("ACCESS_TABLE")?,
            requests: variable("REQUESTS_TABLE")?,
            audit,
            erasures: variable("ERASURES_TABLE")?,
            suppressions,
            deliveries,
            currency,
            known_lists: Mutex::default(),
            known_segments: Mutex::default(),
            known_names: Mutex::default(),
            log_shards: Mutex::default(),
        })
    }
}

pub(crate) fn variable(name: &'static str) -> Result<String, MissingVariable> {
    env(name).ok_or(MissingVariable(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indexes_that_are_counted_are_those_of_the_template() {
        let template = include_str!("../../../template.yaml");
        let told: usize = INDEXES.iter().map(|indexes| indexes.len()).sum();
        assert_eq!(template.matches("- IndexName: ").count(), told);
        for index in INDEXES.iter().copied().flatten() {
            let [hash, range] = index.keys;
            let keys = format!(
                "            - {{AttributeName: {hash}, KeyType: HASH}}\n            - {{AttributeName: {range}, KeyType: RANGE}}\n          \
                 Projection: {{ProjectionType: {}}}\n",
                if index.is_whole { "ALL" } else { "KEYS_ONLY" }
            );
            assert!(template.contains(&keys), "{keys}");
        }
    }
}
