//! The suppression list.

use std::future::Future;

use crate::audit::AuditEntry;
use crate::ports::{Page, Stored};
use crate::suppression::{AddressHash, Note, Suppression, SuppressionFilter};
use crate::time::Time;

/// Secrets from which the key of the suppression list may follow.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressSecrets(pub Vec<String>);

impl std::fmt::Debug for AddressSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressSecrets(..)")
    }
}

pub trait ReadSuppressions: Send + Sync + 'static {
    /// What stands of these addresses, in no particular order; nothing for those that may be written to.
    fn suppressed(&self, ids: &[AddressHash]) -> impl Future<Output = Stored<Vec<Suppression>>> + Send;
    /// The fingerprint of the key with which the list is hashed: the one that is noted, or else `fingerprint`, which is then.
    fn keyed_by(&self, fingerprint: &str) -> impl Future<Output = Stored<String>> + Send;
}

pub trait KeepSuppressions: ReadSuppressions {
    /// Takes notes in, in any order and any number of times; gives the number of entries that they changed.
    fn suppress(&self, notes: &[Note]) -> impl Future<Output = Stored<u64>> + Send;
    /// Takes an address off the list, and tells the audit log; false when it is not on it.
    fn lift(&self, id: AddressHash, at: Time, audit: Option<&AuditEntry>) -> impl Future<Output = Stored<bool>> + Send;
    /// Newest first.
    fn suppressions(
        &self,
        filter: SuppressionFilter,
        after: Option<String>,
        limit: usize,
    ) -> impl Future<Output = Stored<Page<Suppression>>> + Send;
}
