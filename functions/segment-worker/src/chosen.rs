//! Finding those who are chosen for an edit or an export, page by page.

use crm_domain::chosen::{Chosen, read_rules};
use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::membership::EditionId;
use crm_domain::ports::{Enqueue, KeepExportFiles, ScanPart, StoreError};
use crm_domain::rules::Context;
use crm_domain::time::Time;

use crate::worker::{Store, TaskError, Worker};

/// Members read at once; rules are held against as many as a scan gives.
const PAGE: usize = 500;

impl<S: Store, Q: Enqueue, F: KeepExportFiles> Worker<S, Q, F> {
    /// Some of those who are chosen and still there, and where the next ones begin. Rules are asked about the moment `at`,
    /// so that all pages are of one audience.
    pub(crate) async fn page_of(
        &self,
        chosen: &Chosen,
        at: Time,
        after: Option<String>,
    ) -> Result<(Vec<Customer>, Option<String>), TaskError> {
        let (ids, next) = match chosen {
            Chosen::Members { edition } => {
                let page = self.store.members(*edition, after, PAGE).await?;
                self.check_kept(*edition).await?;
                (page.items.into_iter().map(|(id, _)| id).collect(), page.next)
            }
            Chosen::Matching { rules } => {
                let unreadable = |fault| StoreError::Corrupt(format!("rules of an edit or export: {fault}"));
                let rules = read_rules(rules, &self.exports.terms.currency).map_err(unreadable)?;
                let context = Context { now: at, consent_defaults: self.exports.terms.consent_defaults };
                let after = after.as_deref().and_then(CustomerId::parse);
                let part = ScanPart { part: 0, of: 1, after, most: None };
                let (customers, next) = self.store.scan(&part, &rules.reads()).await?;
                let holds = customers.into_iter().filter(|customer| rules.holds(customer, &context));
                (holds.map(|customer| customer.id).collect::<Vec<CustomerId>>(), next.map(|id| id.to_string()))
            }
        };
        let found = self.store.customers(&ids).await?;
        Ok((found.into_iter().map(|found| found.record).collect(), next))
    }

    /// Whether an edition is still kept: members that were read before this are all of them, later ones may be swept away.
    pub(crate) async fn check_kept(&self, edition: EditionId) -> Result<(), TaskError> {
        let segments = self.store.all_segments().await?;
        let kept = segments.all.iter().any(|held| held.record.editions().any(|kept| kept.id == edition));
        if kept { Ok(()) } else { Err(TaskError::Retired) }
    }
}
