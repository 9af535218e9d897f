//! What can go wrong, how often in one history, and how often it did.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident $most:literal),+ $(,)?) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[doc = $doc])+ $name),+ }

        impl Fault {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its greatest rate, in a thousand of the occasions for it.
            const fn most(self) -> u32 {
                match self { $(Self::$name => $most),+ }
            }
        }
    };
}

faults! {
    /// A message comes again although nobody asked for that.
    Repeated 200,
    /// Messages come in another order than they were sent.
    Reordered 1000,
    /// A message comes late.
    Delayed 300,
    /// The queue does not hear that a message is done.
    AcknowledgementLost 150,
    /// Single entries of a batch are refused by the queue.
    EntryRefused 100,
    /// A call is applied, and its answer is lost.
    AnswerLost 60,
    /// A call is lost before it is applied.
    RequestLost 60,
    /// The service answers that it has an error, and may have applied the call.
    ServerError 40,
    /// The service answers that it is asked too much.
    Throttled 80,
    /// A transaction is cancelled since another one is under way.
    Cancelled 150,
    /// Keys or items of a batch are not processed.
    Unprocessed 200,
    /// A page is shorter than it could be, and has a cursor.
    ShortPage 300,
    /// A page is empty, and has a cursor.
    EmptyPage 200,
    /// The process dies at one of its calls: before it is sent, under way, or when it has been answered.
    Crashed 150,
    /// The process is killed at a moment, whatever it waits for.
    Killed 100,
    /// A function fails, and its environment goes on with what it remembers.
    Remembered 500,
    /// A call takes seconds.
    Slow 60,
    /// A machine's clock goes wrong: by up to ten minutes, where flips are made by less than one.
    ClockJumped 200,
    /// The provider takes a letter later.
    LetterDeferred 150,
    /// The provider will never take a letter.
    LetterRefused 80,
    /// A minute passes without its tick.
    TickMissed 300,
}

/// How often each kind of fault strikes in one history, in a thousand of the occasions for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(Vec<u32>);

impl Plan {
    /// Each kind in half of the histories, and then as often as the seed says: histories with few kinds of faults go
    /// further along the ways that each of them opens.
    pub fn drawn(chance: &mut StdRng) -> Self {
        let rate = |fault: &Fault| if chance.random() { 0 } else { chance.random_range(1..=fault.most()) };
        Self(Fault::ALL.iter().map(rate).collect())
    }

    /// No faults.
    #[must_use]
    pub fn quiet() -> Self {
        Self(vec![0; Fault::ALL.len()])
    }

    /// One kind of fault, at its greatest rate.
    #[must_use]
    pub fn only(fault: Fault) -> Self {
        Self::quiet().with(fault)
    }

    /// And another one.
    #[must_use]
    pub fn with(self, fault: Fault) -> Self {
        self.at(fault, fault.most())
    }

    /// And another one, at a rate in a thousand.
    #[must_use]
    pub fn at(mut self, fault: Fault, rate: u32) -> Self {
        self.0[fault as usize] = rate;
        self
    }
}

/// The faults of one history.
#[derive(Debug)]
pub struct Faults {
    plan: Plan,
    chance: StdRng,
    counts: Vec<u64>,
    are_over: bool,
    cuts_pages: bool,
}

impl Faults {
    /// Those of `plan`, as `seed` draws them.
    #[must_use]
    pub fn new(plan: Plan, seed: u64) -> Self {
        Self { plan, chance: StdRng::seed_from_u64(seed), counts: vec![0; Fault::ALL.len()], are_over: false, cuts_pages: false }
    }

    /// Whether it strikes now.
    pub fn strike(&mut self, fault: Fault) -> bool {
        let rate = self.plan.0[fault as usize];
        let is_over = self.are_over && !(self.cuts_pages && matches!(fault, Fault::ShortPage | Fault::EmptyPage));
        let strikes = !is_over && rate > 0 && self.chance.random_ratio(rate, 1_000);
        self.counts[fault as usize] += u64::from(strikes);
        strikes
    }

    /// A number below `end`, by chance.
    pub fn below(&mut self, end: u64) -> u64 {
        self.chance.random_range(0..end.max(1))
    }

    /// From now on nothing goes wrong.
    pub fn end(&mut self) {
        self.are_over = true;
    }

    /// From now on pages are cut all the same: whoever reads is to cope with that at any time.
    pub fn cut_pages(&mut self) {
        self.cuts_pages = true;
    }

    /// Whether nothing goes wrong any more.
    #[must_use]
    pub fn are_over(&self) -> bool {
        self.are_over
    }

    /// How often each kind has struck.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
}
