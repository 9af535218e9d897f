//! What recipients say about messages to them, by the link that each message carries.
//!
//! Looking changes nothing: scanners look at every link. A mail program's one click (RFC 8058) ends the message's channel; the
//! form says of each channel whether messages are wanted. The suppression comes first, so that nothing is sent from then
//! on; consent and log follow through their queues. Done twice it is the same.

use axum::extract::{Path, Query, Request, State};
use axum::http::Uri;
use axum::response::Response;
use crm_domain::customer::{Channel, Customer};
use crm_domain::event::{Envelope, Kind};
use crm_domain::json::Json;
use crm_domain::links::Purpose;
use crm_domain::message::{Message, MessageId, Report};
use crm_domain::ports::{Enqueue, Outgoing, QueueName};
use crm_domain::suppression::{AddressHash, Happened, Note, SuppressionReason, masked};
use crm_domain::time::Time;
use crm_lambda::body;
use crm_lambda::problem::Problem;
use crm_lambda::queue;

use crate::http::{App, Store};
use crate::page::{self, Choice, Shown};
use crate::tracking::receipt;

/// Longest form that is read; ours is far shorter.
const MAX_FORM: usize = 4_096;

/// Whom a link is about.
struct Recipient {
    message: MessageId,
    /// Their entry in the log.
    entry: Option<Message>,
    /// Nobody when they were erased.
    customer: Option<Customer>,
}

/// Where somebody is written to on a channel.
struct Place {
    hash: AddressHash,
    shown: Option<String>,
}

pub async fn show_preferences<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    match recipient(&app, &token).await? {
        Some(recipient) => page::of(&shown(&app, &recipient, &[]).await?),
        None => page::not_found(),
    }
}

pub async fn change_preferences<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let form = body::bytes(request).await?;
    let Some(recipient) = recipient(&app, &token).await? else { return page::not_found() };
    let own = recipient.entry.as_ref().map_or(Channel::Email, |entry| entry.channel);
    let (choices, done) = match chosen(&form) {
        Some(choices) => (choices, "Your choices are saved."),
        None => (vec![(own, false)], "You are unsubscribed."),
    };
    let now = Time::now();
    suppress(&app, &recipient, &choices, now).await?;
    if recipient.entry.is_some() && choices.contains(&(own, false)) {
        let left = receipt(recipient.message, Report::Unsubscribed, false, now);
        queue::send_packed(&*app.queue, QueueName::Receipts, vec![left], 1).await?;
    }
    // Who was erased is not brought back by an old message.
    if let Some(customer) = &recipient.customer {
        let said = consents(recipient.message, customer, &choices, now);
        queue::send_packed(&*app.queue, QueueName::Customers, vec![said], 1).await?;
    }
    let shown = shown(&app, &recipient, &choices).await?;
    page::of(&Shown { done: Some(done), ..shown })
}

async fn recipient<S: Store, Q: Enqueue>(app: &App<S, Q>, token: &str) -> Result<Option<Recipient>, Problem> {
    let Some((message, _)) = app.links().await?.read(Purpose::Preferences, token) else { return Ok(None) };
    let entry = app.store.messages_named(&[message]).await?.pop().map(|(_, entry)| entry);
    let customer = app.store.customer(message.customer).await?.map(|found| found.record);
    Ok(Some(Recipient { message, entry, customer }))
}

/// The channels that a form tells of, each with whether messages on it are wanted; none where it is not our form.
fn chosen(form: &[u8]) -> Option<Vec<(Channel, bool)>> {
    let text = std::str::from_utf8(form.get(..MAX_FORM.min(form.len()))?).ok()?;
    let uri: Uri = format!("/?{text}").parse().ok()?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    let named = |field: &str, channel: Channel| pairs.iter().any(|(name, value)| name == field && value == channel.as_str());
    let offered = Channel::ALL.into_iter().filter(|channel| named("offered", *channel));
    let choices: Vec<_> = offered.map(|channel| (channel, named("wanted", channel))).collect();
    (!choices.is_empty()).then_some(choices)
}

