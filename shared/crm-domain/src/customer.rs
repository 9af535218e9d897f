//! A customer: what the merchant says of them, and what their orders and activities add up to.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::email::Email;
use crate::history::{History, Sums};
use crate::ids::{CustomerId, SegmentId};
use crate::money::Money;
use crate::stamp::Stamps;
use crate::suppression::telephone;
use crate::time::Time;

/// The value of a custom attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum AttributeValue {
    Flag(bool),
    Number(f64),
    Text(String),
}

/// Ways to reach a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    Email,
    Sms,
    Whatsapp,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Whatsapp];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
        }
    }

    /// The reverse of [`Channel::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}

/// Consent that a customer has given or withdrawn; `None` where they never said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Consents {
    pub email: Option<bool>,
    pub sms: Option<bool>,
    pub whatsapp: Option<bool>,
}

/// What the deployment takes for the consent of those who never said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentDefaults {
    pub email: bool,
    pub sms: bool,
    pub whatsapp: bool,
}

impl Default for ConsentDefaults {
    fn default() -> Self {
        Self { email: true, sms: false, whatsapp: false }
    }
}

/// The whole state of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    pub id: CustomerId,
    pub email: Email,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub city: Option<String>,
    pub country: Option<String>,
    pub time_zone: Option<String>,
    pub tags: BTreeSet<String>,
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The segments that list this customer by name.
    pub lists: BTreeSet<SegmentId>,
    /// Addresses of the customers who were merged into this one, directly or through others.
    pub other_emails: BTreeSet<Email>,
    /// What was said up to then is forgotten.
    pub erased_at: Option<Time>,
    pub consents: Consents,
    /// Visits that an upsert gave; those recorded as activities come on top.
    pub visits_given: u64,
    /// The same of the customers who were merged into this one.
    pub visits_merged: BTreeMap<CustomerId, u64>,
    pub visits_recorded: u64,
    pub created_given: Option<Time>,
    /// The earliest event that named this customer.
    pub first_seen: Time,
    /// The latest activity, or last-active time given.
    pub seen_at: Option<Time>,
    /// Empty where it was not asked for.
    pub history: History,
    /// Always the sums of the whole history; stored so that most rules need not read the history.
    pub sums: Sums,
    /// Latest order of any status; always that of the whole history.
    pub last_purchase_at: Option<Time>,
    pub stamps: Stamps,
    /// When the record last changed, by the worker's clock. Takes no part in what is true of the customer.
    pub updated_at: Time,
}

impl Customer {
    /// A customer of whom nothing is known but the address.
    #[must_use]
    pub fn new(email: Email, first_seen: Time) -> Self {
        Self {
            id: CustomerId::of(&email),
            email,
            name: None,
            phone: None,
            city: None,
            country: None,
            time_zone: None,
            tags: BTreeSet::new(),
            attributes: BTreeMap::new(),
            lists: BTreeSet::new(),
            other_emails: BTreeSet::new(),
            erased_at: None,
            consents: Consents::default(),
            visits_given: 0,
            visits_merged: BTreeMap::new(),
            visits_recorded: 0,
            created_given: None,
            first_seen,
            seen_at: None,
            history: History::default(),
            sums: Sums::default(),
            last_purchase_at: None,
            stamps: Stamps::default(),
            updated_at: first_seen,
        }
    }

    #[must_use]
    pub fn visits(&self) -> u64 {
        self.visits_given + self.visits_merged.values().sum::<u64>() + self.visits_recorded
    }

    #[must_use]
    pub fn created_at(&self) -> Time {
        self.created_given.unwrap_or(self.first_seen)
    }

    /// The latest of any activity, order or given value.
    #[must_use]
    pub fn last_active_at(&self) -> Option<Time> {
        self.seen_at.max(self.last_purchase_at)
    }

    #[must_use]
    pub const fn total_spend(&self) -> Money {
        self.sums.total_spend
    }

    /// Whether this customer may be written to on `channel`.
    #[must_use]
    pub fn consents_to(&self, channel: Channel, defaults: ConsentDefaults) -> bool {
        match channel {
            Channel::Email => self.consents.email.unwrap_or(defaults.email),
            Channel::Sms => self.consents.sms.unwrap_or(defaults.sms),
            Channel::Whatsapp => self.consents.whatsapp.unwrap_or(defaults.whatsapp),
        }
    }

    /// Whether there is an address for `channel`.
    #[must_use]
    pub fn reachable_on(&self, channel: Channel) -> bool {
        self.address_on(channel).is_some()
    }

    /// The address for `channel`, if there is one that the suppression list could have.
    #[must_use]
    pub fn address_on(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email => Some(self.email.as_str()),
            Channel::Sms | Channel::Whatsapp => self.phone.as_deref().filter(|phone| telephone(phone).is_some()),
        }
    }

    /// This identity, then those that were merged into it: whatever was stored under one of them is this customer's.
    #[must_use]
    pub fn identities(&self) -> Vec<CustomerId> {
        [self.id].into_iter().chain(self.other_emails.iter().map(CustomerId::of)).collect()
    }

    /// The address, then those of the customers who were merged into this one.
    pub fn emails(&self) -> impl Iterator<Item = &Email> {
        [&self.email].into_iter().chain(&self.other_emails)
    }

    /// Lower-cased words by whose beginnings a search finds this customer: those of the name, and the addresses.
    #[must_use]
    pub fn search_tokens(&self) -> BTreeSet<String> {
        let name = self.name.as_deref().unwrap_or_default().to_lowercase();
        let words = name.split_whitespace().take(8).map(str::to_owned);
        words.chain(self.emails().map(|email| email.as_str().to_owned())).collect()
    }

    /// Brings the stored sums in line after a change of the history.
    pub fn recount(&mut self) {
        self.sums = self.history.sums();
        self.last_purchase_at = self.history.latest();
    }
}
