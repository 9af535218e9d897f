//! The routes of campaigns.
//!
//! What starts work on the queue is put there before the campaign's record says that it goes on: if the second step
//! fails, the worker finds nothing to do and drops the message, while the other way round a campaign would hang for ever.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use crm_domain::audience::Audience;
use crm_domain::campaign::{Campaign, CampaignDraft, CampaignState, CampaignStatus, named_segment};
use crm_domain::delivery::Task;
use crm_domain::draft::previewed;
use crm_domain::experiment::{Holdout, Seed};
use crm_domain::faults::Faults;
use crm_domain::ids::{CampaignId, SegmentId};
use crm_domain::json::Json as Tree;
use crm_domain::message::Tally;
use crm_domain::ports::{
    Enqueue, KeepCampaigns, KeepExports, KeepReports, KeepSegments, Outgoing, Page, QueueName, ReadContacts, ReadCustomers,
    ReadFigures, ReadSuppressions, ScanCustomers, StoreError, Versioned,
};
use crm_domain::rules::Context;
use crm_domain::segment::Segment;
use crm_domain::time::{SECOND, Time};
use crm_lambda::addresses::Addresses;
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::contract::shapes::Launched;
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::routes;
use futures_util::future::try_join_all;
use serde_json::json;

use crate::report::{export_log, show_report};
use crate::{check, drafts, funnel, log, view, why};

/// Seconds within which a launch sees to its alarm itself: `clock` may have looked that far ahead already.
const AHEAD: u32 = 120;
/// Attempts to change a campaign's state while the worker changes it too.
pub(crate) const ATTEMPTS: usize = 5;

/// The storage that campaigns need.
pub trait Store:
    KeepCampaigns
    + KeepExports
    + KeepReports
    + KeepSegments
    + ReadContacts
    + ReadCustomers
    + ScanCustomers
    + ReadFigures
    + ReadSuppressions
    + GateStore
{
}
impl<S> Store for S where
    S: KeepCampaigns
        + KeepExports
        + KeepReports
        + KeepSegments
        + ReadContacts
        + ReadCustomers
        + ScanCustomers
        + ReadFigures
        + ReadSuppressions
        + GateStore
{
}

/// All routes.
pub fn router<S: Store, Q: Enqueue>(app: App<S, Q>, keys: Keys, addresses: Addresses) -> Router {
    Api::new(Gate::new(keys, app.store.clone()))
        .on(&routes::LIST_CAMPAIGNS, list_campaigns::<S, Q>)
        .on(&routes::LAUNCH_CAMPAIGN, launch_campaign::<S, Q>)
        .on(&routes::PREVIEW_CAMPAIGN, preview_campaign::<S, Q>)
        .on(&routes::GET_CAMPAIGN, get_campaign::<S, Q>)
        .on(&routes::RENDER_CAMPAIGN, why::render_campaign::<S, Q>)
        .on(&routes::CHANGE_DRAFT, drafts::change_draft::<S, Q>)
        .on(&routes::DELETE_DRAFT, drafts::delete_draft::<S, Q>)
        .on(&routes::LAUNCH_DRAFT, drafts::launch_draft::<S, Q>)
        .on(&routes::EXPLAIN_RECIPIENT, why::explain_recipient::<S, Q>)
        .on(&routes::LIST_MESSAGES, log::list_messages::<S, Q>)
        .on(&routes::EXPORT_LOG, export_log::<S, Q>)
        .on(&routes::SHOW_REPORT, show_report::<S, Q>)
        .on(&routes::PAUSE_CAMPAIGN, pause_campaign::<S, Q>)
        .on(&routes::RESUME_CAMPAIGN, resume_campaign::<S, Q>)
        .on(&routes::CANCEL_CAMPAIGN, cancel_campaign::<S, Q>)
        .over(app)
        .layer(Extension(addresses))
}

