//! What is set for everybody, in memory.

use crm_domain::audit::AuditEntry;
use crm_domain::ports::{KeepSettings, StoreError, Versioned};
use crm_domain::settings::CampaignDefaults;

use crate::memory::Memory;

impl KeepSettings for Memory {
    async fn campaign_defaults(&self) -> Result<Versioned<CampaignDefaults>, StoreError> {
        let (version, record) = self.defaults.lock().unwrap().clone();
        Ok(Versioned { version, record })
    }

    async fn put_campaign_defaults(
        &self,
        version: u64,
        defaults: &CampaignDefaults,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let mut held = self.defaults.lock().unwrap();
        if held.0 != version {
            return Err(StoreError::Conflict);
        }
        *held = (version + 1, defaults.clone());
        self.tell(audit);
        Ok(())
    }
}
