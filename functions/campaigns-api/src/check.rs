//! Whether everybody's message can be made, before anybody gets one.

use std::collections::BTreeMap;
use std::time::Duration;

use crm_domain::audience::Decision;
use crm_domain::campaign::Campaign;
use crm_domain::faults::Faults;
use crm_domain::ids::CustomerId;
use crm_domain::ports::Enqueue;
use crm_domain::suppression::AddressKey;
use crm_domain::template::{Templates, reads};
use crm_lambda::api::App;
use crm_lambda::problem::Problem;
use tokio::time::Instant;

use crate::funnel;
use crate::http::Store;

/// How long a launch looks. The request itself has 20 s; whom it does not come to fails alone, in the log.
const BUDGET: Duration = Duration::from_secs(12);
/// Most people who are named.
const NAMED: usize = 20;

/// Whose message cannot be made.
#[derive(Default)]
struct Unmade {
    count: usize,
    /// Those with the smallest ids: the same ones each time. Which variant, for whom, and why.
    named: BTreeMap<CustomerId, (u32, String, String)>,
}

/// Makes the message of each recipient.
///
/// # Errors
/// Says for whom it cannot be made, and why.
pub async fn everyone<S: Store, Q: Enqueue>(app: &App<S, Q>, key: &AddressKey, campaign: &Campaign) -> Result<(), Problem> {
    let templates = Templates::compile(campaign.channel, &campaign.variants).map_err(|reason| Faults::of("variants", reason))?;
    let audience = campaign.audience(app.settings.consent_defaults);
    let all = audience.reads().and(&reads());
    let deadline = Instant::now() + BUDGET;
    let parts = funnel::each(&*app.store, key, &audience, &all, Some(deadline), |unmade: &mut Unmade, customer, decision| {
        if decision != Decision::Queued {
            return;
        }
        let mut variants = campaign.variants_for(customer.id);
        let failed = variants.find_map(|variant| Some((variant, templates.render(variant, campaign.channel, customer).err()?)));
        if let Some((variant, reason)) = failed {
            unmade.count += 1;
            unmade.named.insert(customer.id, (variant, customer.email.to_string(), reason));
            if unmade.named.len() > NAMED {
                unmade.named.pop_last();
            }
        }
    });
    let parts = parts.await?;
    if Instant::now() >= deadline {
        tracing::warn!(campaign = %campaign.id, "launched without having tried everybody's message");
    }
    let count: usize = parts.iter().map(|unmade| unmade.count).sum();
    let named: BTreeMap<_, _> = parts.into_iter().flat_map(|unmade| unmade.named).collect();
    let mut faults = Faults::default();
    for (variant, email, reason) in named.into_values().take(NAMED) {
        faults.add(format!("variants[{variant}]"), format!("cannot be made for {email}: {reason}"));
    }
    match count - faults.0.len() {
        _ if faults.is_empty() => return Ok(()),
        0 => {}
        more => faults.add("variants", format!("cannot be made for {more} more")),
    }
    Err(faults.into())
}
