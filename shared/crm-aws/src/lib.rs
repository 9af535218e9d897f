//! The ports of the domain, on AWS: one [`Dynamo`] for all tables, [`Sqs`], [`S3Uploads`], [`SecretsManager`], and
//! the [`Providers`] that send letters.
//!
//! Each adapter is made once per environment, from the variables that template.yaml sets; IAM decides which of the
//! tables and queues a function can really reach.

mod access;
mod ai;
mod alarms;
mod app;
mod apply;
#[cfg(feature = "s3")]
mod attached;
mod attachments;
mod audit;
mod batch;
mod bill;
#[cfg(feature = "s3")]
mod bucket;
#[cfg(feature = "events")]
mod bus;
mod campaigns;
mod changes;
mod connection;
mod contacts;
mod customers;
#[cfg(feature = "sqs")]
mod dead_letters;
mod deliveries;
mod dynamo;
mod entries;
mod erasures;
mod error;
#[cfg(feature = "s3")]
mod exported;
mod exports;
mod figures;
mod histories;
mod imports;
mod intents;
mod items;
mod listing;
mod log;
mod memberships;
mod meter;
mod names;
mod orders;
mod partition;
#[cfg(feature = "providers")]
mod providers;
mod receipts;
#[cfg(feature = "webhooks")]
mod receivers;
mod records;
mod reports;
mod requests;
mod search;
#[cfg(feature = "secrets")]
mod secrets;
mod segments;
mod settings;
#[cfg(feature = "sqs")]
mod simulated;
mod sizes;
#[cfg(feature = "sqs")]
mod sqs;
mod statements;
mod suppressions;
mod traces;
mod transaction;
mod turns;
#[cfg(feature = "s3")]
mod uploads;
mod usage;
mod waiting;
mod webhooks;

#[cfg(feature = "s3")]
pub use bucket::S3Uploads;
#[cfg(feature = "events")]
pub use bus::Bus;
pub use changes::{Image, Recorded};
pub use connection::config;
pub use dynamo::{Dynamo, MissingVariable, Variables};
pub use entries::settlement;
#[cfg(feature = "providers")]
pub use providers::{ProviderFault, Providers};
#[cfg(feature = "webhooks")]
pub use receivers::Receivers;
#[cfg(feature = "secrets")]
pub use secrets::SecretsManager;
#[cfg(feature = "sqs")]
pub use simulated::Simulated;
#[cfg(feature = "sqs")]
pub use sqs::Sqs;