/// All places to which messages on a channel go, or went: an address that has changed is not written to either.
async fn places<S: Store, Q: Enqueue>(app: &App<S, Q>, recipient: &Recipient, channel: Channel) -> Result<Vec<Place>, Problem> {
    let mut places = Vec::new();
    if let Some(address) = recipient.customer.as_ref().and_then(|customer| customer.address_on(channel))
        && let Ok(hash) = app.addresses.key().await?.hash(channel, address)
    {
        places.push(Place { hash, shown: Some(masked(channel, address)) });
    }
    let entry = recipient.entry.as_ref().filter(|entry| entry.channel == channel);
    if let Some(hash) = entry.and_then(|entry| entry.address).filter(|hash| places.iter().all(|place| place.hash != *hash)) {
        places.push(Place { hash, shown: None });
    }
    Ok(places)
}

/// Puts on the list what is not wanted, and takes off it what the recipient alone had put there and wants again.
async fn suppress<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    recipient: &Recipient,
    choices: &[(Channel, bool)],
    now: Time,
) -> Result<(), Problem> {
    let mut notes = Vec::new();
    for (channel, wanted) in choices {
        let places = places(app, recipient, *channel).await?;
        if !*wanted {
            let what = || Happened::Reason(SuppressionReason::Unsubscribed);
            let note = |place: Place| Note { id: place.hash, channel: *channel, shown: place.shown, at: now, what: what() };
            notes.extend(places.into_iter().map(note));
            continue;
        }
        let hashes: Vec<AddressHash> = places.iter().map(|place| place.hash).collect();
        for one in app.store.suppressed(&hashes).await? {
            if one.reason == SuppressionReason::Unsubscribed && one.also.is_empty() {
                app.store.lift(one.id, now, None).await?;
            }
        }
    }
    app.store.suppress(&notes).await?;
    Ok(())
}

/// The event by which consents follow.
fn consents(message: MessageId, customer: &Customer, choices: &[(Channel, bool)], now: Time) -> Outgoing {
    let member = |channel: Channel| match channel {
        Channel::Email => "emailConsent",
        Channel::Sms => "smsConsent",
        Channel::Whatsapp => "whatsappConsent",
    };
    let consents = choices.iter().map(|(channel, wanted)| (member(*channel).to_owned(), Json::Bool(*wanted)));
    let email = ("email".to_owned(), Json::from(customer.email.as_str()));
    let data = Json::Object([email].into_iter().chain(consents).collect());
    let id = format!("{message}.preferences.{}", now.micros());
    let event = Envelope::new(Kind::UpsertCustomer, "/unsubscribe", &id, now, &data);
    Outgoing { body: serde_json::to_string(&event).unwrap_or_default(), ..Outgoing::default() }
}

/// What the page shows, with choices that have just been made: consents are on their way.
async fn shown<S: Store, Q: Enqueue>(
    app: &App<S, Q>,
    recipient: &Recipient,
    choices: &[(Channel, bool)],
) -> Result<Shown, Problem> {
    let own = recipient.entry.as_ref().map_or(Channel::Email, |entry| entry.channel);
    let (mut channels, mut address) = (Vec::new(), None);
    for channel in Channel::ALL {
        let reachable = recipient.customer.as_ref().is_some_and(|customer| customer.reachable_on(channel));
        if !reachable && channel != own {
            continue;
        }
        let places = places(app, recipient, channel).await?;
        let hashes: Vec<AddressHash> = places.iter().map(|place| place.hash).collect();
        if channel == own {
            address = places.into_iter().find_map(|place| place.shown);
        }
        let defaults = app.settings.consent_defaults;
        let said = choices.iter().find(|(chosen, _)| *chosen == channel).map(|(_, wanted)| *wanted);
        let held = || recipient.customer.as_ref().is_some_and(|customer| customer.consents_to(channel, defaults));
        let consents = said.unwrap_or_else(held);
        let wanted = consents && app.store.suppressed(&hashes).await?.is_empty();
        channels.push(Choice { channel: channel.as_str(), label: label(channel), wanted });
    }
    Ok(Shown { address, channels, done: None })
}

const fn label(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "E-mail",
        Channel::Sms => "SMS",
        Channel::Whatsapp => "WhatsApp",
    }
}
