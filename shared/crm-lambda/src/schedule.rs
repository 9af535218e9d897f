//! What a schedule calls.

use std::convert::Infallible;
use std::future::Future;

use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use crate::telemetry;

/// Does for ever what `tick` does, each time that the schedule calls. What it sends says nothing that the time does not.
pub async fn each_time<F, R>(tick: F) -> Result<(), lambda_runtime::Error>
where
    F: Fn() -> R,
    R: Future<Output = Value>,
{
    let tick = &tick;
    // Boxed: the whole call tree in one future is deeper than the compiler computes layouts for.
    let handler = service_fn(move |_: LambdaEvent<Value>| async move { Ok::<_, Infallible>(Box::pin(tick()).await) });
    telemetry::run(Runtime::new(handler)).await
}
