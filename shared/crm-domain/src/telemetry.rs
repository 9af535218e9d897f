//! What is measured, and by which words.
//!
//! Whoever has done something says so, with a dotted field for each thing done: `did!(writes.applied = 3)`. The edge of the
//! function sums what one invocation says into its closing line. A field that is in [`METRICS`] is a metric of that name, too, so a graph and the lines behind it are found
//! by the same word. Said is what is committed: an attempt that fails after that has done it all the same.

/// The target of events that say what was done.
pub const FACTS: &str = "facts";
/// Says what was done, in an event of [`FACTS`]: fields as in the macros of `tracing`, on which the caller's crate depends.
#[macro_export]
macro_rules! did {
    ($($fields:tt)+) => {
        ::tracing::event!(target: $crate::telemetry::FACTS, ::tracing::Level::INFO, $($fields)+)
    };
}
/// The namespace of the metrics in CloudWatch; their one dimension is the stack.
pub const NAMESPACE: &str = "MiniCrm";
/// The name of that dimension.
pub const DIMENSION: &str = "stack";

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many: an invocation's are summed.
    Count,
    /// How long, in milliseconds: each is a value of its own.
    Milliseconds,
}

/// Values of one metric that CloudWatch takes from a line; more than that need not be said.
pub const MOST_VALUES: usize = 100;

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    pub name: &'static str,
    pub measure: Measure,
}

const fn count(name: &'static str) -> Metric {
    Metric { name, measure: Measure::Count }
}

/// All metrics. CloudWatch bills each of them by the hour in which it has a value, so none is ever 0.
pub const METRICS: [Metric; 13] = [
    // Customers, orders and activities put on their queues by this system. Other systems may put more there.
    count("writes.accepted"),
    count("writes.applied"),
    // What was there already.
    count("writes.duplicate"),
    // What is not to be applied: it cannot be read, contradicts what is known, or tells of somebody who was erased.
    count("writes.rejected"),
    // How old a message of a write queue was when all of it was applied.
    Metric { name: "writes.lag", measure: Measure::Milliseconds },
    // Messages that were set aside by a function. What SQS moves by itself is not among them.
    count("letters.dead"),
    // Messages that lie in the dead-letter queues, whoever put them there.
    count("letters.waiting"),
    // Enters and leaves.
    count("segments.moves"),
    // Letters that a provider has taken.
    count("messages.sent"),
    // Requests to the model by outcome: an answer of use, or none.
    count("ai.answered"),
    count("ai.failed"),
    // Answers of DynamoDB that it is asked too much.
    count("storage.throttled"),
    // Lines of level ERROR.
    count(ERRORS),
];

/// The metric of failures that nobody expected; no event says it, since each line of level ERROR does.
pub const ERRORS: &str = "errors";

/// The metric of a field.
#[must_use]
pub fn metric(field: &str) -> Option<Metric> {
    METRICS.into_iter().find(|metric| metric.name == field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_found_by_its_field() {
        assert_eq!(metric("writes.lag").map(|found| found.measure), Some(Measure::Milliseconds));
        assert_eq!(metric("http.status"), None);
        let mut names = METRICS.map(|metric| metric.name);
        names.sort_unstable();
        assert!(names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
    }
}
