//! Templates: whatever they say, what comes of them ends, is bounded, and brings no markup of a person's into an e-mail.

use std::time::{Duration, Instant};

use crm_domain::campaign::Variant;
use crm_domain::customer::{AttributeValue, Channel, Customer};
use crm_domain::email::Email;
use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::links::Links;
use crm_domain::message::MessageId;
use crm_domain::plain::plain;
use crm_domain::ports::SigningKeys;
use crm_domain::template::{Templates, check};
use crm_domain::time::Time;
use crm_domain::tracking::{Addresses, tracked};
use fuzzing::Target;

const SEEDS: &[&str] = &[
    "Hi {{name|default(\"there\")}}\n<p>Hi {{name}} of {{city}}, {{attributes.points}} points</p>",
    "{{attributes.tier}}!\n{% if attributes.vip %}x{% elif city == 'Pune' %}y{% else %}z{% endif %}{# note #}",
    "s\n{% for word in name|split(' ') %}{{ loop.index }}{{ word|upper }}{% endfor %}",
    "s\n{% set n = name|lower|trim %}{{ n[1:] }}{{ n|length }}{{ n|replace('a', 'b') }}",
    "s\n{% with a = [1, 2.5, 'x'] %}{{ a|join(', ') }}{{ a|first }}{{ {'k': 1}.k }}{% endwith %}",
    "s\n{% filter upper %}{{ name|e }}{% endfilter %}{% raw %}{{ x }}{% endraw %}{{ name ~ 'x' * 3 }}",
    "s\n{% autoescape true %}{{ name }}{% endautoescape %}{%- if name is defined and not city -%}a{%- endif -%}",
    "s\n{{ attributes.points // 2 ** 3 % 4 - 1 }}{{ (1 in [1]) if true else none }}",
    "s\n<a href=\"https://shop.example/?q={{name}}\">{{ city }}</a><script>x</script><style>&amp;</style>",
    "s\n{{ attributes|items|list|sort|reverse|unique|map('upper')|select|batch(2) }}",
];
const WORDS: &str = "{{ }} {% %} {# #} {%- -%} if elif else endif for in endfor set endset with endwith filter endfilter raw endraw \
    autoescape endautoescape true false none not and or is defined undefined name city email attributes loop.index |upper |lower \
    |title |capitalize |trim |default |replace |join |first |last |length |list |sort |reverse |unique |map |select |reject \
    |escape |e |safe |string |int |float |abs |round |items |dictsort |split |lines |min |max |sum |bool |tojson |urlencode \
    |attr |groupby |zip |chain |indent |format ~ ** // recursive loop( caller() macro include import extends block do break continue";

#[test]
fn templates_of_any_form() {
    let seeds = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let people = [hostile(), Customer::new(Email::parse("priya@example.com").unwrap(), Time::from_micros(0))];
    Target { name: "templates", seeds, words: WORDS.split_whitespace().collect(), rounds: 1_500 }.run(move |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        let (subject, body) = text.split_once('\n').unwrap_or(("", text));
        tried(subject, body, &people);
    });
}

/// Somebody whose every value is markup, and more than one line.
fn hostile() -> Customer {
    let mut customer = Customer::new(Email::parse("priya@example.com").unwrap(), Time::from_micros(0));
    customer.name = Some("<script>alert('1')</script>\" & \r\nBcc: all@example.com".into());
    customer.city = Some("https://evil.example/ <b> {{ email }} {% raw %}\u{2028}é".into());
    let attributes = [
        ("tier", AttributeValue::Text("<i>&lt;".into())),
        ("lt", AttributeValue::Text("<".into())),
        ("points", AttributeValue::Number(12.0)),
    ];
    customer.attributes.extend(attributes.map(|(key, value)| (key.to_owned(), value)));
    customer.attributes.insert("vip".into(), AttributeValue::Flag(true));
    customer
}

fn tried(subject: &str, body: &str, people: &[Customer]) {
    let begun = Instant::now();
    let accepted = check(body);
    if let Err(reason) = &accepted {
        assert!(!reason.is_empty() && reason.chars().count() < 400, "{reason}");
    }
    for channel in [Channel::Email, Channel::Sms] {
        let variant = Variant { subject: Some(subject.to_owned()), body: body.to_owned(), share: None };
        let templates = match Templates::compile(channel, &[variant]) {
            Ok(templates) => templates,
            Err(reason) => {
                assert!(!reason.is_empty());
                assert!(accepted.is_err() || check(subject).is_err(), "accepted, and no template: {reason}");
                continue;
            }
        };
        for person in people {
            match templates.render(0, channel, person) {
                Err(reason) => assert!(!reason.is_empty() && reason.chars().count() < 400, "{reason}"),
                Ok(rendered) => {
                    let subject = rendered.subject.unwrap();
                    assert!(!subject.contains(|c: char| c.is_control()) && subject.chars().count() <= 990, "{subject:?}");
                    assert!(rendered.body.len() <= 100_000);
                    if channel == Channel::Email {
                        is_escaped(body, &rendered.body);
                        is_sent(body, &rendered.body, templates.addresses(0));
                    }
                }
            }
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
}

/// Markup comes of the text itself alone, never of a value.
fn is_escaped(source: &str, rendered: &str) {
    if !source.contains('<') {
        assert!(!rendered.contains('<'), "{rendered}");
    }
}

/// What is made of a letter on its way out: links of addresses that the text itself names, never of one that a value brings.
fn is_sent(source: &str, html: &str, addresses: &Addresses) {
    let links = Links::new(&SigningKeys(vec!["key".into()]), "https://crm.example");
    let message = MessageId {
        campaign: CampaignId::parse("0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02").unwrap(),
        customer: CustomerId::parse("7b6c1de4-6c2b-5d0e-8a51-3f5e0f2b9a10").unwrap(),
    };
    let sent = tracked(html, addresses, &links, message);
    assert!(sent.len() >= html.len() && sent.contains("/api/o/"));
    if !source.contains(['<', '&']) && !source.to_ascii_lowercase().contains("http") {
        assert!(!sent.contains("/api/c/"), "{sent}");
    }
    let text = plain(html);
    assert!(text.chars().all(|c| !c.is_control() || c == '\n' || html.contains(c) || html.contains("&#")), "{text:?}");
}
