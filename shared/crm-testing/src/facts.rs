//! What is said to have been done (`did!`) while a test runs.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use crm_domain::telemetry::FACTS;
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// Facts of this thread, summed as an invocation sums them.
pub struct Facts {
    sums: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    _watch: DefaultGuard,
}

impl Facts {
    /// Watches from now on.
    #[must_use]
    pub fn watched() -> Self {
        let sums = Arc::default();
        let subscriber = tracing_subscriber::registry().with(Watch(Arc::clone(&sums)));
        Self { sums, _watch: tracing::subscriber::set_default(subscriber) }
    }

    /// The facts of these names since the last look.
    #[must_use]
    pub fn take<const N: usize>(&self, names: [&'static str; N]) -> [u64; N] {
        let sums = std::mem::take(&mut *self.sums.lock().unwrap());
        names.map(|name| sums.get(name).copied().unwrap_or_default())
    }
}

struct Watch(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl<S: Subscriber> Layer<S> for Watch {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == FACTS {
            event.record(&mut Sum(&mut self.0.lock().unwrap()));
        }
    }
}

struct Sum<'a>(&'a mut BTreeMap<&'static str, u64>);

impl Visit for Sum<'_> {
    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}

    fn record_u64(&mut self, field: &Field, value: u64) {
        *self.0.entry(field.name()).or_default() += value;
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record_u64(field, value.unsigned_abs());
    }
}
