//! The routes of orders.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use crm_domain::email::Email;
use crm_domain::event::{Envelope, Kind};
use crm_domain::faults::{Faults, Fields};
use crm_domain::ids::{CustomerId, OrderId};
use crm_domain::json::Json as Tree;
use crm_domain::order::OrderStatus;
use crm_domain::ports::{Enqueue, KeepAudit, Outgoing, QueueName, ReadCustomers, ReadOrders};
use crm_domain::time::Time;
use crm_domain::world;
use crm_lambda::accept::{Write, accept};
use crm_lambda::api::{Api, App};
use crm_lambda::auth::Keys;
use crm_lambda::body::JsonBody;
use crm_lambda::caller::{Attempt, Caller};
use crm_lambda::etag::{check_match, etag};
use crm_lambda::gate::{Gate, GateStore};
use crm_lambda::paging::Paging;
use crm_lambda::problem::Problem;
use crm_lambda::queue;
use crm_lambda::{routes, view};
use serde_json::json;

const PLACE: Write = Write { kind: Kind::PlaceOrder, queue: QueueName::Orders, location: Some("/api/orders") };

/// The storage that orders need.
pub trait Store: ReadOrders + ReadCustomers + KeepAudit + GateStore {}
impl<S: ReadOrders + ReadCustomers + KeepAudit + GateStore> Store for S {}

/// All routes.
pub fn router<S: Store, Q: Enqueue>(app: App<S, Q>, keys: Keys) -> Router {
    Api::new(Gate::new(keys, app.store.clone()))
        .on(&routes::LIST_ORDERS, list_orders::<S, Q>)
        .on(&routes::PLACE_ORDERS, place_orders::<S, Q>)
        .on(&routes::GET_ORDER, get_order::<S, Q>)
        .on(&routes::CHANGE_ORDER_STATUS, change_status::<S, Q>)
        .on(&routes::LIST_ORDERS_BY_EMAIL, list_orders_by_email::<S, Q>)
        .over(app)
}

async fn list_orders<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, paging: Paging) -> Result<Response, Problem> {
    let page = app.store.recent_orders(paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |order| view::order(&order, &app.settings)))
}

async fn list_orders_by_email<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(email): Path<String>,
    paging: Paging,
) -> Result<Response, Problem> {
    let email = Email::parse(&email).map_err(|reason| Faults::of("email", reason))?;
    let identities = app.store.identities(CustomerId::of(&email)).await?;
    let page = app.store.orders_of(&identities, paging.after.clone(), paging.limit).await?;
    Ok(paging.answer(page, |order| view::order(&order, &app.settings)))
}

async fn get_order<S: Store, Q: Enqueue>(State(app): State<App<S, Q>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let found = app.store.order(parse_id(&id)?).await?.ok_or_else(|| Problem::not_found("order"))?;
    Ok(([(header::ETAG, etag(found.version))], Json(view::order(&found.record, &app.settings))).into_response())
}

async fn place_orders<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    accept(PLACE, &*app.queue, &caller.source(), &attempt, &body, &app.settings.currency).await
}

/// A change of status is queued like the order itself; the latest event wins, whatever the order of arrival.
async fn change_status<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    caller: Caller,
    attempt: Attempt,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let id = parse_id(&id)?;
    let status = parse_status(&body)?;
    let found = app.store.order(id).await?.ok_or_else(|| Problem::not_found("order"))?;
    check_match(&headers, found.version)?;
    let data = Tree::Object(vec![("id".into(), Tree::Text(id.to_string())), ("status".into(), status.clone())]);
    let (event_id, source) = (world::fresh_id().to_string(), caller.source());
    let envelope = Envelope::new(Kind::ChangeOrderStatus, &source, &event_id, Time::now(), &data);
    let body = serde_json::to_string(&envelope).unwrap_or_default();
    let (before, after) = (json!({"status": found.record.status()}), json!({"status": status}));
    // Told beforehand: nothing changes without a trace.
    app.store.note(&caller.audit_once(&attempt, format!("orders/{id}"), Some(before), Some(after))).await?;
    queue::send_packed(&*app.queue, QueueName::Orders, vec![Outgoing { body, ..Outgoing::default() }], 1).await?;
    let mut response = (StatusCode::ACCEPTED, Json(json!({"id": id, "status": "queued"}))).into_response();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/orders/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn parse_status(body: &Tree) -> Result<Tree, Faults> {
    let mut fields = Fields::of(body, "")?;
    let status = fields.required("status", |json| OrderStatus::from_json(json).map(|_| json.clone()));
    fields.finish()?;
    status.ok_or_else(|| Faults::of("status", "is required"))
}

fn parse_id(id: &str) -> Result<OrderId, Problem> {
    OrderId::parse(id).ok_or_else(|| Problem::not_found("order"))
}
