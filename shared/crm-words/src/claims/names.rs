//! Names in a draft, known by their capital letters.
//!
//! A word with a capital letter within a sentence is a name unless the objective has it, the CRM does, or it is one of the
//! words that always have one. So names are not seen where a sentence or a line begins, in headings whose words all have
//! capitals, in lines in capital letters throughout, and in scripts without capitals.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Given;
use super::places::FILLED;
use crate::lexer::lex;
use crate::vocabulary::Vocabulary;
use crate::words::set;

/// What has a capital letter anywhere.
static ORDINARY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("i i'm i'd i'll i've p.s rs ps s monday tuesday wednesday thursday friday saturday sunday january february march \
         april may june july august september october november december english hindi marathi tamil telugu bengali \
         kannada gujarati malayalam punjabi urdu french german spanish indian whatsapp sms hi hello hey dear team mr mrs \
         ms ok faq vip diy thanks thank yes no oh wow happy warmly cheers regards best love customer care support god mum \
         mom dad")
});

/// How far a name of the CRM is looked for, in bytes.
const MAX_NAME: usize = 120;

/// The first name that nobody has given.
pub(super) fn fault(given: &Given, text: &str, vocabulary: &Vocabulary) -> Option<String> {
    text.lines().find_map(|line| {
        let words: Vec<&str> = line.split(|c: char| !is_inner(c)).filter(|word| word.chars().any(char::is_alphabetic)).collect();
        // A heading.
        let long = || words.iter().filter(|word| word.chars().count() > 3);
        if words.len() > 2 && long().count() > 1 && long().all(|word| word.starts_with(char::is_uppercase)) {
            return None;
        }
        of_line(given, line, vocabulary)
    })
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\'' | '’')
}

fn of_line(given: &Given, line: &str, vocabulary: &Vocabulary) -> Option<String> {
    let mut begins = true;
    let mut rest = line;
    let mut after_filled = false;
    while let Some(next) = rest.chars().next() {
        if !next.is_alphanumeric() {
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
            match next {
                '.' | '!' | '?' | ':' | ';' | '"' | '“' | '(' | '-' | '–' | '—' | '•' | '*' | '…' => begins = true,
                // "Hi Asha, We ..."
                ',' => begins = after_filled,
                FILLED => after_filled = true,
                _ if next.is_whitespace() || next.is_ascii() => {}
                // Signs of other kinds stand like those that end a sentence.
                _ => begins = true,
            }
            continue;
        }
        let length = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let bare = word.trim_end_matches("'s").trim_end_matches("’s").trim_matches(['\'', '’']);
        let lower = bare.to_lowercase();
        let shouts = bare.chars().count() > 1 && !bare.chars().any(char::is_lowercase);
        let capital = word.starts_with(char::is_uppercase) && !shouts;
        // What the CRM has a name for, of however many words.
        let named = capital.then(|| {
            let tokens = lex(rest.get(..rest.len().min(MAX_NAME)).unwrap_or(rest), vocabulary.currency.code());
            let (_, count) = vocabulary.find(&tokens, |_| true)?;
            tokens.get(count - 1).map(|token| token.to)
        });
        let named = named.flatten();
        let given = ORDINARY.contains(&*lower) || given.words.contains(&lower) || given.lower.contains(&lower);
        if capital && !begins && !given && named.is_none() {
            return Some(format!("names \"{bare}\", which the objective does not; leave it out"));
        }
        begins = false;
        after_filled = false;
        rest = rest.get(named.unwrap_or(length).max(length)..).unwrap_or_default();
    }
    None
}
