//! A function: environments that take one invocation after the other, die under it, and forget or remember.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::sync::Semaphore;

use crate::cloud::{Cloud, Process};
use crate::faults::Fault;
use crate::world::OnMachine;

/// Environments at once.
const MOST: usize = 3;
/// Seconds of an invocation, at most. The least of the functions' timeouts is half of it.
const TIMEOUT: u64 = 120;
/// Steps within which a process that is to die does so: half of them are calls.
const STEPS: u64 = 24;
/// Milliseconds within which a process that is to be killed is.
const SOON: u64 = 2_000;
/// Microseconds by which a clock may be wrong.
const WRONG: i64 = 600_000_000;

/// A function with its environments.
pub struct Fleet<W> {
    cloud: Arc<Cloud>,
    make: Box<dyn Fn(&SdkConfig) -> W>,
    idle: RefCell<Vec<Environment<W>>>,
    places: Semaphore,
    running: Cell<usize>,
}

/// A process that takes invocations.
struct Environment<W> {
    process: Arc<Process>,
    wrong_by: Rc<Cell<i64>>,
    /// What `main` puts together.
    function: Rc<W>,
}

impl<W> Fleet<W> {
    /// A function that is put together by `make`.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, make: impl Fn(&SdkConfig) -> W + 'static) -> Self {
        Self {
            cloud: cloud.clone(),
            make: Box::new(make),
            idle: RefCell::default(),
            places: Semaphore::new(MOST),
            running: Cell::new(0),
        }
    }

    /// Whether nothing is being done.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.running.get() == 0
    }

    /// Waits until there is room for another invocation.
    pub async fn room(&self) {
        // The permit is taken anew by the invocation; nobody else asks in between.
        drop(self.places.acquire().await);
    }

    /// Runs one invocation; `None` where its process died.
    pub async fn invoke<F: Future>(&self, work: impl FnOnce(Rc<W>) -> F) -> Option<F::Output> {
        self.running.set(self.running.get() + 1);
        let _place = self.places.acquire().await;
        let environment = self.environment();
        let limit = self.prepare(&environment);
        let running = OnMachine { wrong_by: environment.wrong_by.clone(), work: Box::pin(work(environment.function.clone())) };
        let outcome = tokio::select! {
            biased;
            () = environment.process.died.notified() => None,
            () = tokio::time::sleep(limit) => None,
            outcome = running => Some(outcome),
        };
        environment.process.die_after(None);
        if outcome.is_some() || self.cloud.state().faults.strike(Fault::Remembered) {
            self.idle.borrow_mut().push(environment);
        }
        self.running.set(self.running.get() - 1);
        outcome
    }

    fn environment(&self) -> Environment<W> {
        let mut idle = self.idle.borrow_mut();
        if idle.is_empty() {
            let process = Arc::new(Process::default());
            let function = Rc::new((self.make)(&self.cloud.config(&process)));
            return Environment { process, wrong_by: Rc::default(), function };
        }
        let which = self.cloud.state().faults.below(idle.len() as u64) as usize;
        idle.swap_remove(which)
    }

    /// Draws what becomes of an invocation; gives the time that it has.
    fn prepare(&self, environment: &Environment<W>) -> Duration {
        let faults = &mut self.cloud.state().faults;
        environment.process.die_after(faults.strike(Fault::Crashed).then(|| 1 + faults.below(STEPS)));
        if faults.strike(Fault::ClockJumped) {
            environment.wrong_by.set(faults.below(2 * WRONG as u64) as i64 - WRONG);
        }
        if faults.strike(Fault::Killed) { Duration::from_millis(1 + faults.below(SOON)) } else { Duration::from_secs(TIMEOUT) }
    }
}
