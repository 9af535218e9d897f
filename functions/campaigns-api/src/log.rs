//! The log of a campaign, whole or narrowed down.
//!
//! No index of statuses is kept: each would be written with every receipt, and people look into a log far more seldom than
//! receipts come. A narrowed page reads a bounded stretch of the log instead, so it may have few entries, or none, and a
//! further page behind it.

use axum::extract::{Path, State};
use axum::response::Response;
use crm_domain::campaign::Campaign;
use crm_domain::email::Email;
use crm_domain::faults::Faults;
use crm_domain::message::{Message, MessageStatus};
use crm_domain::ports::{Enqueue, Page, StoreError};
use crm_lambda::api::App;
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::query::Asked;
use serde::Deserialize;

use crate::http::{Store, find};
use crate::view;
use crate::why::entry_of;

/// Most entries that one narrowed page looks at.
const LOOKED_AT: usize = 5_000;
/// Entries that are read at once for it: each reading asks which shards have any, and there may be thousands.
const READ: usize = 1_000;

/// What narrows a log down.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    status: Option<String>,
    variant: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Filter {
    status: Option<MessageStatus>,
    variant: Option<u32>,
    email: Option<Email>,
}

pub async fn list_messages<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
    paging: Paging,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let filter = Filter::parse(&wanted)?;
    let campaign = find(&*app.store, &id).await?.record;
    let page = match &filter.email {
        Some(email) => to_one(&*app.store, &campaign, email, &filter).await?,
        None => narrowed(&*app.store, &campaign, &filter, paging.after.clone(), paging.limit).await?,
    };
    Ok(paging.answer(page, |message| view::message(&campaign, message)))
}

impl Filter {
    fn parse(wanted: &Wanted) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut filter = Self { status: None, variant: None, email: None };
        if let Some(text) = &wanted.status {
            match MessageStatus::parse(text) {
                Some(status) => filter.status = Some(status),
                None => faults.add("status", "is not a known status"),
            }
        }
        if let Some(text) = &wanted.variant {
            match text.parse() {
                Ok(variant) => filter.variant = Some(variant),
                Err(_) => faults.add("variant", "must be the index of a variant"),
            }
        }
        if let Some(text) = &wanted.email {
            match Email::parse(text) {
                Ok(email) => filter.email = Some(email),
                Err(reason) => faults.add("email", reason),
            }
        }
        if faults.is_empty() { Ok(filter) } else { Err(faults) }
    }

    fn fits(&self, message: &Message) -> bool {
        self.status.is_none_or(|status| message.status() == status)
            && self.variant.is_none_or(|variant| message.variant == variant)
    }

    const fn fits_all(&self) -> bool {
        self.status.is_none() && self.variant.is_none()
    }
}

/// The entry of whoever has this address, also under an address from before a merge.
async fn to_one<S: Store>(store: &S, campaign: &Campaign, email: &Email, filter: &Filter) -> Result<Page<Message>, StoreError> {
    let entry = entry_of(store, campaign, email).await?.1;
    Ok(Page { items: entry.into_iter().filter(|message| filter.fits(message)).collect(), next: None })
}

/// Up to `limit` entries that fit, in the order of the log.
async fn narrowed<S: Store>(
    store: &S,
    campaign: &Campaign,
    filter: &Filter,
    mut after: Option<String>,
    limit: usize,
) -> Result<Page<Message>, StoreError> {
    if filter.fits_all() {
        return store.messages(campaign, after, limit).await;
    }
    let mut found = Vec::new();
    let mut looked_at = 0;
    loop {
        let page = store.messages(campaign, after.clone(), READ).await?;
        looked_at += page.items.len();
        for (index, message) in page.items.into_iter().enumerate() {
            if !filter.fits(&message) {
                continue;
            }
            if found.len() == limit {
                // The next page begins with this one, and only a page that ends right before it tells where that is.
                let next = if index == 0 { after } else { store.messages(campaign, after, index).await?.next };
                return Ok(Page { items: found, next });
            }
            found.push(message);
        }
        after = page.next;
        if after.is_none() || looked_at >= LOOKED_AT {
            return Ok(Page { items: found, next: after });
        }
    }
}
