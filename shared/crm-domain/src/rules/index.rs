//! Questions for one of some texts, found by the texts that a customer has.
//!
//! Of ten thousand segments that each want another city, at most one is the customer's. To compare them all would take as
//! long as all other questions together; to look up the one city takes nothing.

use std::collections::HashMap;

use super::compare::TextTest;
use super::condition::{AttributeTest, BoughtTest, TagTest, Test};
use super::field::TextField;
use super::subject::{Attribute, Subject};

/// The numbers of questions, by what they want.
#[derive(Debug, Clone, Default)]
pub(super) struct Index(HashMap<Where, HashMap<Box<str>, Vec<u32>>>);

/// Where a text is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Where {
    Text(TextField),
    Attribute(Box<str>),
    Tags,
    Skus,
}

impl Index {
    /// Takes a question in, if it is one for texts as a whole.
    pub(super) fn add(&mut self, test: &Test, number: u32) -> bool {
        let Some((place, wanted)) = wanted(test) else { return false };
        let by_text = self.0.entry(place).or_default();
        for text in wanted {
            by_text.entry(text.into()).or_default().push(number);
        }
        true
    }

    /// The numbers of the questions of which one text is the customer's; one may come more than once.
    pub(super) fn each(&self, subject: &Subject<'_>, mut see: impl FnMut(u32)) {
        for (place, by_text) in &self.0 {
            let mut look_up = |text: &str| by_text.get(text).into_iter().flatten().for_each(|number| see(*number));
            match place {
                Where::Text(field) => subject.text(*field).into_iter().for_each(look_up),
                Where::Attribute(key) => {
                    if let Some(Attribute::Text(text)) = subject.attribute(key) {
                        look_up(text);
                    }
                }
                Where::Tags => subject.tags().iter().for_each(|tag| look_up(tag)),
                Where::Skus => subject.orders().bought.skus().for_each(look_up),
            }
        }
    }
}

/// Where a question looks, and for which texts; `None` for those of another kind.
fn wanted(test: &Test) -> Option<(Where, Vec<&str>)> {
    match test {
        Test::Text(field, test) => Some((Where::Text(*field), whole(test)?)),
        Test::Attribute(key, AttributeTest::Text(test)) => Some((Where::Attribute(key.clone()), whole(test)?)),
        Test::Tags(TagTest::AnyOf(needles)) => Some((Where::Tags, needles.iter().collect())),
        Test::Purchased(BoughtTest::Sku(needles), _) => Some((Where::Skus, needles.iter().collect())),
        _ => None,
    }
}

fn whole(test: &TextTest) -> Option<Vec<&str>> {
    match test {
        TextTest::Equals(needle) => Some(vec![needle]),
        TextTest::AnyOf(needles) => Some(needles.iter().collect()),
        _ => None,
    }
}
