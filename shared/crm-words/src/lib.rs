//! Plain words to rules and back, deterministic and without any service.
//!
//! [`understand`] reads what somebody wrote about an audience with a grammar (`lexer`, `grammar` and one module per kind of
//! phrase) into a tree, takes out what it did not understand where that is safe (`tree`), and lets
//! [`Rules::parse`](crm_domain::rules::Rules::parse) check the outcome as it checks a user's. [`explain`] says rules in words
//! that read back as the same rules.
//!
//! [`messages`] composes messages for an objective, [`suggest`] a whole campaign, [`summary`] says what became of one;
//! [`claims`] and [`summary::unfounded`] hold what others write against what was given. Storing, services and what a
//! deployment has names for are left to others.

pub mod accuracy;
mod attributes;
pub mod claims;
mod consents;
mod conventions;
mod cursor;
mod dates;
mod deeds;
mod explain;
mod figures;
mod grammar;
mod hours;
mod lexer;
mod lists;
pub mod messages;
mod numbers;
mod objective;
mod people;
mod phrasebook;
mod places;
mod readings;
mod spans;
pub mod suggest;
pub mod summary;
mod texts;
mod times;
mod tree;
mod understand;
mod vocabulary;
mod words;

pub use explain::{explain, money};
pub use understand::{MAX_PROMPT, NotUnderstood, Understood, understand};
pub use vocabulary::{AttributeType, Named, Vocabulary};
