//! One invocation: how it is known, what it has done so far, and its closing line.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crm_domain::telemetry::{DIMENSION, ERRORS, METRICS, MOST_VALUES, Measure, NAMESPACE, metric};
use crm_domain::time::Time;
use serde_json::{Map, Value, json};

/// Whether this environment has had an invocation.
static WARM: AtomicBool = AtomicBool::new(false);

/// An invocation of the function.
pub(super) struct Invocation {
    request: String,
    trace: Option<String>,
    is_cold: bool,
    begun: Instant,
    said: Mutex<Said>,
}

#[derive(Default)]
struct Said {
    /// Of the requests for which it was called.
    correlation_ids: BTreeSet<String>,
    facts: Map<String, Value>,
    errors: u64,
}

impl Invocation {
    /// One that begins now. `trace` is the header of X-Ray: `Root=1-...;Parent=...;Sampled=1`.
    pub(super) fn begun(request: &str, trace: Option<&str>) -> Self {
        let root = |header: &str| header.split(';').find_map(|part| part.trim().strip_prefix("Root=").map(ToOwned::to_owned));
        Self {
            request: request.to_owned(),
            trace: trace.and_then(root),
            is_cold: !WARM.swap(true, Ordering::Relaxed),
            begun: Instant::now(),
            said: Mutex::default(),
        }
    }

    pub(super) fn note_correlation_ids(&self, ids: impl IntoIterator<Item = String>) {
        self.said().correlation_ids.extend(ids);
    }

    pub(super) fn correlation_id(&self) -> Option<String> {
        let said = self.said();
        if said.correlation_ids.len() == 1 { said.correlation_ids.first().cloned() } else { None }
    }

    pub(super) fn note_error(&self) {
        self.said().errors += 1;
    }

    /// Takes facts in: counts add up, times are kept each, of everything else the last counts.
    pub(super) fn note_facts(&self, facts: Map<String, Value>) {
        let mut said = self.said();
        for (name, value) in facts {
            let is_time = metric(&name).is_some_and(|metric| metric.measure == Measure::Milliseconds);
            match (said.facts.get_mut(&name), value) {
                (Some(Value::Array(values)), value) if is_time => {
                    if values.len() < MOST_VALUES {
                        values.push(value);
                    }
                }
                (None, value) if is_time => {
                    said.facts.insert(name, json!([value]));
                }
                (Some(known), value) => *known = plus(known, value),
                (None, value) => {
                    said.facts.insert(name, value);
                }
            }
        }
    }

    /// Who speaks: what each of its lines begins with.
    pub(super) fn sign(&self, line: &mut Map<String, Value>) {
        line.insert("requestId".to_owned(), json!(self.request));
        if let Some(trace) = &self.trace {
            line.insert("traceId".to_owned(), json!(trace));
        }
        if let Some(id) = super::correlation_id() {
            line.insert("origin".to_owned(), json!(id));
        }
    }

    /// Adds what its closing line has, once: how it went, what it did, and what of that CloudWatch is to count for `stack`.
    pub(super) fn close(&self, stack: &str, line: &mut Map<String, Value>) {
        let mut said = self.said();
        if said.correlation_ids.len() > 1 {
            line.insert("origins".to_owned(), json!(said.correlation_ids));
        }
        line.insert("coldStart".to_owned(), json!(self.is_cold));
        line.insert("durationMs".to_owned(), json!(self.begun.elapsed().as_micros() as f64 / 1_000.0));
        line.extend(std::mem::take(&mut said.facts));
        if said.errors > 0 {
            line.insert(ERRORS.to_owned(), json!(said.errors));
        }
        let metrics: Vec<Value> = METRICS
            .iter()
            .filter(|metric| line.get(metric.name).is_some_and(is_something))
            .map(|metric| json!({"Name": metric.name, "Unit": unit(metric.measure)}))
            .collect();
        if metrics.is_empty() {
            return;
        }
        line.insert(DIMENSION.to_owned(), json!(stack));
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": metrics});
        let about = json!({"Timestamp": Time::now().micros() / 1_000, "CloudWatchMetrics": [directive]});
        line.insert("_aws".to_owned(), about);
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plus(known: &Value, more: Value) -> Value {
    match (known.as_u64(), more.as_u64(), known.as_f64(), more.as_f64()) {
        (Some(known), Some(more), ..) => json!(known.saturating_add(more)),
        (_, _, Some(known), Some(more)) => json!(known + more),
        _ => more,
    }
}

/// A count of nothing is no value: it would be billed.
fn is_something(value: &Value) -> bool {
    value.is_array() || value.as_f64().is_some_and(|value| value > 0.0)
}

const fn unit(measure: Measure) -> &'static str {
    match measure {
        Measure::Count => "Count",
        Measure::Milliseconds => "Milliseconds",
    }
}
