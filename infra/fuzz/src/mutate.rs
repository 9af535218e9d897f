//! Inputs by chance, without looking at coverage: what a test can afford, and the same in each run.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// Longest input that is made.
const MAX_BYTES: usize = 8_192;
/// Where parsers for numbers, lengths and texts turn.
const EDGES: &[&[u8]] = &[
    b"0",
    b"-1",
    b"1e308",
    b"9223372036854775807",
    b"18446744073709551616",
    b"0.1",
    b"\xff",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\xcc\x81",
    b"\xf0\x9f\x91\xa9",
    b"\r\n",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b" ",
];

/// Makes inputs of others.
pub struct Mutator<'a> {
    chance: StdRng,
    inputs: &'a [Vec<u8>],
    words: Vec<&'a [u8]>,
}

impl<'a> Mutator<'a> {
    pub fn new(inputs: &'a [Vec<u8>], words: &'a [&'a str]) -> Self {
        let words = words.iter().map(|word| word.as_bytes()).chain(EDGES.iter().copied()).collect();
        Self { chance: StdRng::seed_from_u64(9), inputs, words }
    }

    /// One of the inputs, changed in one to four places.
    pub fn next(&mut self) -> Vec<u8> {
        let mut made = self.input().to_vec();
        for _ in 0..self.chance.random_range(1..=4) {
            self.change(&mut made);
        }
        made.truncate(MAX_BYTES);
        made
    }

    fn input(&mut self) -> &'a [u8] {
        self.inputs.choose(&mut self.chance).map_or(&[], Vec::as_slice)
    }

    fn change(&mut self, made: &mut Vec<u8>) {
        let (from, to) = self.stretch(made.len());
        match self.chance.random_range(0..8) {
            0 => {
                made.drain(from..to);
            }
            1 => {
                let again = made[from..to].to_vec();
                made.splice(to..to, again);
            }
            2 if from < made.len() => made[from] ^= 1 << self.chance.random_range(0..8),
            3 if from < made.len() => made[from] = self.chance.random(),
            4 | 5 => {
                let word = *self.words.choose(&mut self.chance).unwrap_or(&EDGES[0]);
                let until = if self.chance.random() { to } else { from };
                made.splice(from..until, word.iter().copied());
            }
            6 => {
                let other = self.input();
                let (begin, end) = self.stretch(other.len());
                made.splice(from..to, other[begin..end].iter().copied());
            }
            _ => {
                // A digit for a digit: numbers and dates that are read, and are others.
                let digits: Vec<usize> =
                    made.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at).collect();
                if let Some(at) = digits.choose(&mut self.chance) {
                    made[*at] = self.chance.random_range(b'0'..=b'9');
                }
            }
        }
    }

    /// A stretch of so many bytes, short ones more often than long ones.
    fn stretch(&mut self, length: usize) -> (usize, usize) {
        let from = self.chance.random_range(0..=length);
        let longest = (length - from).min(1 << self.chance.random_range(0..8));
        (from, from + self.chance.random_range(0..=longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_makes_the_same_inputs() {
        let inputs = vec![b"{\"field\": 17}".to_vec(), Vec::new()];
        let some = || {
            let mut mutator = Mutator::new(&inputs, &["within"]);
            (0..500).map(|_| mutator.next()).collect::<Vec<_>>()
        };
        assert_eq!(some(), some());
        assert!(some().iter().filter(|made| !inputs.contains(made)).count() > 300);
    }
}
