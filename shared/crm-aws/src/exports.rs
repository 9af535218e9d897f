//! The records of exports in the App table.

use crm_domain::audit::AuditEntry;
use crm_domain::export::Export;
use crm_domain::ids::ExportId;
use crm_domain::ports::{KeepExports, StoreError, Versioned};

use crate::dynamo::Dynamo;
use crate::items::{read_row, row};

const PARTITION: &str = "export";

impl KeepExports for Dynamo {
    async fn create_export(&self, export: &Export, audit: &AuditEntry) -> Result<(), StoreError> {
        self.create_app_item(row(PARTITION, &export.id.to_string(), 1, export)?, None, audit).await
    }

    async fn export(&self, id: ExportId) -> Result<Option<Versioned<Export>>, StoreError> {
        self.app_item(PARTITION, &id.to_string()).await?.map(read_row).transpose()
    }

    async fn update_export(&self, version: u64, export: &Export) -> Result<(), StoreError> {
        self.put_versioned(&self.app, row(PARTITION, &export.id.to_string(), version + 1, export)?, version).await
    }
}

#[cfg(test)]
mod tests {
    use crm_domain::audit::Actor;
    use crm_domain::export::Source;
    use crm_domain::ids::{CampaignId, SegmentId};
    use crm_domain::time::Time;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_export_reads_as_it_was_written_at_every_stage() {
        let at = Time::from_micros(1_700_000_000_000_000);
        let actor = Actor { id: "u".into(), name: "u".into() };
        let segment = Source::Segment { segment_id: SegmentId::generate(), segment_name: "Pune".into(), edition: 7 };
        let new = Export::new(ExportId::generate(), segment, actor, at);
        let log = Source::Campaign { campaign_id: CampaignId::generate(), campaign_name: "Sale".into() };
        let mut begun = new.clone().begun(["plan".to_owned()].into(), "upload".into());
        begun.moved_by = Some(Uuid::now_v7());
        let matching = Source::Customers { rules: r#"{"combinator":"and","rules":[]}"#.into() };
        let others = [Export { source: log, ..new.clone() }, Export { source: matching, ..new.clone() }];
        let stages = [new, begun.clone(), begun.clone().done(at), begun.failed("no", at)];
        for export in others.into_iter().chain(stages) {
            let item = row(PARTITION, "x", 2, &export).unwrap();
            assert_eq!(read_row::<Export>(item).unwrap(), Versioned { version: 2, record: export });
        }
    }
}