async fn list_campaigns<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, paging: Paging) -> Result<Response, Problem> {
    let Page { items, next } = app.store.campaigns(paging.after.clone(), paging.limit).await?;
    let tallies = try_join_all(items.iter().map(|campaign| tally(&*app.store, campaign))).await?;
    let items = items.into_iter().zip(tallies).collect();
    Ok(paging.answer(Page { items, next }, |(campaign, tally)| view::campaign(&campaign, &tally)))
}

async fn launch_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(addresses): Extension<Addresses>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let (now, id) = (attempt.at, CampaignId::of_request(attempt.id));
    // An earlier attempt may have done it and died before it was answered. Whatever has changed since must not have this one
    // refused: whoever is refused launches again, under another key.
    if let Some(known) = app.store.campaign(id).await? {
        return Ok(if known.record.is_draft() { drafts::kept(&known) } else { launched(&known.record) });
    }
    let (draft, segment) = read_launch(&*app.store, &body, now).await?;
    if draft.draft {
        return drafts::keep(&app, &caller, draft.into_draft(id, segment.edition.rules, now)).await;
    }
    let campaign = draft.into_campaign(id, segment.edition.rules, app.store.customer_count().await?, now);
    check::everyone(&app, &*addresses.key().await?, &campaign).await?;
    begin(&app, &campaign).await?;
    let audit = caller.audit(object(id), None, serde_json::to_value(view::campaign(&campaign, &Tally::default())).ok());
    app.store.create_campaign(&campaign, &audit).await?;
    Ok(launched(&campaign))
}

/// Queues the planning of a campaign that is about to be launched. One that begins later has an alarm, which comes with its
/// record; `clock` looks ahead for those only from its next minute on.
pub(crate) async fn begin<S: Store, Q: Enqueue>(app: &App<S, Q>, campaign: &Campaign) -> Result<(), Problem> {
    let messages = match campaign.alarm() {
        None => campaign.plan().map(|task| message(&task)).collect(),
        Some(alarm) => {
            let soon = (alarm.micros() - Time::now().micros()).max(0).unsigned_abs().div_ceil(SECOND as u64) as u32;
            let wake = Outgoing { delay: soon, ..message(&Task::Wake { campaign: campaign.id, alarm }) };
            (soon <= AHEAD).then_some(wake).into_iter().collect()
        }
    };
    Ok(queue::send(&*app.queue, QueueName::Delivery, messages).await?)
}

pub(crate) fn launched(campaign: &Campaign) -> Response {
    let body = Launched { id: campaign.id.to_string(), status: campaign.state.status };
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    response.headers_mut().extend(location(campaign.id));
    response
}

/// Where a campaign is.
pub(crate) fn location(id: CampaignId) -> Option<(header::HeaderName, HeaderValue)> {
    Some((header::LOCATION, HeaderValue::from_str(&format!("/api/campaigns/{id}")).ok()?))
}

async fn preview_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(addresses): Extension<Addresses>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let now = Time::now();
    let (id, body) = previewed(&body)?;
    let (draft, segment) = read_launch(&*app.store, &body, now).await?;
    let seed = id.map_or_else(|| draft.seed(), Seed::of_draft);
    let context = Context { now: draft.begins_at(now), consent_defaults: app.settings.consent_defaults };
    let holdout = Holdout { seed, share: draft.holdout };
    let audience = Audience { rules: &segment.edition.rules, channel: draft.channel, context, caps: draft.caps, holdout };
    let survey = funnel::survey(&*app.store, &*addresses.key().await?, &audience).await?;
    Ok(Json(view::survey(&survey, &draft)).into_response())
}

async fn get_campaign<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = find(&*app.store, &id).await?;
    show(&*app.store, found.version, &found.record).await
}

async fn pause_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let pause = Change { verb: "paused", spreads: false, to: CampaignState::paused };
    change_state(&app, &caller, &id, &headers, &pause).await
}

