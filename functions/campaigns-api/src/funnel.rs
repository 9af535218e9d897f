//! How many a campaign would reach, by asking of every customer what the launch would ask.

use crm_domain::audience::{Audience, Funnel};
use crm_domain::ports::{ScanCustomers, ScanPart, StoreError};
use futures_util::future::try_join_all;

/// Parts of the table read side by side.
const PARTS: u32 = 4;

/// Counts the whole funnel.
pub async fn count<S: ScanCustomers>(store: &S, audience: &Audience<'_>) -> Result<Funnel, StoreError> {
    let parts = try_join_all((0..PARTS).map(|part| count_part(store, audience, part))).await?;
    Ok(parts.into_iter().fold(Funnel::default(), Funnel::plus))
}

async fn count_part<S: ScanCustomers>(store: &S, audience: &Audience<'_>, part: u32) -> Result<Funnel, StoreError> {
    let reads = audience.reads();
    let mut funnel = Funnel::default();
    let mut at = ScanPart { part, of: PARTS, after: None };
    loop {
        let (customers, next) = store.scan(&at, &reads).await?;
        for customer in &customers {
            funnel.count(audience.decide(customer));
        }
        match next {
            Some(next) => at.after = Some(next),
            None => return Ok(funnel),
        }
    }
}
