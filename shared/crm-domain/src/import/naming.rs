//! Whether a CSV names somebody: their e-mail address as a whole cell or word, in whatever case, quotes and delimiter.
//!
//! No row is parsed: a file may be broken, and what it says of somebody who is to be forgotten must be found all the same.
//! So it is looked for between any two characters that cannot stand in an address, which may find too much and never too
//! little.

use std::collections::BTreeSet;

use crate::email::Email;

/// Longest address.
const MAX_WORD: usize = 254;

/// The addresses that are looked for.
#[derive(Debug, Clone)]
pub struct Names(BTreeSet<Vec<u8>>);

/// A search through a file that comes in pieces.
#[derive(Debug)]
pub struct Search<'a> {
    names: &'a Names,
    /// The word that the last piece ended in; longer ones than an address are not kept.
    word: Vec<u8>,
    found: bool,
}

impl Names {
    #[must_use]
    pub fn of(emails: &[Email]) -> Self {
        Self(emails.iter().map(|email| email.as_str().as_bytes().to_vec()).collect())
    }

    /// Whether `text` names one of them.
    #[must_use]
    pub fn are_in(&self, text: &[u8]) -> bool {
        let mut search = self.search();
        search.read(text);
        search.finish()
    }

    /// A search that has read nothing yet.
    #[must_use]
    pub const fn search(&self) -> Search<'_> {
        Search { names: self, word: Vec::new(), found: false }
    }

    /// Whether `text`, which was cut off at its end, may have gone on with one of them.
    #[must_use]
    pub fn may_begin_at_end_of(&self, text: &str) -> bool {
        let length = text.bytes().rev().take_while(|byte| is_of_address(*byte)).count();
        let word = text.as_bytes()[text.len() - length..].to_ascii_lowercase();
        !word.is_empty() && self.0.iter().any(|name| name.starts_with(&word))
    }

    fn have(&self, word: &[u8]) -> bool {
        // These may stand in an address, but mostly they stand around it.
        let is_mark = |byte: &u8| b"'`|=*&?/{}".contains(byte);
        let first = word.iter().position(|byte| !is_mark(byte)).unwrap_or(word.len());
        let last = word.iter().rposition(|byte| !is_mark(byte)).map_or(first, |last| last + 1);
        [word, &word[first..last]].into_iter().chain(word.split(is_mark)).any(|word| self.0.contains(word))
    }
}

impl Search<'_> {
    /// Reads the next piece.
    pub fn read(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if is_of_address(byte) {
                // One more than an address has, so that longer words are told from it.
                if self.word.len() <= MAX_WORD {
                    self.word.push(byte.to_ascii_lowercase());
                }
            } else if !self.word.is_empty() {
                self.found |= self.names.have(&self.word);
                self.word.clear();
            }
        }
    }

    /// Whether one of them has been found already.
    #[must_use]
    pub const fn has_found(&self) -> bool {
        self.found
    }

    /// Whether one of them is in the whole of it.
    #[must_use]
    pub fn finish(self) -> bool {
        self.found || self.names.have(&self.word)
    }
}

/// What [`Email::parse`] takes.
fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_wherever_the_pieces_are_cut() {
        let names = Names::of(&[Email::parse("asha@x.in").unwrap(), Email::parse("o'neil+a@x.in").unwrap()]);
        for (file, named) in [
            (&b"email,total\nASHA@X.in,5\n"[..], true),
            (b"email\nasha@x.in", true),
            (b"1|asha@x.in|2", true),
            (b"'asha@x.in'", true),
            (b"x?mail=asha@x.in&n=1", true),
            (b"a,\"o'neil+a@x.in\"", true),
            (b"a;'o'neil+a@x.in", true),
            (b"\xffasha@x.in\xff", true),
            (b"natasha@x.in,asha@x.info,asha@x.in.example", false),
            (b"", false),
        ] {
            assert_eq!(names.are_in(file), named, "{}", String::from_utf8_lossy(file));
            for cut in 0..=file.len() {
                let mut search = names.search();
                search.read(&file[..cut]);
                search.read(&file[cut..]);
                assert_eq!(search.finish(), named);
            }
        }
        assert!(!names.are_in(&[&[b'a'; 1_000][..], b"asha@x.in"].concat()));
    }
}
