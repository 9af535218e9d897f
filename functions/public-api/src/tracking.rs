//! Opens and clicks. Whoever looks at a message gets their picture or their page, also when nothing can be noted.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use crm_domain::error::chain;
use crm_domain::event::{Envelope, Kind};
use crm_domain::json::Json;
use crm_domain::links::Purpose;
use crm_domain::message::{MessageId, Report};
use crm_domain::ports::{Enqueue, Outgoing, QueueName};
use crm_domain::time::Time;
use crm_domain::tracking::is_machine;
use crm_lambda::problem::Problem;
use crm_lambda::queue;

use crate::http::{App, Store};
use crate::page;

/// One transparent pixel (`GIF89a`).
const PIXEL: &[u8] = &[
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0x21, 0xf9,
    0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00,
    0x3b,
];
/// Headers by which browsers say that nobody has asked for this yet.
const PREFETCHES: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

pub async fn record_open<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = app.links().await?.read(Purpose::Open, &token);
    let status = match found {
        Some((message, _)) => {
            note(&app, message, Report::Opened, by_machine(&headers)).await;
            StatusCode::OK
        }
        None => StatusCode::NOT_FOUND,
    };
    Ok((status, [(header::CONTENT_TYPE, "image/gif")], PIXEL).into_response())
}

pub async fn follow_link<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some((message, target)) = app.links().await?.read(Purpose::Click, &token) else { return page::not_found() };
    // A scanner that follows every link has not clicked; that it came is worth as much as a picture that it loads.
    let machine = by_machine(&headers);
    note(&app, message, if machine { Report::Opened } else { Report::Clicked }, machine).await;
    let headers = [(header::LOCATION, target), (HeaderName::from_static("referrer-policy"), "no-referrer".to_owned())];
    Ok((StatusCode::FOUND, headers).into_response())
}

fn by_machine(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    is_machine(text("user-agent")) || PREFETCHES.iter().any(|name| text(name).to_ascii_lowercase().contains("prefetch"))
}

async fn note<S: Store, Q: Enqueue>(app: &App<S, Q>, message: MessageId, report: Report, machine: bool) {
    let receipt = receipt(message, report, machine, Time::now());
    if let Err(error) = queue::send_packed(&*app.queue, QueueName::Receipts, vec![receipt], 1).await {
        tracing::error!(cause = %chain(&error), "an opening or a click is lost");
    }
}

/// The event that tells of something that a recipient did.
pub fn receipt(message: MessageId, report: Report, machine: bool, at: Time) -> Outgoing {
    let mut data = vec![
        ("messageId".to_owned(), Json::from(message.to_string().as_str())),
        ("status".to_owned(), Json::from(report.as_str())),
        ("at".to_owned(), Json::from(at.to_string().as_str())),
    ];
    if machine {
        data.push(("machine".to_owned(), Json::Bool(true)));
    }
    let (id, data) = (format!("{message}.{}.{}", report.as_str(), at.micros()), Json::Object(data));
    let event = Envelope::new(Kind::RecordReceipt, "/links", &id, at, &data);
    Outgoing { body: serde_json::to_string(&event).unwrap_or_default(), ..Outgoing::default() }
}
