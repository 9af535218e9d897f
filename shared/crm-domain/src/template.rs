//! Message templates: `{{name}}`, `{{city}}`, `{{email}}`, `{{attributes.x}}`, `{{name|default("there")}}`, conditions.
//!
//! A template that names anything else is refused at launch; a value that a person does not have is empty text. Values
//! are HTML-escaped in the bodies of e-mails and nowhere else. There are no includes and no functions, and both the work
//! and the length of one message are bounded.

mod lists;

use std::io;

use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, HtmlEscape, Output, State, UndefinedBehavior, escape_formatter};

use crate::campaign::Variant;
use crate::customer::{AttributeValue, Channel, Customer};
use crate::faults::Reason;
use crate::rules::{Part, Reads};
use crate::sms;
use crate::tracking::Addresses;

/// What templates may name.
const NAMES: [&str; 4] = ["name", "city", "email", "attributes"];
/// Engine steps for one text; an ordinary one takes dozens.
const FUEL: u64 = 50_000;
/// Greatest length of one rendered text, in bytes.
const MAX_BYTES: usize = 100_000;
/// Ends the names of texts whose values are escaped.
const HTML: &str = "/html";
/// Greatest length of a subject, in characters: what RFC 5322 lets stand on one line.
const MAX_SUBJECT: usize = 990;

/// The variants of one campaign, compiled once.
pub struct Templates {
    engine: Environment<'static>,
    /// Under what names the engine knows each variant's subject, if it has one, and body.
    names: Vec<(Option<String>, String)>,
    /// What each variant's body names by itself; of e-mails alone.
    addresses: Vec<Addresses>,
}

/// One message, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: Option<String>,
    pub body: String,
}

/// Checks a text before a launch.
///
/// # Errors
/// Says what is wrong with it.
pub fn check(source: &str) -> Result<(), Reason> {
    let mut engine = engine();
    let unreadable = |error: &minijinja::Error| Reason::from(format!("is not a valid template: {}", told(error)));
    add(&mut engine, "check".to_owned(), source).map_err(|error| unreadable(&error))?;
    let template = engine.get_template("check").map_err(|error| unreadable(&error))?;
    let mut unknown: Vec<String> =
        template.undeclared_variables(false).into_iter().filter(|name| !NAMES.contains(&name.as_str())).collect();
    unknown.sort();
    if let Some(name) = unknown.first() {
        let shown: String = name.chars().take(50).collect();
        return Err(format!("names \"{shown}\"; there are only {}", NAMES.join(", ")).into());
    }
    // Filters and tests are looked up when they are used: try the text on someone.
    let person = Value::from_pairs([("name", "Priya"), ("city", "Pune"), ("email", "priya@example.com")]);
    for values in [person, Value::from_pairs([("attributes", Value::from_pairs([("", "")]))])] {
        match render(&engine, "check", values) {
            Err(error) if never_works(error.kind()) => return Err(unreadable(&error)),
            _ => {}
        }
    }
    Ok(())
}

/// What a text says to everybody: the parts between what is filled in, without the spaces around it. None for a text with
/// statements, of which some may get this and others that.
pub(crate) fn literal(source: &str) -> Option<String> {
    let mut parts = source.split("{{");
    let mut literal = parts.next()?.trim().to_owned();
    for part in parts {
        literal.push_str(part.split_once("}}")?.1.trim());
    }
    let is_plain = !source.contains("{%") && !source.contains("{#") && !literal.contains("}}");
    is_plain.then_some(literal)
}

/// The parts of a customer that texts may name.
#[must_use]
pub fn reads() -> Reads {
    [Part::Name, Part::City, Part::Attributes].into_iter().collect()
}

