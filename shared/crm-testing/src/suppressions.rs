//! The suppression list in memory.

use std::collections::BTreeMap;

use crm_domain::audit::AuditEntry;
use crm_domain::ports::{KeepSuppressions, Page, ReadSuppressions, StoreError};
use crm_domain::suppression::{AddressHash, Entry, Note, Suppression, SuppressionFilter};
use crm_domain::time::Time;

use crate::memory::{Memory, paged};

/// What [`Memory`] keeps of addresses.
#[derive(Default)]
pub(crate) struct List {
    entries: BTreeMap<AddressHash, Entry>,
    key: Option<String>,
}

impl Memory {
    /// Lets the suppression list be one that was hashed with another key.
    pub fn rekey_suppressions(&self, fingerprint: Option<&str>) {
        self.suppressions.lock().unwrap().key = fingerprint.map(str::to_owned);
    }
}

impl ReadSuppressions for Memory {
    async fn suppressed(&self, ids: &[AddressHash]) -> Result<Vec<Suppression>, StoreError> {
        self.step().await?;
        let list = self.suppressions.lock().unwrap();
        Ok(ids.iter().filter_map(|id| list.entries.get(id)?.standing.clone()).collect())
    }

    async fn keyed_by(&self, fingerprint: &str) -> Result<String, StoreError> {
        Ok(self.suppressions.lock().unwrap().key.get_or_insert_with(|| fingerprint.to_owned()).clone())
    }
}

impl KeepSuppressions for Memory {
    async fn suppress(&self, notes: &[Note]) -> Result<u64, StoreError> {
        let mut changed = 0;
        for note in notes {
            self.step().await?;
            let mut list = self.suppressions.lock().unwrap();
            let entry = list.entries.entry(note.id).or_insert_with(|| Entry::new(note.id, note.channel));
            changed += u64::from(entry.note(note));
        }
        Ok(changed)
    }

    async fn lift(&self, id: AddressHash, at: Time, audit: Option<&AuditEntry>) -> Result<bool, StoreError> {
        self.step().await?;
        let lifted = self.suppressions.lock().unwrap().entries.get_mut(&id).is_some_and(|entry| entry.lift(at));
        if let Some(audit) = audit.filter(|_| lifted) {
            self.tell(audit);
        }
        Ok(lifted)
    }

    async fn suppressions(
        &self,
        filter: SuppressionFilter,
        after: Option<String>,
        limit: usize,
    ) -> Result<Page<Suppression>, StoreError> {
        let list = self.suppressions.lock().unwrap();
        let standing = list.entries.values().filter_map(|entry| entry.standing.clone());
        let wanted = standing.filter(|one| filter.fits(one.channel, one.reason)).collect();
        Ok(paged(wanted, |one: &Suppression| format!("{}#{}", one.at.sortable(), one.id), after.as_deref(), limit))
    }
}
