//! The making of a message, without any request.
//!
//! - `message.render`: subject and body out of the templates, encoded as JSON; against `minijinja` alone with the same two texts and
//!   the same values, encoded likewise, and against `write!`.
//! - `message.whole`: all that a delivery does for one e-mail: texts, links led past us, the picture, the headers by which people
//!   unsubscribe, and the update of the log as it is handed to the SDK.
//!
//! All take turns, each with the hundred people of one delivery.

#![allow(clippy::unwrap_used, reason = "what is rendered is here, and right")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;

use crm_aws::settlement;
use crm_domain::campaign::{Campaign, CampaignDraft, Variant};
use crm_domain::customer::{AttributeValue, Channel, Customer};
use crm_domain::email::Email;
use crm_domain::experiment::Share;
use crm_domain::ids::{CampaignId, SegmentId};
use crm_domain::json::Json;
use crm_domain::links::Links;
use crm_domain::message::Message;
use crm_domain::money::Currency;
use crm_domain::ports::SigningKeys;
use crm_domain::rules::Rules;
use crm_domain::template::{Rendered, Templates};
use crm_domain::time::{MINUTE, Time};
use crm_domain::tracking::tracked;
use minijinja::{AutoEscape, Environment, Value};
use serde_json::json;

use crate::process::measured;
use crate::report::{Cost, Row, Target, in_unit};
use crate::settings::Settings;

const PEOPLE: u32 = 100;
/// Deliveries of one run.
const ROUNDS: usize = 200;
const SUBJECT: &str = "{{name|default(\"Hello\")}}, new in {{city|default(\"your city\")}}";
const BODY: &str = "<html><body><p>Dear {{name|default(\"customer\")}},</p>\n\
    <p>{% if attributes.tier == \"gold\" %}As a gold member you come first{% else %}Come and see{% endif %}: in \
    {{city|default(\"your city\")}} there is <a href=\"https://shop.example/spring?from=mail\">the new collection</a>, and what is \
    left of the old one costs half.</p>\n<p>See you soon, <a href=\"https://shop.example/\">the shop</a></p></body></html>";

/// The lines.
pub fn rows(settings: &Settings) -> Result<Vec<Row>, Box<dyn Error>> {
    let campaign = campaign();
    let templates = Templates::compile(Channel::Email, &campaign.variants)?;
    let links = Links::new(&SigningKeys(vec!["k".repeat(64)]), "https://crm.example");
    let cases: Vec<Case> = (0..PEOPLE).map(|number| Case::new(person(number), &campaign, &templates)).collect();
    let engine = engine();
    for Case { person, written: Message { subject, body, .. }, .. } in &cases {
        let texts = subject.clone().zip(body.clone()).ok_or("a message without texts")?;
        if written(person) != texts || bare(&engine, person) != texts {
            return Err("the texts that are compared differ".into());
        }
    }
    let render = |person: &Customer| templates.render(0, Channel::Email, person).unwrap();
    let rendered = |person: &Customer| {
        let Rendered { subject, body } = render(person);
        encoded(&subject.unwrap_or_default(), &body)
    };
    let both = |(subject, body): (String, String)| encoded(&subject, &body);
    let whole = |Case { person, entry, .. }: &Case| {
        let Rendered { subject, body } = render(person);
        let id = campaign.message_id(person.id);
        black_box((tracked(&body, templates.addresses(0), &links, id), links.headers(id)));
        let entry = Message { subject, body: Some(body), ..entry.clone() };
        black_box(settlement("crm-messages", &campaign, &entry).unwrap());
    };
    let works: [&dyn Fn(&Case); 4] = [
        &|case| drop(black_box(rendered(&case.person))),
        &|case| drop(black_box(both(bare(&engine, &case.person)))),
        &|case| drop(black_box(both(written(&case.person)))),
        &|case| whole(case),
    ];
    let mut costs = [const { Vec::new() }; 4];
    for _ in 0..=settings.runs {
        for (work, costs) in works.iter().zip(&mut costs) {
            costs.push(measured(|| (0..ROUNDS).for_each(|_| cases.iter().for_each(*work)))?.each(ROUNDS * cases.len()));
        }
    }
    // The first run warms up.
    let [render, bare, write, whole] = costs.map(|costs| Cost::median(costs.get(1..).unwrap_or_default()));
    let us = |cost: Cost| in_unit(cost.cpu, "us");
    Ok(vec![
        Row::of_cost("message.render", render, "us")
            .against(us(bare), "minijinja alone, encoded")
            .target(Target::RatioAtMost(1.5))
            .note(format!("{:.2} of `write!`, encoded ({:.2} us)", us(render) / us(write), us(write))),
        Row::of_cost("message.whole", whole, "us").against(us(bare), "minijinja alone, encoded"),
    ])
}

