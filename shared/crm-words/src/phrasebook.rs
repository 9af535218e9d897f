//! Phrases of one or more words, found by their first.

use std::collections::HashMap;

use crate::lexer::Token;

/// What each of some phrases means.
#[derive(Debug, Clone)]
pub(crate) struct Phrasebook<T> {
    /// By first word, the longest phrase first.
    by_first: HashMap<String, Vec<Phrase<T>>>,
}

#[derive(Debug, Clone)]
struct Phrase<T> {
    more: Vec<String>,
    meaning: T,
}

impl<T> Default for Phrasebook<T> {
    fn default() -> Self {
        Self { by_first: HashMap::new() }
    }
}

impl<T> Phrasebook<T> {
    /// From a table whose rows list phrases, separated by `|`, and what all of them mean.
    pub(crate) fn of(table: &[(&str, T)]) -> Self
    where
        T: Clone,
    {
        let mut book = Self::default();
        for (phrases, meaning) in table {
            for phrase in phrases.split('|') {
                book.add(phrase.split_whitespace().map(str::to_owned), meaning.clone());
            }
        }
        book
    }

    /// Adds a phrase of these words; of two with the same words the first stands.
    pub(crate) fn add(&mut self, words: impl IntoIterator<Item = String>, meaning: T) {
        let mut words = words.into_iter();
        let Some(first) = words.next() else { return };
        let phrases = self.by_first.entry(first).or_default();
        let more: Vec<String> = words.collect();
        let place = phrases.partition_point(|phrase| phrase.more.len() >= more.len());
        phrases.insert(place, Phrase { more, meaning });
    }

    /// The meaning of the longest phrase with which `tokens` begin, and how many of them it is.
    pub(crate) fn find(&self, tokens: &[Token]) -> Option<(&T, usize)> {
        self.find_such(tokens, |_| true)
    }

    /// As [`Phrasebook::find`], among phrases of some meanings.
    pub(crate) fn find_such(&self, tokens: &[Token], such: impl Fn(&T) -> bool) -> Option<(&T, usize)> {
        let (first, more) = tokens.split_first()?;
        let phrases = self.by_first.get(&first.word)?;
        let begins = |phrase: &&Phrase<T>| {
            phrase.more.len() <= more.len() && phrase.more.iter().zip(more).all(|(word, token)| *word == token.word)
        };
        let phrase = phrases.iter().find(|phrase| begins(phrase) && such(&phrase.meaning))?;
        Some((&phrase.meaning, phrase.more.len() + 1))
    }
}
