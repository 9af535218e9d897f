//! How many a campaign would reach, by asking of every customer what the launch would ask.

use crm_domain::audience::{Audience, Decision, Funnel};
use crm_domain::ports::{ReadSuppressions, ScanCustomers, ScanPart, StoreError};
use crm_domain::suppression::AddressKey;
use crm_lambda::addresses::suppressed_among;
use futures_util::future::try_join_all;

/// Parts of the table read side by side.
const PARTS: u32 = 4;

/// Counts the whole funnel.
pub async fn count<S: ScanCustomers + ReadSuppressions>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
) -> Result<Funnel, StoreError> {
    let parts = try_join_all((0..PARTS).map(|part| count_part(store, key, audience, part))).await?;
    Ok(parts.into_iter().fold(Funnel::default(), Funnel::plus))
}

async fn count_part<S: ScanCustomers + ReadSuppressions>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
    part: u32,
) -> Result<Funnel, StoreError> {
    let reads = audience.reads();
    let mut funnel = Funnel::default();
    let mut at = ScanPart { part, of: PARTS, after: None };
    loop {
        let (customers, next) = store.scan(&at, &reads).await?;
        let decided: Vec<_> = customers.iter().map(|customer| (customer, audience.decide(customer))).collect();
        let asked = decided.iter().filter(|(_, decision)| *decision == Decision::Queued).map(|(customer, _)| *customer);
        let suppressed = suppressed_among(store, key, audience.channel, asked).await?;
        for (customer, decision) in decided {
            funnel.count(decision.unless_suppressed(suppressed.contains(&customer.id)));
        }
        match next {
            Some(next) => at.after = Some(next),
            None => return Ok(funnel),
        }
    }
}
