//! Whom a campaign would reach, by asking of every customer what the launch would ask.

use std::time::Instant;

use crm_domain::audience::Audience;
use crm_domain::customer::Customer;
use crm_domain::funnel::Survey;
use crm_domain::ports::{ScanCustomers, ScanPart, StoreError};
use crm_domain::rules::{Part, Reads};
use futures_util::future::try_join_all;

/// Parts of the table read side by side.
const PARTS: u32 = 4;

/// Counts the whole funnel, with examples.
pub async fn survey<S: ScanCustomers>(store: &S, audience: &Audience<'_>) -> Result<Survey, StoreError> {
    let reads = audience.reads().and(&[Part::Name].into_iter().collect());
    let take = |survey: &mut Survey, customer: &Customer| survey.take(audience.decide(customer), customer);
    let parts = each(store, &reads, None, take).await?;
    Ok(parts.into_iter().fold(Survey::default(), Survey::plus))
}

/// Looks at every customer, or until `deadline` at as many as can be read; what each part of the table comes to.
pub async fn each<S: ScanCustomers, T: Default>(
    store: &S,
    reads: &Reads,
    deadline: Option<Instant>,
    take: impl Fn(&mut T, &Customer),
) -> Result<Vec<T>, StoreError> {
    let take = &take;
    let part = async |part: u32| {
        let mut sum = T::default();
        let mut at = ScanPart { part, of: PARTS, after: None };
        loop {
            let (customers, next) = store.scan(&at, reads).await?;
            for customer in &customers {
                take(&mut sum, customer);
            }
            match next {
                Some(next) if deadline.is_none_or(|deadline| Instant::now() < deadline) => at.after = Some(next),
                _ => return Ok(sum),
            }
        }
    };
    try_join_all((0..PARTS).map(part)).await
}
