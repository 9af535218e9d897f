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
use crate::template::template;
use crate::world::OnMachine;

/// Environments at once.
const MOST: usize = 3;
/// Steps within which a process that is to die does so: half of them are calls.
const STEPS: u64 = 24;
/// Milliseconds within which a process that is to be killed is: as a rule calls are quick, and some are slow.
const SOON: [u64; 2] = [200, 2_000];

/// Puts a function together, for a process and what its SDK is configured by.
type Make<W> = dyn Fn(&SdkConfig, &Arc<Process>) -> W;

/// A function with its environments.
pub struct Fleet<W> {
    cloud: Arc<Cloud>,
    timeout: Duration,
    make: Box<Make<W>>,
    idle: RefCell<Vec<Environment<W>>>,
    places: Semaphore,
}

/// A process that takes invocations.
struct Environment<W> {
    process: Arc<Process>,
    wrong_by: Rc<Cell<i64>>,
    /// What `main` puts together.
    function: Rc<W>,
}

impl<W> Fleet<W> {
    /// The function of this logical id, put together by `make`.
    #[must_use]
    pub fn new(cloud: &Arc<Cloud>, function: &str, make: impl Fn(&SdkConfig, &Arc<Process>) -> W + 'static) -> Self {
        Self {
            cloud: cloud.clone(),
            timeout: template().timeout(function),
            make: Box::new(make),
            idle: RefCell::default(),
            places: Semaphore::new(MOST),
        }
    }

    /// Waits until there is room for another invocation.
    pub async fn room(&self) {
        // The permit is taken anew by the invocation; nobody else asks in between.
        drop(self.places.acquire().await);
    }

    /// Runs one invocation; `None` where its process died.
    pub async fn invoke<F: Future>(&self, work: impl FnOnce(Rc<W>) -> F) -> Option<F::Output> {
        self.cloud.state().running += 1;
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
        self.cloud.state().running -= 1;
        outcome
    }

    fn environment(&self) -> Environment<W> {
        let mut idle = self.idle.borrow_mut();
        if idle.is_empty() {
            let process = Arc::new(Process::default());
            let function = Rc::new((self.make)(&self.cloud.config(&process), &process));
            return Environment { process, wrong_by: Rc::default(), function };
        }
        let which = self.cloud.state().faults.below(idle.len() as u64) as usize;
        idle.swap_remove(which)
    }

    /// Draws what becomes of an invocation; gives the time that it has.
    fn prepare(&self, environment: &Environment<W>) -> Duration {
        let state = &mut *self.cloud.state();
        let (faults, wrong) = (&mut state.faults, state.wrong);
        environment.process.die_after(faults.strike(Fault::Crashed).then(|| 1 + faults.below(STEPS)));
        if faults.are_over() {
            environment.wrong_by.set(0);
        } else if faults.strike(Fault::ClockJumped) {
            environment.wrong_by.set(faults.below(2 * wrong as u64) as i64 - wrong);
        }
        if faults.strike(Fault::Killed) {
            let soon = SOON[faults.below(2) as usize];
            Duration::from_millis(1 + faults.below(soon))
        } else {
            self.timeout
        }
    }
}
