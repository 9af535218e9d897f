//! How long the making of a message takes, without any request: `cargo bench -p crm-aws --bench messages`. A line a measure:
//! its name, messages a second on one core, the unit, and how that compares with `message`.
//!
//! - `message`: all that a delivery does for one e-mail: subject and body rendered, links led past us, the picture, the headers
//!   by which people unsubscribe, and the update of the log as it is handed to the SDK. Parts of it: `render` (the texts), `links`
//!   (links, picture, headers), `settlement` (the update), and `logged` (texts and update, as for a message without links).
//! - What they are held against: `minijinja`, the engine alone with the same two texts and the same values, and `write`, the same
//!   texts put together by `write!`.
//!
//! All measures take turns, each with the hundred people of one delivery, and the median of many rounds counts.

#![allow(clippy::unwrap_used, reason = "a bench ends by panicking, as a test does")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

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

const PEOPLE: u32 = 100;
const ROUNDS: usize = 2_001;
const SUBJECT: &str = "{{name|default(\"Hello\")}}, new in {{city|default(\"your city\")}}";
const BODY: &str = "<html><body><p>Dear {{name|default(\"customer\")}},</p>\n\
    <p>{% if attributes.tier == \"gold\" %}As a gold member you come first{% else %}Come and see{% endif %}: in \
    {{city|default(\"your city\")}} there is <a href=\"https://shop.example/spring?from=mail\">the new collection</a>, and what is \
    left of the old one costs half.</p>\n<p>See you soon, <a href=\"https://shop.example/\">the shop</a></p></body></html>";

/// What is measured, by name.
type Measure<'a> = (&'static str, &'a dyn Fn(&Case));

fn main() {
    let campaign = campaign();
    let templates = Templates::compile(Channel::Email, &campaign.variants).unwrap();
    let links = Links::new(&SigningKeys(vec!["k".repeat(64)]), "https://crm.example");
    let cases: Vec<Case> = (0..PEOPLE).map(|number| Case::new(person(number), &campaign, &templates)).collect();
    let render = |person: &Customer| templates.render(0, Channel::Email, person).unwrap();
    let link = |person: &Customer, body: &str| {
        let id = campaign.message_id(person.id);
        black_box((tracked(body, &links, id), links.headers(id)));
    };
    let settled = |entry: &Message| settlement("crm-messages", &campaign, entry).unwrap();
    let message = |Case { person, entry, .. }: &Case, with_links: bool| {
        let Rendered { subject, body } = render(person);
        if with_links {
            link(person, &body);
        }
        black_box(settled(&Message { subject, body: Some(body), ..entry.clone() }));
    };
    let engine = engine();
    let measures: [Measure<'_>; 7] = [
        ("message", &|one| message(one, true)),
        ("logged", &|one| message(one, false)),
        ("links", &|case| link(&case.person, case.written.body.as_deref().unwrap_or_default())),
        ("render", &|case| drop(black_box(render(&case.person)))),
        ("settlement", &|case| drop(black_box(settled(&case.written)))),
        ("minijinja", &|case| drop(black_box(bare(&engine, &case.person)))),
        ("write", &|case| drop(black_box(written(&case.person)))),
    ];
    for Case { person, written: Message { subject, body, .. }, .. } in &cases {
        assert_eq!((written(person), bare(&engine, person)), (bare(&engine, person), subject.clone().zip(body.clone()).unwrap()));
    }
    let mut rates = [const { Vec::new() }; 7];
    for _ in 0..ROUNDS {
        for ((_, work), rates) in measures.iter().zip(&mut rates) {
            let begun = Instant::now();
            cases.iter().for_each(*work);
            rates.push(f64::from(PEOPLE) / begun.elapsed().as_secs_f64());
        }
    }
    let medians = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[ROUNDS / 2]
    });
    for ((name, _), rate) in measures.iter().zip(medians) {
        println!("{name} {rate:.0} messages/s {:.2}", rate / medians[0]);
    }
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