impl Templates {
    /// Compiles the variants of a campaign on `channel`.
    ///
    /// # Errors
    /// Says which text is not a template.
    pub fn compile(channel: Channel, variants: &[Variant]) -> Result<Self, String> {
        let (mut engine, mut names) = (engine(), Vec::with_capacity(variants.len()));
        let mut add = |name: String, source: &str| match add(&mut engine, name.clone(), source) {
            Ok(()) => Ok(name),
            Err(error) => Err(told(&error)),
        };
        for (index, variant) in variants.iter().enumerate() {
            let subject = variant.subject.as_deref().map(|subject| add(format!("{index}/subject"), subject)).transpose()?;
            let kind = if channel == Channel::Email { HTML } else { "/text" };
            names.push((subject, add(format!("{index}{kind}"), &variant.body)?));
        }
        let of_emails = variants.iter().filter(|_| channel == Channel::Email);
        Ok(Self { engine, names, addresses: of_emails.map(|variant| Addresses::of(&variant.body)).collect() })
    }

    /// The addresses that stand in the body of variant `variant` itself, whatever is filled in.
    #[must_use]
    pub fn addresses(&self, variant: u32) -> &Addresses {
        self.addresses.get(variant as usize).unwrap_or(Addresses::NONE)
    }

    /// Makes the message of variant `variant` for `customer`.
    ///
    /// # Errors
    /// Says why this one cannot be made; fit for the log.
    pub fn render(&self, variant: u32, channel: Channel, customer: &Customer) -> Result<Rendered, String> {
        let (subject, body) = self.names.get(variant as usize).ok_or("there is no such variant")?;
        let values = values(customer);
        let text =
            |name: &String| render(&self.engine, name, values.clone()).map_err(|error| format!("template: {}", told(&error)));
        let (subject, body) = (subject.as_ref().map(text).transpose()?, text(body)?);
        if channel == Channel::Sms {
            sms::check(&body).map_err(Reason::into_owned)?;
        }
        Ok(Rendered { subject: subject.as_deref().map(one_line), body })
    }
}

fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Lenient);
    engine.set_fuel(Some(FUEL));
    engine.set_auto_escape_callback(|name| if name.ends_with(HTML) { AutoEscape::Html } else { AutoEscape::None });
    engine.set_formatter(filled_in);
    // What would get around escaping, or build texts out of nothing.
    for filter in ["safe", "format", "indent", "pprint", "batch", "slice"] {
        engine.remove_filter(filter);
    }
    // What makes lists of lists: see `lists`.
    for filter in ["items", "dictsort", "map", "selectattr", "rejectattr", "groupby", "chain", "zip"] {
        engine.remove_filter(filter);
    }
    engine
}

/// Compiles a text. The engine works out what it can while it does, so that lists are looked at before.
fn add(engine: &mut Environment<'static>, name: String, source: &str) -> Result<(), minijinja::Error> {
    if lists::grow(&parse(source, &name, SyntaxConfig::default())?) {
        return Err(minijinja::Error::new(
            ErrorKind::SyntaxError,
            "a list cannot be added to, repeated, put into another, or have over 1,000 items",
        ));
    }
    engine.add_template_owned(name, source.to_owned())
}

/// Writes a value. `{% autoescape false %}` is a statement of the language, and no way around escaping.
fn filled_in(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    if state.name().ends_with(HTML) && matches!(state.auto_escape(), AutoEscape::None) && !value.is_safe() {
        return Ok(write!(out, "{}", HtmlEscape(&value.to_string()))?);
    }
    escape_formatter(out, state, value)
}

/// What templates see of a customer; what is not known is left out.
fn values(customer: &Customer) -> Value {
    let attributes = customer.attributes.iter().map(|(key, value)| (key.as_str(), shown(value)));
    let known = [("name", &customer.name), ("city", &customer.city)];
    let known = known.into_iter().filter_map(|(key, value)| Some((key, Value::from(value.as_deref()?))));
    let fixed = [("email", Value::from(customer.email.as_str())), ("attributes", Value::from_pairs(attributes))];
    Value::from_pairs(known.chain(fixed))
}

fn shown(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::Flag(flag) => Value::from(*flag),
        // 12.0 points are 12 points.
        AttributeValue::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => Value::from(*number as i64),
        AttributeValue::Number(number) => Value::from(*number),
        AttributeValue::Text(text) => Value::from(text.as_str()),
    }
}

