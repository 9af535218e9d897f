//! Who writes, where the objective says so.

use super::kinds::occasion_at;
use super::topics::ENDS;
use super::{DAY_WORDS, Objective, Pieces};
use crate::vocabulary::Named;
use crate::words::PEOPLE;

impl Pieces<'_> {
    /// "for Asha Foods", "from Asha Foods", "we are Asha Foods".
    pub(super) fn brand(&mut self, read: &mut Objective) {
        if self.shouted {
            return;
        }
        for at in 0..self.reader.tokens.len() {
            self.reader.at = at;
            let opened = self.reader.eat(&["for", "from"]) || self.reader.eat_run(&["we", "are"]) || self.reader.eat(&["brand"]);
            if !opened || self.is_taken(self.reader.at) {
                continue;
            }
            let from = self.reader.at;
            while self.reader.at < from + 4 && !self.is_taken(self.reader.at) && self.may_name() {
                self.reader.at += 1;
            }
            let end = self.reader.at;
            // "for Diwali shoppers" goes on.
            let goes_on = !self.reader.ends_sentence(0)
                && self.reader.symbol().is_none()
                && !ENDS.contains(&self.reader.word(0))
                && !matches!(
                    self.reader.word(0),
                    "and" | "on" | "at" | "in" | "this" | "next" | "from" | "for" | "about" | "announcing"
                );
            if end > from && !goes_on {
                read.brand = Some(self.quoted(&(from..end)));
                self.take(&(at..end));
                return;
            }
        }
    }

    /// Whether a word here may be one of a brand's name.
    fn may_name(&self) -> bool {
        let reader = &self.reader;
        let word = reader.word(0);
        reader.is_capital(0)
            && !word.is_empty()
            && !DAY_WORDS.contains(word)
            && !PEOPLE.contains(word)
            && word != "may"
            && occasion_at(reader.rest()).is_none()
            && !reader.is_place()
            && reader.vocabulary.find(reader.rest(), |named| matches!(named, Named::Product(_) | Named::Sku(_))).is_none()
    }
}
