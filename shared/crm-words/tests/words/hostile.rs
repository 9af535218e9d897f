//! Whatever is written, the answer comes quickly and without a panic.

use std::time::Instant;

use crm_words::{MAX_PROMPT, NotUnderstood, understand};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{cases, vocabulary};

const WORDS: &[&str] = &[
    "not",
    "and",
    "or",
    "(",
    ")",
    "customers",
    "who",
    "from",
    "Pune",
    ",",
    "spent",
    "over",
    "5000",
    "₹",
    "last",
    "30",
    "days",
    "in",
    "the",
    "except",
    "neither",
    "nor",
    "without",
    "a",
    "tagged",
    "vip",
    "bought",
    "coffee",
    "twice",
    "between",
    "\"",
    "'",
    "never",
    "ordered",
    "one",
    "of",
    "2026-01-31",
    "k",
    "%",
    ":",
    "with",
    "email",
    "is",
    "no",
    "for",
    "more",
    "than",
    "ago",
    "before",
    "-",
    "lakh",
    "SKU-1",
    "attribute",
];

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn any_text_is_answered(text in ".{0,200}") {
        let _answered = understand(&text, &vocabulary());
    }

    #[test]
    fn any_words_are_answered(words in vec(select(WORDS), 0..60), glue in select(&[" ", ""][..])) {
        let _answered = understand(&words.join(glue), &vocabulary());
    }
}

#[test]
fn long_prompts_take_time_in_proportion() {
    let vocabulary = vocabulary();
    for piece in [
        "(",
        ")",
        "not ",
        "neither ",
        "a ",
        "5 ",
        "and ",
        "customers who ",
        "not (",
        "from Pune or ",
        "haven't ordered or ",
        "\"",
        "1,",
        "-",
        "over ",
        "vip or ",
        "except ",
        "éé ",
        "who are not from Pune or ",
        "x or ",
        "bought tea, ",
    ] {
        let prompt: String = piece.chars().cycle().take(MAX_PROMPT).collect();
        let begun = Instant::now();
        let _answered = understand(&prompt, &vocabulary);
        // Milliseconds, also without optimisation; a reading that is not linear takes minutes.
        assert!(begun.elapsed().as_secs() < 20, "{piece}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_prompt_that_is_too_long_is_refused() {
    let prompt: String = "customers ".chars().cycle().take(MAX_PROMPT + 1).collect();
    assert_eq!(understand(&prompt, &vocabulary()), Err(NotUnderstood::TooLong));
}
