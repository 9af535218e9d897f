//! The results of a campaign: its stored report, and its log as a file.
//!
//! A report that is older than a minute is made anew by the delivery worker meanwhile; no request counts a log.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use crm_domain::delivery::Task;
use crm_domain::export::Source;
use crm_domain::ports::{Enqueue, QueueName};
use crm_domain::report::{Count, Reports};
use crm_domain::time::Time;
use crm_lambda::api::App;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::reports::CampaignReport;
use crm_lambda::exports;
use crm_lambda::problem::Problem;
use crm_lambda::queue;

use crate::http::{Store, find, message, object, tally};
use crate::results;

pub async fn show_report<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(id): Path<String>,
) -> Result<Json<CampaignReport>, Problem> {
    let campaign = find(&*app.store, &id).await?.record;
    let now = Time::now();
    let reports = app.store.reports(campaign.id).await?.map_or_else(|| Reports::none(campaign.id), |found| found.record);
    // Before the audience is frozen there is nothing to count.
    let asks = campaign.state.planned && reports.is_stale(now);
    if asks {
        let task = Task::Recount { campaign: campaign.id, run: None, asked_at: now };
        queue::send(&*app.queue, QueueName::Delivery, vec![message(&task)]).await?;
    }
    let recounting = asks || reports.run.is_some();
    let (as_of, count, usage) = if let Some(latest) = reports.latest {
        (Some(latest.as_of), latest.count, latest.usage)
    } else {
        (None, Count::of(tally(&*app.store, &campaign).await?), Vec::new())
    };
    let report = results::report(&campaign, &count, &usage, &app.settings.currency);
    Ok(Json(CampaignReport { as_of, recounting, ..report }))
}

pub async fn export_log<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let campaign = find(&*app.store, &id).await?.record;
    let source = Source::Campaign { campaign_id: campaign.id, campaign_name: campaign.name };
    exports::begin((&*app.store, &*app.queue), (&caller, &attempt), source, object(campaign.id)).await
}
