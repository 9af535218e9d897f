//! Who is in an audience right now, by reading every customer once.

use crm_domain::customer::Customer;
use crm_domain::ids::CustomerId;
use crm_domain::ports::{Page, ReadCustomers, ScanCustomers, ScanPart, StoreError};
use crm_domain::rules::{Context, Rules};
use futures_util::future::try_join_all;

/// Parts of the table read side by side for a preview.
const PARTS: u32 = 4;
/// Answers of a scan, of at most 1 MB each, that one page of a list may take: about a second's worth.
const SCANS: usize = 12;
/// Most customers shown with a preview.
pub const SAMPLE: usize = 20;

/// What a preview answers.
#[derive(Debug, Default)]
pub struct Preview {
    pub count: u64,
    /// All customers looked at.
    pub total: u64,
    /// Some who match.
    pub sample: Vec<Customer>,
}

/// Counts who matches, exactly.
pub async fn preview<S: ScanCustomers + ReadCustomers>(
    store: &S,
    rules: &Rules,
    context: &Context,
) -> Result<Preview, StoreError> {
    let parts = (0..PARTS).map(|part| preview_part(store, rules, context, part));
    let (mut preview, mut ids) = (Preview::default(), Vec::new());
    for (part, found) in try_join_all(parts).await? {
        preview.count += part.count;
        preview.total += part.total;
        ids.extend(found);
    }
    ids.truncate(SAMPLE);
    preview.sample = in_order(store, &ids).await?;
    Ok(preview)
}

async fn preview_part<S: ScanCustomers>(
    store: &S,
    rules: &Rules,
    context: &Context,
    part: u32,
) -> Result<(Preview, Vec<CustomerId>), StoreError> {
    let reads = rules.reads();
    let (mut preview, mut sample) = (Preview::default(), Vec::new());
    let mut at = ScanPart { part, of: PARTS, after: None, most: None };
    loop {
        let (customers, next) = store.scan(&at, &reads).await?;
        preview.total += customers.len() as u64;
        for customer in customers.iter().filter(|customer| rules.holds(customer, context)) {
            preview.count += 1;
            if sample.len() < SAMPLE {
                sample.push(customer.id);
            }
        }
        match next {
            Some(next) => at.after = Some(next),
            None => return Ok((preview, sample)),
        }
    }
}

/// One page of those for whom rules hold, in the table's own order. Where they are few and far between it ends early,
/// with fewer than `limit` or none, and says where to go on.
pub async fn matching<S: ScanCustomers + ReadCustomers>(
    store: &S,
    rules: &Rules,
    context: &Context,
    after: Option<CustomerId>,
    limit: usize,
) -> Result<Page<Customer>, StoreError> {
    let reads = rules.reads();
    let mut at = ScanPart { part: 0, of: 1, after, most: Some(limit + 1) };
    let mut ids: Vec<CustomerId> = Vec::new();
    for _ in 0..SCANS {
        let (customers, next) = store.scan(&at, &reads).await?;
        ids.extend(customers.iter().filter(|customer| rules.holds(customer, context)).map(|customer| customer.id));
        at.after = next;
        if ids.len() > limit || next.is_none() {
            break;
        }
        // Who is hard to find is looked for among ever more at once.
        at.most = at.most.map(|most| most * 4);
    }
    let next = if ids.len() > limit { limit.checked_sub(1).and_then(|last| ids.get(last).copied()) } else { at.after };
    ids.truncate(limit);
    let items = in_order(store, &ids).await?;
    Ok(Page { items, next: next.map(|id| id.to_string()) })
}

/// Those of `ids` who are still there, in their order.
pub async fn in_order<S: ReadCustomers>(store: &S, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
    let mut found: Vec<Customer> = store.customers(ids).await?.into_iter().map(|found| found.record).collect();
    found.sort_by_key(|customer| ids.iter().position(|id| *id == customer.id));
    Ok(found)
}
