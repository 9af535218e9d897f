//! One harness per parser, used twice.
//!
//! As a test it is given its seeds, what libFuzzer has found worth keeping (`infra/fuzz/corpus`), and so many inputs made of
//! them by chance, always the same ones. `make fuzz` builds the same test with coverage counters and libFuzzer, which takes over.

mod corpus;
#[cfg(feature = "libfuzzer")]
mod libfuzzer;
mod mutate;

/// What is tried with hostile input.
pub struct Target {
    /// Names it for `make fuzz` and in `infra/fuzz/corpus`.
    pub name: &'static str,
    /// Good and bad inputs to begin with.
    pub seeds: Vec<Vec<u8>>,
    /// Words of its language, to be strewn in.
    pub words: Vec<&'static str>,
    /// So many inputs are made by chance where it runs as a test.
    pub rounds: usize,
}

impl Target {
    /// Tries it: `check` panics where something is wrong.
    pub fn run(self, check: impl Fn(&[u8]) + 'static) {
        let kept = corpus::read(self.name);
        #[cfg(feature = "libfuzzer")]
        if let Some(folder) = std::env::var_os("FUZZ_FOLDER") {
            return libfuzzer::run(&self, &kept, std::path::Path::new(&folder), Box::new(check));
        }
        let inputs: Vec<Vec<u8>> = self.seeds.iter().cloned().chain(kept).collect();
        assert!(!inputs.is_empty(), "{} has nothing to begin with", self.name);
        for input in &inputs {
            tried(&check, input);
        }
        let mut mutator = mutate::Mutator::new(&inputs, &self.words);
        for _ in 0..self.rounds {
            tried(&check, &mutator.next());
        }
    }
}

fn tried(check: &impl Fn(&[u8]), input: &[u8]) {
    let shown = Shown(input);
    check(input);
    std::mem::forget(shown);
}

/// Shows the input of a check that panics.
struct Shown<'a>(&'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        eprintln!("input: b\"{}\"", self.0.escape_ascii());
    }
}

/// The two parts of an input for what takes two: before the first line end, and after it.
#[must_use]
pub fn halves(input: &[u8]) -> (&[u8], &[u8]) {
    input.iter().position(|byte| *byte == b'\n').map_or((input, &[]), |at| (&input[..at], &input[at + 1..]))
}