fn render(engine: &Environment<'_>, name: &str, values: Value) -> Result<String, minijinja::Error> {
    let mut out = Bounded(Vec::new());
    engine.get_template(name)?.render_captured_to(values, &mut out)?;
    // It was made of texts, so this is how they went in.
    Ok(String::from_utf8(out.0).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Takes up to [`MAX_BYTES`].
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BYTES {
            return Err(io::Error::other("the text gets too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A header is one line: whatever a value brings, nothing can follow it.
fn one_line(subject: &str) -> String {
    let spaced: String =
        subject.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    match spaced.trim() {
        line if line.len() == spaced.len() && line.len() <= MAX_SUBJECT => spaced,
        line => line.chars().take(MAX_SUBJECT).collect(),
    }
}

/// Whether the fault lies in the text, not in somebody's data.
const fn never_works(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::SyntaxError
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
            | ErrorKind::OutOfFuel
            | ErrorKind::WriteFailure
    )
}

/// The engine's error in few words, without the text around it.
fn told(error: &minijinja::Error) -> String {
    let text: String = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned).chars().take(200).collect();
    error.line().map_or_else(|| text.clone(), |line| format!("{text} (line {line})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;
    use crate::time::Time;

    fn customer() -> Customer {
        let mut customer = Customer::new(Email::parse("priya@example.com").unwrap(), Time::from_micros(0));
        customer.name = Some("Priya <b>O'Neil</b>".into());
        customer.attributes.insert("points".into(), AttributeValue::Number(12.0));
        customer.attributes.insert("tier".into(), AttributeValue::Text("gold\r\nBcc: all@example.com".into()));
        customer
    }

    fn rendered(channel: Channel, subject: Option<&str>, body: &str, customer: &Customer) -> Result<Rendered, String> {
        let variant = Variant { subject: subject.map(Into::into), body: body.into(), share: None };
        Templates::compile(channel, &[variant]).unwrap().render(0, channel, customer)
    }

    #[test]
    fn values_are_filled_in_and_escaped_by_channel() {
        let text = "Hi {{name}} of {{city|default(\"your city\")}}, {{attributes.points}} points{{attributes.none}}{{ city }}";
        assert_eq!(
            rendered(Channel::Sms, None, text, &customer()).unwrap().body,
            "Hi Priya <b>O'Neil</b> of your city, 12 points"
        );
        let email = rendered(Channel::Email, Some("For {{name}}"), text, &customer()).unwrap();
        assert_eq!(email.body, "Hi Priya &lt;b&gt;O&#x27;Neil&lt;&#x2f;b&gt; of your city, 12 points");
        assert_eq!(email.subject.as_deref(), Some("For Priya <b>O'Neil</b>"));
        assert_eq!(rendered(Channel::Email, None, "{% if city %}x{% else %}y{% endif %}", &customer()).unwrap().body, "y");
    }

    #[test]
    fn no_statement_turns_escaping_off() {
        for text in [
            "{% autoescape false %}{{ name }}{% endautoescape %}",
            "{% autoescape false %}{% set x %}{{ name }}{% endset %}{% endautoescape %}{{ x }}",
            "{% autoescape 'none' %}{% filter upper %}{{ name }}{% endfilter %}{% endautoescape %}",
        ] {
            let body = rendered(Channel::Email, None, text, &customer()).unwrap().body;
            assert!(!body.contains('<') && body.contains(";B&") || body.contains(";b&"), "{text}: {body}");
        }
    }

    #[test]
    fn a_subject_stays_one_line() {
        let subject = rendered(Channel::Email, Some("{{attributes.tier}}!"), "x", &customer()).unwrap().subject.unwrap();
        assert_eq!(subject, "gold  Bcc: all@example.com!");
    }

    #[test]
    fn what_can_never_be_rendered_is_refused_at_launch() {
        for good in [
            "plain",
            "{{name}} {{ city }}",
            "{{attributes.x}}",
            "{{name|default(\"there\")}}",
            "{{name|upper}}",
            "{# note #}",
            "{% if attributes.vip %}x{% endif %}",
            "{{ attributes.points * 2 }}",
            "{ {",
            "100 %}",
            "{% set n = name %}{{ n }}",
            "{% for word in name|split(' ') %}{{ loop.index }}{{ word }}{% endfor %}",
            "{{ name|split|first ~ '!' }}{% set words = name|split %}{{ words[0] }}",
            "{% if city in ['Pune', 'Goa'] and attributes.points + 2 > 3 %}{{ (city or 'x') * 2 }}{% endif %}",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "{{nmae}}",
            "{{customer.name}}",
            "{{ name",
            "{% if name %}",
            "{{name|nosuch}}",
            "{{ name is nosuch }}",
            "{{ range(9) }}",
            "{% include \"x\" %}",
            "{{ name|safe }}",
            "{{ name.nosuch() }}",
            "{% macro a() %}{% endmacro %}",
            "{{ debug() }}",
            "{{ name|default(1,2,3) }}",
            "{{ 'x' * 99999999 }}",
            "{{ ['x'] * 99999999 }}",
            "{{ (['x', 'y'] * 99999999)|string }}",
            "{{ ('x', 'y') * 99999999 }}",
            "{{ ['x'] ~ '' }}",
            "{% set a = name|split %}{% set a = a + a %}{{ a }}",
            "{% if city %}{% set a = a * 9 %}{% else %}{% set a = ['x'] %}{% endif %}",
            "{{ ((city or ['x']) if name else 1)[:1] * 99999999 }}",
            "{{ (attributes.none|default(['x'])|reverse) * 99999999 }}",
            "{% with a = [1] %}{{ a * 99999999 }}{% endwith %}",
            "{% for a in [[1], [2]] %}{{ a * 99999999 }}{% endfor %}",
            "{{ {'a': [1]}.a * 99999999 }}",
            "{% for pair in attributes|items %}{{ pair * 99999999 }}{% endfor %}",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn work_and_length_are_bounded() {
        let list = vec!["0"; 300].join(",");
        let costly = format!("{{% for a in [{list}] %}}{{% for b in [{list}] %}}{{{{ a }}}}{{% endfor %}}{{% endfor %}}");
        assert!(check(&costly).is_err());
        let long = format!("{{% for a in [{list}] %}}{}{{% endfor %}}", "x".repeat(5_000));
        assert!(check(&long).is_err());
        assert!(rendered(Channel::Sms, None, &long, &customer()).is_err());
        let names = |count: usize| format!("{{% set s = 'x' %}}{{{{ [{}]|join|length }}}}", vec!["s"; count].join(","));
        assert_eq!((check(&names(1_000)), check(&names(1_001)).is_err()), (Ok(()), true));
    }

    #[test]
    fn what_everybody_gets_is_known_without_anybody() {
        for (source, literal_of_it) in [
            ("plain ", Some("plain")),
            ("Hi {{name}}, {{ name|default(\"}\") }} bye{{city}}", Some("Hi,bye")),
            ("{ { }", Some("{ { }")),
            ("{% if name %}x{% endif %}", None),
            ("{# note #}x", None),
            ("{{ \"{{\" }}x", None),
            ("{{ \"}}\" }}x", None),
        ] {
            assert_eq!(literal(source).as_deref(), literal_of_it, "{source}");
        }
    }

    #[test]
    fn an_sms_that_gets_too_long_cannot_be_made() {
        let mut customer = customer();
        let text = format!("{}{{{{city}}}}", "a".repeat(1_529));
        customer.city = Some("b".into());
        assert!(rendered(Channel::Sms, None, &text, &customer).is_ok());
        customer.city = Some("bb".into());
        let reason = rendered(Channel::Sms, None, &text, &customer).unwrap_err();
        assert_eq!(reason, "takes 11 segments; an SMS may have at most 10");
        assert!(rendered(Channel::Whatsapp, None, &text, &customer).is_ok());
    }

    #[test]
    fn a_fault_of_one_persons_data_is_told() {
        let reason = rendered(Channel::Sms, None, "{{ attributes.tier - 2 }}", &customer()).unwrap_err();
        assert!(reason.starts_with("template: "), "{reason}");
        assert!(!reason.contains("gold"), "{reason}");
    }
}
