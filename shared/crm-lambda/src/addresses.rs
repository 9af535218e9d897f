//! The suppression list as senders ask it: with the key that hashes addresses, which is looked for among the deployment's
//! secrets. A list that was hashed with a key that is not there stops whoever asks: an empty answer would be mistaken for
//! leave to write.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crm_domain::customer::{Channel, Customer};
use crm_domain::ids::CustomerId;
use crm_domain::ports::{ReadSecrets, ReadSuppressions, StoreError};
use crm_domain::suppression::{AddressHash, AddressKey};
use futures_util::future::BoxFuture;
use moka::future::Cache;

type Fetch = dyn Fn() -> BoxFuture<'static, Result<AddressKey, StoreError>> + Send + Sync;

/// The key of the suppression list, found once and kept for the life of the environment.
#[derive(Clone)]
pub struct Addresses {
    fetch: Arc<Fetch>,
    cache: Cache<(), Arc<AddressKey>>,
}

impl Addresses {
    #[must_use]
    pub fn new<R: ReadSecrets, S: ReadSuppressions>(secrets: Arc<R>, list: Arc<S>) -> Self {
        let fetch = move || {
            let (secrets, list) = (secrets.clone(), list.clone());
            Box::pin(async move { found(&*secrets, &*list).await }) as BoxFuture<'static, _>
        };
        Self { fetch: Arc::new(fetch), cache: Cache::builder().max_capacity(1).build() }
    }

    /// The key; concurrent callers share one request.
    pub async fn key(&self) -> Result<Arc<AddressKey>, StoreError> {
        let key = self.cache.try_get_with((), async { (self.fetch)().await.map(Arc::new) }).await;
        key.map_err(|error| match &*error {
            StoreError::Corrupt(what) => StoreError::Corrupt(what.clone()),
            _ => StoreError::Unavailable(Box::new(error)),
        })
    }
}

async fn found<R: ReadSecrets, S: ReadSuppressions>(secrets: &R, list: &S) -> Result<AddressKey, StoreError> {
    let candidates: Vec<AddressKey> =
        secrets.address_secrets().await?.0.iter().map(|secret| AddressKey::of_secret(secret)).collect();
    let missing = || StoreError::Corrupt("the key of the suppression list: put it into the secret as addressKey".to_owned());
    let noted = list.keyed_by(&candidates.first().ok_or_else(missing)?.fingerprint()).await?;
    candidates.into_iter().find(|key| key.fingerprint() == noted).ok_or_else(missing)
}

/// Those of `customers` who are on the suppression list with their address on `channel`.
pub async fn suppressed_among<S: ReadSuppressions>(
    list: &S,
    key: &AddressKey,
    channel: Channel,
    customers: impl Iterator<Item = &Customer>,
) -> Result<HashSet<CustomerId>, StoreError> {
    let mut owners: BTreeMap<AddressHash, Vec<CustomerId>> = BTreeMap::new();
    for customer in customers {
        if let Some(hash) = key.of(customer, channel) {
            owners.entry(hash).or_default().push(customer.id);
        }
    }
    if owners.is_empty() {
        return Ok(HashSet::new());
    }
    let asked: Vec<AddressHash> = owners.keys().copied().collect();
    let suppressed = list.suppressed(&asked).await?;
    Ok(suppressed.into_iter().filter_map(|one| owners.remove(&one.id)).flatten().collect())
}
