//! What is set for everybody: one item of the App table.

use crm_domain::audit::AuditEntry;
use crm_domain::ports::{KeepSettings, StoreError, Versioned};
use crm_domain::settings::CampaignDefaults;

use crate::dynamo::Dynamo;
use crate::items::{read_row, row};
use crate::transaction::put_at;

/// Partition and sort key.
const CAMPAIGNS: [&str; 2] = ["settings", "campaigns"];

impl KeepSettings for Dynamo {
    async fn campaign_defaults(&self) -> Result<Versioned<CampaignDefaults>, StoreError> {
        let found = self.app_item(CAMPAIGNS[0], CAMPAIGNS[1]).await?;
        found.map_or(Ok(Versioned { version: 0, record: CampaignDefaults::default() }), read_row)
    }

    async fn put_campaign_defaults(
        &self,
        version: u64,
        defaults: &CampaignDefaults,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        let item = row(CAMPAIGNS[0], CAMPAIGNS[1], version + 1, defaults)?;
        self.transact(vec![put_at(&self.app, item, version)?, self.audit_put(audit)?]).await
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::json::Json;

    use super::*;

    #[test]
    fn what_is_set_survives_storage() {
        let body = br#"{"caps":{"messages":3,"days":7},"timeZone":"Asia/Kolkata","windows":[{"from":"09:00","until":"24:00","days":["mon","sun"]},{"from":"22:00","until":"01:00"}],"quietHours":{"from":"02:00","until":"08:00"},"ratePerMinute":600,"attributionDays":14,"holdout":0.05}"#;
        let all = CampaignDefaults::default().changed(&Json::parse(body).unwrap()).unwrap();
        for defaults in [CampaignDefaults::default(), all] {
            let read: Versioned<CampaignDefaults> = read_row(row("pk", "sk", 4, &defaults).unwrap()).unwrap();
            assert_eq!((read.version, read.record), (4, defaults));
        }
    }
}
