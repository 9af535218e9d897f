//! Questions about one person: what they would get, and why they got it or did not.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use crm_domain::audience::Audience;
use crm_domain::campaign::Campaign;
use crm_domain::customer::{Channel, Customer};
use crm_domain::draft::Trial;
use crm_domain::email::Email;
use crm_domain::faults::Faults;
use crm_domain::ids::CustomerId;
use crm_domain::message::{Message, MessageId};
use crm_domain::ports::{Enqueue, StoreError};
use crm_domain::sms;
use crm_domain::suppression::AddressKey;
use crm_domain::template::Templates;
use crm_domain::time::Time;
use crm_domain::why::{self, Standing};
use crm_lambda::addresses::{Addresses, suppressed_among};
use crm_lambda::api::App;
use crm_lambda::audience::contacts_of;
use crm_lambda::body::JsonBody;
use crm_lambda::contract::launches::{Rendered, RenderedAll, Why, WhyStep};
use crm_lambda::problem::Problem;
use crm_lambda::query::{Asked, required};
use serde::Deserialize;

use crate::http::{Store, find};
use crate::view;

pub async fn render_campaign<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    JsonBody(body): JsonBody,
) -> Result<Json<RenderedAll>, Problem> {
    let Trial { email, channel, variants } = Trial::parse(&body)?;
    let found = app.store.customer(CustomerId::of(&email)).await?;
    let customer = found.ok_or_else(|| Faults::of("email", "is no customer's"))?.record;
    let templates = Templates::compile(channel, &variants).map_err(|reason| Faults::of("variants", reason))?;
    let messages = (0..variants.len() as u32).map(|variant| match templates.render(variant, channel, &customer) {
        Ok(made) => {
            let length = (channel == Channel::Sms).then(|| sms::Length::of(&made.body));
            let (segments, encoding) = length.map(|length| (length.segments, length.encoding)).unzip();
            Rendered { subject: made.subject, body: Some(made.body), segments, encoding, error: None }
        }
        Err(reason) => Rendered { error: Some(reason), ..Rendered::default() },
    });
    Ok(Json(RenderedAll { messages: messages.collect() }))
}

#[derive(Deserialize)]
pub struct About {
    email: Option<String>,
}

pub async fn explain_recipient<S: Store, Q: Enqueue>(
    State(app): State<App<S, Q>>,
    Extension(addresses): Extension<Addresses>,
    Path(id): Path<String>,
    Asked(query): Asked<About>,
) -> Result<Json<Why>, Problem> {
    let email = required(query.email, "email")?;
    let email = Email::parse(&email).map_err(|reason| Faults::of("email", reason))?;
    let campaign = find(&*app.store, &id).await?.record;
    let asked = CustomerId::of(&email);
    let (customer, entry) = entry_of(&*app.store, &campaign, &email).await?;
    if customer.is_none() && entry.is_none() {
        return Err(Problem::not_found("customer"));
    }
    let mut audience = campaign.audience(app.settings.consent_defaults);
    if campaign.is_draft() && campaign.scheduled_at.is_none() {
        audience.context.now = Time::now();
    }
    let own = entry.as_ref().map(|entry| campaign.message_id(entry.customer_id));
    let customer_standing = match &customer {
        Some(customer) => Some((customer, standing(&*app.store, &*addresses.key().await?, &audience, customer, own).await?)),
        None => None,
    };
    let steps = why::steps(&campaign, &audience, customer_standing, entry.as_ref());
    let steps = steps.map(|passed| WhyStep { step: passed.step, at_launch: passed.at_launch, now: passed.now });
    Ok(Json(Why {
        email: email.to_string(),
        customer_id: customer.as_ref().map_or(asked, |customer| customer.id).to_string(),
        status: campaign.state.status,
        steps: steps.into(),
        rules: customer.map(|customer| campaign.rules.explain(&customer, &audience.context)),
        entry: entry.map(|entry| view::message(&campaign, entry)),
    }))
}

/// The customer who has this address, and their entry in the log. Whoever was merged may have been written to under an
/// address from before; the one that is asked for comes first.
pub async fn entry_of<S: Store>(
    store: &S,
    campaign: &Campaign,
    email: &Email,
) -> Result<(Option<Customer>, Option<Message>), StoreError> {
    let asked = CustomerId::of(email);
    let customer = store.customer(asked).await?.map(|found| found.record);
    let others = customer.iter().flat_map(Customer::identities).filter(|identity| *identity != asked);
    for identity in [asked].into_iter().chain(others) {
        if let Some(entry) = store.entry(campaign, identity).await? {
            return Ok((customer, Some(entry)));
        }
    }
    Ok((customer, None))
}

/// What the suppression list and the logs say of somebody now, leaving aside their message of the campaign itself.
async fn standing<S: Store>(
    store: &S,
    key: &AddressKey,
    audience: &Audience<'_>,
    customer: &Customer,
    own: Option<MessageId>,
) -> Result<Standing, StoreError> {
    let one = || [customer].into_iter();
    let suppressed = !suppressed_among(store, key, audience.channel, one()).await?.is_empty();
    let Some(caps) = audience.caps else { return Ok(Standing { suppressed, capped: false }) };
    let now = audience.context.now.max(Time::now());
    let mut contacts = contacts_of(store, caps, one(), now).await?.remove(&customer.id).unwrap_or_default();
    contacts.retain(|contact| Some(contact.message) != own);
    Ok(Standing { suppressed, capped: caps.are_reached(&contacts, now) })
}
