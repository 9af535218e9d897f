//! What is set for everybody.

use std::future::Future;

use crate::audit::AuditEntry;
use crate::ports::{StoreError, Versioned};
use crate::settings::CampaignDefaults;

pub trait KeepSettings: Send + Sync + 'static {
    /// What new campaigns begin with in the form; nothing, in version 0, where nobody has set anything.
    fn campaign_defaults(&self) -> impl Future<Output = Result<Versioned<CampaignDefaults>, StoreError>> + Send;
    /// Replaces those of version `version` and tells the audit log, both or neither; [`StoreError::Conflict`] when they have
    /// another version by now.
    fn put_campaign_defaults(
        &self,
        version: u64,
        defaults: &CampaignDefaults,
        audit: &AuditEntry,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
