//! Whom a campaign would reach, by asking of every customer what the launch would ask.

use crm_domain::audience::{Audience, Decision};
use crm_domain::customer::Customer;
use crm_domain::funnel::Survey;
use crm_domain::ports::{ReadContacts, ReadSuppressions, ScanCustomers, ScanPart, StoreError};
use crm_domain::rules::{Part, Reads};
use crm_domain::suppression::AddressKey;
use crm_domain::time::Time;
use crm_lambda::audience::decide;
use futures_util::future::try_join_all;
use tokio::time::Instant;

/// Parts of the table read side by side.
const PARTS: u32 = 4;

/// Counts the whole funnel, with examples.
pub async fn survey<S: ScanCustomers + ReadSuppressions + ReadContacts>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
) -> Result<Survey, StoreError> {
    let reads = audience.reads().and(&[Part::Name].into_iter().collect());
    let take = |survey: &mut Survey, customer: &Customer, decision| survey.take(decision, customer);
    let parts = each(store, key, audience, &reads, None, take).await?;
    Ok(parts.into_iter().fold(Survey::default(), Survey::plus))
}

/// Looks at every customer with what is decided of them, or until `deadline` at as many as can be read; what each part of
/// the table comes to.
pub async fn each<S: ScanCustomers + ReadSuppressions + ReadContacts, T: Default>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
    reads: &Reads,
    deadline: Option<Instant>,
    take: impl Fn(&mut T, &Customer, Decision),
) -> Result<Vec<T>, StoreError> {
    let take = &take;
    let part = async |part: u32| {
        let mut sum = T::default();
        let mut at = ScanPart { part, of: PARTS, after: None, most: None };
        loop {
            let (customers, next) = store.scan(&at, reads).await?;
            for (customer, decision) in decide(store, key, audience, &customers, Time::now()).await? {
                take(&mut sum, customer, decision);
            }
            match next {
                Some(next) if deadline.is_none_or(|deadline| Instant::now() < deadline) => at.after = Some(next),
                _ => return Ok(sum),
            }
        }
    };
    try_join_all((0..PARTS).map(part)).await
}
