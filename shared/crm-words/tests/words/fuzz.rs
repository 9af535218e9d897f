//! Prompts of any form: what is understood can be said, and what is said reads back as the same people.

use crm_domain::rules::Rules;
use crm_words::accuracy::{noon, same_people};
use crm_words::{MAX_PROMPT, NotUnderstood, explain, understand};
use fuzzing::Target;

use crate::{TODAY, inr, vocabulary};

const SEEDS: &[&str] = &[
    "customers from Pune who spent over ₹5,000 in the last 30 days",
    "VIPs who have not ordered since 2026-01-31, except those tagged new",
    "people named \"Asha\" or Ravi with between 2 and 5 orders and no email consent",
    "who bought coffee twice but never tea, and are neither from Delhi nor from Mumbai",
    "loyaltyTier is gold, average order above 1.5k, first order before March",
    "inactive for 6 months or signed up this week; spent at least 2 lakh",
];

#[test]
fn prompts_of_any_form() {
    let words = "not and or ( ) customers who from Pune , spent over 5000 ₹ last 30 days in the except neither nor without a tagged vip \
        bought coffee twice between \" ' never ordered one of 2026-01-31 k % : with email is no for more than ago before - lakh SKU-1 \
        attribute loyaltyTier gold gmail.com named active";
    let seeds = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let vocabulary = vocabulary();
    Target { name: "words", seeds, words: words.split_whitespace().collect(), rounds: 1_000 }.run(move |input| {
        let Ok(prompt) = std::str::from_utf8(input) else { return };
        let understood = match understand(prompt, &vocabulary) {
            Ok(understood) => understood,
            Err(NotUnderstood::TooLong) => return assert!(prompt.chars().count() > MAX_PROMPT),
            Err(other) => return assert!(!other.to_string().is_empty()),
        };
        assert!(understood.unsupported.iter().all(|part| prompt.contains(part.as_str())), "{understood:?}");
        let rules = understood.rules;
        assert_eq!(
            Rules::parse(&rules.to_json(), "rules", &inr()).as_ref(),
            Ok(&rules),
            "they are rules as anybody may write them"
        );
        let said = explain(&rules, &vocabulary);
        if said.chars().count() > MAX_PROMPT {
            return;
        }
        let again = understand(&said, &vocabulary);
        let read = again.as_ref().unwrap_or_else(|error| panic!("{prompt:?} is {said:?}: {error}"));
        assert!(read.unsupported.is_empty(), "{said}: {read:?}");
        assert!(same_people(&rules, &read.rules, noon(TODAY)), "{said}: {} is {}", rules.to_json(), read.rules.to_json());
    });
}
