//! The figures of the README, held.

use crm_domain::rules::Reads;
use crm_words::accuracy::{Case, Score, context, noon, population};
use crm_words::{Vocabulary, understand};

use crate::{TODAY, inr, vocabulary};

const DEVELOPMENT: &str = include_str!("dev.jsonl");
const PHRASES: &str = include_str!("phrases.jsonl");
const MORE_PHRASES: &str = include_str!("more-phrases.jsonl");

fn cases(file: &str) -> Vec<Case> {
    file.lines().map(|line| Case::parse(line, &inr()).unwrap()).collect()
}

fn score(case: &Case) -> Score {
    let answer = understand(&case.prompt, &vocabulary()).ok();
    let whole = answer.as_ref().is_some_and(|answer| answer.unsupported.is_empty());
    case.score(answer.as_ref().map(|answer| &answer.rules), whole, noon(TODAY))
}

fn hold(file: &str) {
    let cases = cases(file);
    let (mut right, mut misses) = (0, Vec::new());
    for case in &cases {
        match score(case) {
            Score::Right => right += 1,
            Score::Wrong if case.rules.is_empty() => panic!("a wrong guess: {}", case.prompt),
            score => misses.push((score, &case.prompt)),
        }
    }
    assert!(right * 10 >= cases.len() * 9, "{right} of {}: {misses:?}", cases.len());
}

#[test]
fn nine_of_ten_development_cases_are_right() {
    hold(DEVELOPMENT);
}

/// What everybody knows needs no names of this CRM.
#[test]
fn development_cases_need_no_vocabulary() {
    let bare = Vocabulary::new(TODAY, inr());
    for case in cases(DEVELOPMENT) {
        let answer = understand(&case.prompt, &bare).unwrap_or_else(|reason| panic!("{}: {reason:?}", case.prompt));
        assert_eq!(case.score(Some(&answer.rules), answer.unsupported.is_empty(), noon(TODAY)), Score::Right, "{}", case.prompt);
    }
}

#[test]
fn nine_of_ten_phrases_are_right_and_no_refusal_is_guessed() {
    hold(PHRASES);
    hold(MORE_PHRASES);
}

/// Otherwise any answer would be right.
#[test]
fn every_case_divides_its_population() {
    let now = noon(TODAY);
    for case in [DEVELOPMENT, PHRASES, MORE_PHRASES].into_iter().flat_map(cases) {
        for rules in case.rules.iter().filter(|rules| rules.reads() != Reads::default()) {
            let people = population(&[rules], now);
            let selected = people.iter().filter(|customer| rules.holds(customer, &context(now))).count();
            assert!((5..people.len() - 5).contains(&selected), "{}: {selected} of {}", case.prompt, people.len());
        }
    }
}
