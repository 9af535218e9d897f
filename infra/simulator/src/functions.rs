//! The functions as their `main` puts them together, but for what they sign with and where files are.

use std::sync::Arc;

use aws_config::SdkConfig;
use axum::Router;
use clock::tick::Clock;
use crm_aws::{Dynamo, Sqs};
use crm_domain::customer::ConsentDefaults;
use crm_domain::export::PART_BYTES;
use crm_domain::export::table::Terms;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{ReadSecrets, SigningKeys, StoreError};
use crm_lambda::addresses::Addresses;
use crm_lambda::api::App;
use crm_lambda::auth::Keys;
use crm_lambda::batch::Incoming;
use crm_lambda::config::Settings;
use crm_lambda::memberships::Keeper;
use crm_lambda::serve::finished;
use delivery_worker::worker::Letterhead;
use segment_stream::changes::settle;
use segment_worker::export::Exports;

use crate::consumer::Takes;
use crate::files::NoFiles;
use crate::post::Post;
use crate::stream::Follows;
use crate::template::variables;
use crate::workload::currency;

/// The tables, for whoever has this configuration.
///
/// # Panics
/// The template leaves one of them out.
#[must_use]
pub fn store(config: &SdkConfig) -> Dynamo {
    Dynamo::named_by(config, currency(), variables).expect("the template names all tables")
}

/// The queues, for whoever has this configuration.
#[must_use]
pub fn queue(config: &SdkConfig) -> Sqs {
    Sqs::named_by(config, variables)
}

/// What stands for consent that nobody gave or refused.
#[must_use]
pub fn consent_defaults() -> ConsentDefaults {
    ConsentDefaults::default()
}

/// Applies what is said.
pub type WriteWorker = write_worker::consume::Worker<Dynamo, Sqs>;
/// Builds and sweeps meanings of segments.
pub type SegmentWorker = segment_worker::worker::Worker<Dynamo, Sqs, NoFiles>;

/// `write-worker`.
#[must_use]
pub fn write_worker(config: &SdkConfig) -> WriteWorker {
    WriteWorker { store: Arc::new(store(config)), queue: Arc::new(queue(config)), currency: currency() }
}

impl Takes for WriteWorker {
    async fn take(&self, messages: Vec<Incoming>) -> Vec<String> {
        self.consume(messages).await
    }
}

/// `segment-worker`.
#[must_use]
pub fn segment_worker(config: &SdkConfig) -> SegmentWorker {
    let store = Arc::new(store(config));
    let keeper = Keeper::new(store.clone(), consent_defaults());
    let terms = Terms { currency: currency(), consent_defaults: consent_defaults() };
    let exports = Exports { files: Arc::new(NoFiles), terms, part_bytes: PART_BYTES };
    SegmentWorker { store, queue: Arc::new(queue(config)), keeper, exports }
}

impl Takes for SegmentWorker {
    async fn take(&self, messages: Vec<Incoming>) -> Vec<String> {
        self.handle(messages).await
    }
}

/// Takes the traces of whoever was erased out of every store.
pub type ErasureWorker = erasure_worker::worker::Worker<Dynamo, Sqs, NoFiles, NoFiles>;

/// `erasure-worker`.
#[must_use]
pub fn erasure_worker(config: &SdkConfig) -> ErasureWorker {
    let (files, uploads) = (Arc::new(NoFiles), Arc::new(NoFiles));
    ErasureWorker { store: Arc::new(store(config)), queue: Arc::new(queue(config)), files, uploads }
}

impl Takes for ErasureWorker {
    async fn take(&self, messages: Vec<Incoming>) -> Vec<String> {
        self.handle(messages).await
    }
}

/// Settles those who have changed.
pub struct SegmentStream {
    keeper: Keeper<Dynamo>,
    queue: Sqs,
}

/// `segment-stream`.
#[must_use]
pub fn segment_stream(config: &SdkConfig) -> SegmentStream {
    SegmentStream { keeper: Keeper::new(Arc::new(store(config)), consent_defaults()), queue: queue(config) }
}

impl Follows for SegmentStream {
    async fn follow(&self, customers: Vec<CustomerId>) -> bool {
        settle(&self.keeper, &self.queue, customers).await.is_ok()
    }
}

/// `clock`.
#[must_use]
pub fn clock(config: &SdkConfig) -> Clock<Dynamo, Sqs> {
    Clock { keeper: Keeper::new(Arc::new(store(config)), consent_defaults()), queue: Arc::new(queue(config)) }
}

fn app(config: &SdkConfig) -> App<Dynamo, Sqs> {
    let settings = Settings { currency: currency(), consent_defaults: consent_defaults() };
    App { store: Arc::new(store(config)), queue: Arc::new(queue(config)), settings: Arc::new(settings) }
}

/// `orders-api`.
pub fn orders_api(config: &SdkConfig) -> Router {
    finished(orders_api::http::router(app(config), keys()))
}

/// `customers-api`.
pub fn customers_api(config: &SdkConfig) -> Router {
    finished(customers_api::http::router(app(config), Arc::new(NoFiles), keys()))
}

/// `segments-api`.
pub fn segments_api(config: &SdkConfig) -> Router {
    finished(segments_api::http::router(app(config), Arc::new(NoFiles), keys()))
}

/// `campaigns-api`.
pub fn campaigns_api(config: &SdkConfig) -> Router {
    let app = app(config);
    let addresses = Addresses::new(Arc::new(Secrets), app.store.clone());
    finished(campaigns_api::http::router(app, keys(), addresses))
}

/// Brings campaigns to their recipients.
pub type DeliveryWorker = delivery_worker::worker::Worker<Dynamo, Sqs, Post>;

/// `delivery-worker`, with this provider.
#[must_use]
pub fn delivery_worker(config: &SdkConfig, post: Post) -> DeliveryWorker {
    let store = Arc::new(store(config));
    let addresses = Addresses::new(Arc::new(Secrets), store.clone());
    let letterhead = Letterhead { keys: keys(), public_url: "https://crm.simulated".to_owned() };
    DeliveryWorker::new(store, Arc::new(queue(config)), Arc::new(post), consent_defaults(), addresses, letterhead)
}

impl Takes for DeliveryWorker {
    async fn take(&self, messages: Vec<Incoming>) -> Vec<String> {
        self.handle(messages).await
    }
}

/// The keys of the deployment.
#[must_use]
pub fn signing_keys() -> SigningKeys {
    SigningKeys(vec!["the key of a simulated deployment".to_owned()])
}

fn keys() -> Keys {
    Keys::new(Arc::new(Secrets))
}

/// A secret that is always there.
pub struct Secrets;

impl ReadSecrets for Secrets {
    async fn signing_keys(&self) -> Result<SigningKeys, StoreError> {
        Ok(signing_keys())
    }
}
