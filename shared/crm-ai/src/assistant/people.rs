//! People on whom messages are tried before they are offered.

use crm_domain::ai::Refusal;
use crm_domain::customer::Customer;
use crm_domain::faults::Faults;
use crm_domain::ids::{CustomerId, SegmentId};
use crm_domain::ports::{ReadSecrets, ScanPart};
use crm_domain::rules::{Context, Rules};
use crm_domain::time::Time;

use crate::assistant::{Assistant, Store};

/// How many they are.
const SAMPLE: usize = 20;
/// Pages of the customers' table that are looked at for members of a segment that is not built yet.
const PAGES: usize = 3;

impl<S: Store, K: ReadSecrets> Assistant<S, K> {
    /// Some members of a segment, or some customers; maybe nobody.
    pub(super) async fn sample(&self, segment: Option<SegmentId>, now: Time) -> Result<Vec<Customer>, Refusal> {
        let Some(id) = segment else { return Ok(self.store.recent_customers(None, SAMPLE).await?.items) };
        let found = self.store.segment(id).await?.ok_or_else(|| Faults::of("segmentId", "there is no such segment"))?;
        if let Some(edition) = &found.record.shown {
            let members = self.store.members(edition.id, None, SAMPLE).await?;
            let ids: Vec<CustomerId> = members.items.into_iter().map(|(id, _)| id).collect();
            return Ok(self.store.customers(&ids).await?.into_iter().map(|held| held.record).collect());
        }
        self.matching(&found.record.edition.rules, now).await
    }

    /// Some customers whom rules select; maybe nobody, where the first pages of the table have none.
    pub(super) async fn matching(&self, rules: &Rules, now: Time) -> Result<Vec<Customer>, Refusal> {
        let context = Context { now, consent_defaults: self.settings.consent_defaults };
        let reads = rules.reads().and(&crm_domain::template::reads());
        let (mut sample, mut at) = (Vec::new(), ScanPart { part: 0, of: 1, after: None, most: None });
        for _ in 0..PAGES {
            let (customers, next) = self.store.scan(&at, &reads).await?;
            sample.extend(customers.into_iter().filter(|customer| rules.holds(customer, &context)));
            match next {
                Some(next) if sample.len() < SAMPLE => at.after = Some(next),
                _ => break,
            }
        }
        sample.truncate(SAMPLE);
        Ok(sample)
    }
}