fn encoded(subject: &str, body: &str) -> String {
    json!({"subject": subject, "body": body}).to_string()
}

fn person(number: u32) -> Customer {
    let mut person = Customer::new(Email::parse(&format!("person{number}@example.com")).unwrap(), Time::from_micros(0));
    person.name = Some(format!("Person Number {number}"));
    // Not everybody has one, so that the default is used.
    person.city = (!number.is_multiple_of(3)).then(|| "Thiruvananthapuram".to_owned());
    let tier = if number.is_multiple_of(4) { "gold" } else { "basic" };
    person.attributes.insert("tier".into(), AttributeValue::Text(tier.into()));
    person.attributes.insert("points".into(), AttributeValue::Number(f64::from(number)));
    person.tags = BTreeSet::from(["loyal".to_owned()]);
    person
}

fn campaign() -> Campaign {
    let variant = Variant { subject: Some(SUBJECT.into()), body: BODY.into(), share: None };
    let draft = CampaignDraft {
        name: "Spring".into(),
        segment_id: SegmentId::generate(),
        channel: Channel::Email,
        objective: None,
        variants: vec![variant],
        holdout: Share::NONE,
        test: None,
        scheduled_at: None,
        timing: crm_domain::timing::Timing::default(),
        caps: None,
        attribution_days: None,
        draft: false,
    };
    let rules = Json::parse(br#"{"combinator":"and","rules":[]}"#).unwrap();
    let rules = Rules::parse(&rules, "rules", &Currency::parse("INR").unwrap()).unwrap();
    draft.into_campaign(CampaignId::generate(), rules, u64::from(PEOPLE), Time::now())
}

/// Somebody whose letter a provider has taken.
struct Case {
    person: Customer,
    entry: Message,
    /// The entry with its text.
    written: Message,
}

impl Case {
    fn new(person: Customer, campaign: &Campaign, templates: &Templates) -> Self {
        let Rendered { subject, body } = templates.render(0, Channel::Email, &person).unwrap();
        let (sent_at, provider_id) = (Some(Time::now().plus(MINUTE)), Some(format!("0100018f-{}", person.id)));
        let entry = Message { sent_at, provider_id, ..Message::blank(&person.email, campaign.created_at) };
        Self { written: Message { subject, body: Some(body), ..entry.clone() }, entry, person }
    }
}

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_auto_escape_callback(|name| if name == "body" { AutoEscape::Html } else { AutoEscape::None });
    engine.add_template("subject", SUBJECT).unwrap();
    engine.add_template("body", BODY).unwrap();
    engine
}

fn bare(engine: &Environment<'_>, person: &Customer) -> (String, String) {
    let tier = match person.attributes.get("tier") {
        Some(AttributeValue::Text(tier)) => tier.as_str(),
        _ => "",
    };
    let known = [("name", person.name.as_deref()), ("city", person.city.as_deref())];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, Value::from(value?))));
    let values = Value::from_pairs(known.chain([("attributes", Value::from_pairs([("tier", tier)]))]));
    let text = |name: &str| engine.get_template(name).unwrap().render(&values).unwrap();
    (text("subject"), text("body"))
}

fn written(person: &Customer) -> (String, String) {
    let (mut subject, mut body) = (String::new(), String::new());
    let city = person.city.as_deref().unwrap_or("your city");
    let is_gold = matches!(person.attributes.get("tier"), Some(AttributeValue::Text(tier)) if tier == "gold");
    let seen = if is_gold { "As a gold member you come first" } else { "Come and see" };
    write!(subject, "{}, new in {city}", person.name.as_deref().unwrap_or("Hello")).unwrap();
    write!(
        body,
        "<html><body><p>Dear {},</p>\n<p>{seen}: in {city} there is <a href=\"https://shop.example/spring?from=mail\">the new \
         collection</a>, and what is left of the old one costs half.</p>\n<p>See you soon, <a href=\"https://shop.example/\">the \
         shop</a></p></body></html>",
        person.name.as_deref().unwrap_or("customer"),
    )
    .unwrap();
    (subject, body)
}
