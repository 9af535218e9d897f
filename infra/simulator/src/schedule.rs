//! The clock's ticks: one at the beginning of each minute, now and then two, now and then none.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use clock::tick::Clock;
use crm_aws::{Dynamo, Sqs};
use crm_domain::time::{MINUTE, Time};
use serde_json::Value;
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::cloud::Cloud;
use crate::faults::Fault;
use crate::fleet::Fleet;
use crate::functions::clock;
use crate::world;

/// What calls the clock.
pub struct Schedule {
    cloud: Arc<Cloud>,
    fleet: Fleet<Clock<Dynamo, Sqs>>,
}

impl Schedule {
    /// Ticks until the faults are over; from then on whoever wants a tick asks for it.
    #[must_use]
    pub fn start(cloud: &Arc<Cloud>) -> Rc<Self> {
        let schedule =
            Rc::new(Self { cloud: cloud.clone(), fleet: Fleet::new(cloud, "ClockFunction", |config, _| clock(config)) });
        spawn_local(schedule.clone().each_minute());
        schedule
    }

    async fn each_minute(self: Rc<Self>) {
        loop {
            until_the_minute().await;
            let ticks = {
                let faults = &mut self.cloud.state().faults;
                if faults.are_over() {
                    return;
                }
                if faults.strike(Fault::TickMissed) { 0 } else { 1 + u32::from(faults.strike(Fault::Repeated)) }
            };
            for _ in 0..ticks {
                let schedule = self.clone();
                spawn_local(async move { schedule.tick().await });
            }
        }
    }

    /// One tick at this moment; what it did, unless its process died.
    pub async fn tick(&self) -> Option<Value> {
        let said = self.fleet.invoke(|clock| async move { clock.tick(Time::now()).await }).await;
        self.cloud.state().note("the clock has ticked", said.as_ref().unwrap_or(&Value::Null), None);
        said
    }
}

/// Waits until a minute begins.
pub async fn until_the_minute() {
    let left = MINUTE - world::now().micros().rem_euclid(MINUTE);
    sleep(Duration::from_micros(left.unsigned_abs())).await;
}
