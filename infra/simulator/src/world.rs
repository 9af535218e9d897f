//! Time and chance of a history: the clock of the runtime, which stands still while anybody works, and a seed.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use crm_domain::time::Time;
use crm_domain::world::{World, replace};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::time::Instant;

/// When every history begins: 2026-03-02T09:00:00Z, a Monday.
pub const BEGIN: Time = Time::from_micros(1_772_442_000_000_000);

thread_local! {
    static BEGUN: Cell<Option<Instant>> = const { Cell::new(None) };
    static WRONG_BY: Cell<i64> = const { Cell::new(0) };
    static CHANCE: RefCell<Option<StdRng>> = const { RefCell::new(None) };
}

/// Lets this thread live in the world of a seed, until it is dropped.
pub struct Inhabited(());

impl Inhabited {
    /// Enters the world of `seed`. A runtime whose time is paused must be running.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        BEGUN.set(Some(Instant::now()));
        WRONG_BY.set(0);
        CHANCE.set(Some(StdRng::seed_from_u64(seed)));
        // The SDK's own: jitter between its retries, and the tokens of transactions.
        fastrand::seed(seed);
        replace(Some(World { micros, bits }));
        Self(())
    }
}

impl Drop for Inhabited {
    fn drop(&mut self) {
        replace(None);
        BEGUN.set(None);
    }
}

/// How long the history has been going.
#[must_use]
pub fn elapsed() -> Duration {
    BEGUN.get().map_or(Duration::ZERO, |begun| begun.elapsed())
}

/// The right time, whatever the clock of the machine says.
#[must_use]
pub fn now() -> Time {
    BEGIN.plus(elapsed().as_micros() as i64)
}

fn micros() -> i64 {
    now().micros() + WRONG_BY.get()
}

fn bits() -> u64 {
    CHANCE.with_borrow_mut(|chance| chance.as_mut().map_or(0, rand::Rng::random))
}

/// A future on a machine whose clock may be wrong.
pub struct OnMachine<F> {
    /// By how many microseconds.
    pub wrong_by: Rc<Cell<i64>>,
    /// What runs there.
    pub work: Pin<Box<F>>,
}

impl<F: Future> Future for OnMachine<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        WRONG_BY.set(self.wrong_by.get());
        let outcome = self.work.as_mut().poll(context);
        WRONG_BY.set(0);
        outcome
    }
}