async fn resume_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let resume = Change { verb: "resumed", spreads: true, to: CampaignState::resumed };
    change_state(&app, &caller, &id, &headers, &resume).await
}

async fn cancel_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let cancel = Change { verb: "cancelled", spreads: true, to: CampaignState::cancelled };
    change_state(&app, &caller, &id, &headers, &cancel).await
}

/// A change of state that a user asks for.
struct Change {
    verb: &'static str,
    /// Whether those still queued must be looked at afterwards.
    spreads: bool,
    to: fn(&CampaignState, Time) -> Option<CampaignState>,
}

async fn change_state<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    caller: &Caller,
    id: &str,
    headers: &HeaderMap,
    change: &Change,
) -> Result<Response, Problem> {
    for _ in 0..ATTEMPTS {
        let Versioned { version, record: mut campaign } = find(&*app.store, id).await?;
        check_match(headers, version)?;
        let Some(state) = (change.to)(&campaign.state, Time::now()) else {
            let status = json!(campaign.state.status);
            let status = status.as_str().unwrap_or_default();
            return Err(Problem::conflict(&format!("A campaign that is {status} cannot be {}.", change.verb)));
        };
        if change.spreads {
            let spread = Task::Spread { campaign: campaign.id, since: version };
            // What was to freeze the audience may have been set aside, or lost.
            let unplanned = campaign.state.status != CampaignStatus::Scheduled && !campaign.state.planned;
            let tasks = unplanned.then(|| campaign.plan()).into_iter().flatten().chain([spread]);
            queue::send(&*app.queue, QueueName::Delivery, tasks.map(|task| message(&task)).collect()).await?;
        }
        let status = |state: &CampaignState| Some(json!({"status": state.status}));
        let audit = caller.audit(object(campaign.id), status(&campaign.state), status(&state));
        match app.store.set_campaign_state(campaign.id, version, &state, Some(&audit)).await {
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                campaign.state = state;
                return show(&*app.store, version + 1, &campaign).await;
            }
        }
    }
    Err(StoreError::Conflict.into())
}

/// Reads a launch's body and the segment that it names; a segment that is not there is one more fault of the body.
async fn read_launch<S: Store>(store: &S, body: &Tree, now: Time) -> Result<(CampaignDraft, Segment), Problem> {
    let named: Option<SegmentId> = named_segment(body);
    let segment = match named {
        Some(id) => store.segment(id).await?,
        None => None,
    };
    let mut faults = Faults::default();
    if named.is_some() && segment.is_none() {
        faults.add("segmentId", "names no segment");
    }
    match (CampaignDraft::parse(body, now), segment) {
        (Ok(draft), Some(segment)) => return Ok((draft, segment.record)),
        (Ok(_), None) => {}
        (Err(mut more), _) => faults.0.append(&mut more.0),
    }
    Err(faults.into())
}

/// The campaign as the audit log names it.
pub(crate) fn object(id: CampaignId) -> String {
    format!("campaigns/{id}")
}

pub(crate) async fn find<S: Store>(store: &S, id: &str) -> Result<Versioned<Campaign>, Problem> {
    let missing = || Problem::not_found("campaign");
    store.campaign(CampaignId::parse(id).ok_or_else(missing)?).await?.ok_or_else(missing)
}

pub(crate) async fn show<S: Store>(store: &S, version: u64, campaign: &Campaign) -> Result<Response, Problem> {
    let tally = tally(store, campaign).await?;
    Ok(([(header::ETAG, etag(version))], Json(view::campaign(campaign, &tally))).into_response())
}

/// The counts of the whole log.
pub async fn tally<S: Store>(store: &S, campaign: &Campaign) -> Result<Tally, StoreError> {
    Ok(store.tallies(campaign.id).await?.into_iter().fold(Tally::default(), |sum, (_, tally)| sum.plus(tally)))
}

#[must_use]
pub fn message(task: &Task) -> Outgoing {
    task.body().into()
}
