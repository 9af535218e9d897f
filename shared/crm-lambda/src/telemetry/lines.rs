//! Events as lines of JSON, each signed by the invocation in which it happens.

use std::fmt;

use crm_domain::dead_letter::masked;
use crm_domain::telemetry::FACTS;
use crm_domain::time::Time;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::{CLOSING, CURRENT};

/// Where somebody else's words may come in: they are masked as the reasons of dead letters are.
const WORDS: [&str; 4] = ["cause", "error", "message", "reason"];

/// Writes lines by `write`.
pub(super) struct Lines<W> {
    function: String,
    stack: String,
    write: W,
}

impl<W: Fn(&str)> Lines<W> {
    pub(super) fn new(write: W) -> Self {
        let var = |name| std::env::var(name).unwrap_or_else(|_| "unknown".to_owned());
        Self { function: var("AWS_LAMBDA_FUNCTION_NAME"), stack: var("STACK"), write }
    }
}

impl<S: Subscriber, W: Fn(&str) + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let about = event.metadata();
        let mut fields = Fields::default();
        event.record(&mut fields);
        if about.target() == FACTS {
            let _ = CURRENT.try_with(|invocation| invocation.note_facts(fields.0));
            return;
        }
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), json!(Time::now().to_string()));
        line.insert("level".to_owned(), json!(about.level().as_str()));
        if let Some(message) = fields.0.remove("message") {
            line.insert("message".to_owned(), message);
        }
        line.insert("function".to_owned(), json!(self.function));
        let _ = CURRENT.try_with(|invocation| {
            if *about.level() == Level::ERROR {
                invocation.note_error();
            }
            invocation.sign(&mut line);
            if about.target() == CLOSING {
                invocation.close(&self.stack, &mut line);
            }
        });
        if about.target() != CLOSING {
            line.insert("target".to_owned(), json!(about.target()));
        }
        line.extend(fields.0);
        let Ok(mut text) = serde_json::to_string(&line) else { return };
        text.push('\n');
        // One write, so that lines of two threads do not mix.
        (self.write)(&text);
    }
}

/// The fields of an event as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        let value = match value {
            Value::String(text) if WORDS.contains(&field.name()) => Value::String(masked(&text)),
            other => other,
        };
        self.0.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, json!(value));
    }
}
