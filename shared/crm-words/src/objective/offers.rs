//! Offers, codes and days of an objective, as they are written.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::days::Sense;
use super::{Objective, Pieces};
use crate::cursor::Reader;
use crate::lexer::Kind;
use crate::words::{PEOPLE, set};

/// How many words may say what an offer is on.
const MAX_ON: usize = 8;
/// Most offers, and codes, that a message tells.
const MOST: usize = 3;

/// What ends what an offer is on.
static ENDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("with using until till by before through to when if code coupon use from who that at as because so only \
         tomorrow today tonight valid ends ending starting now promo is are will was we they you please but in via during \
         expires plus while and")
});

impl Pieces<'_> {
    /// Reads all offers, codes and days that nobody has taken yet.
    pub(super) fn facts(&mut self, read: &mut Objective) {
        let mut at = 0;
        while at < self.reader.tokens.len() {
            self.reader.at = at;
            if self.is_taken(at) {
                at += 1;
                continue;
            }
            if let Some((code, end)) = self.code() {
                if read.codes.len() < MOST && !read.codes.contains(&code) {
                    read.codes.push(code);
                }
                self.take(&(at..end));
                at = end;
            } else if let Some(end) = self.offer_end() {
                // "to members" behind it is whom it is for.
                let free = (at..end).take_while(|at| !self.is_taken(*at)).count();
                let tokens = at..at + free;
                let offer = small(self.quoted(&tokens));
                if read.offers.len() < MOST && !read.offers.contains(&offer) {
                    read.offers.push(offer);
                }
                self.take(&tokens);
                at = tokens.end;
            } else if let Some((tokens, sense)) = self.reader.dated_here().filter(|(tokens, _)| !self.is_taken(tokens.end - 1)) {
                let said = self.quoted(&tokens);
                match sense {
                    Sense::Deadline => read.deadline.get_or_insert(said),
                    Sense::When => read.when.get_or_insert(said),
                };
                self.take(&(at..tokens.end));
                at = tokens.end;
            } else {
                at += 1;
            }
        }
    }

    /// "code DIWALI20": the code, and where it ends.
    fn code(&mut self) -> Option<(String, usize)> {
        let reader = &mut self.reader;
        let start = reader.at;
        let mut named = reader.eat(&["use", "using", "with", "apply", "enter"]);
        reader.eat(&["the", "a"]);
        named = match reader.word(0) {
            "code" | "coupon" | "promo" | "voucher" => true,
            "discount" => reader.word(1) == "code",
            // "use SAVE20"
            _ => named && reader.token(0).is_some_and(|token| is_written_code(reader.text, token.from)),
        };
        if !named {
            reader.at = start;
            return None;
        }
        reader.eat_all(&["discount", "promo", "coupon", "voucher", "code", "is"]);
        reader.eat_symbol(":");
        let token = reader.token(0)?;
        let from = token.from + usize::from(matches!(token.kind, Kind::Quoted(_)));
        let code = code_at(reader.text, from);
        let end = from + code.len();
        let fits = (3..=24).contains(&code.len()) && code.chars().any(|c| c.is_ascii_uppercase());
        if !fits {
            reader.at = start;
            return None;
        }
        let code = code.to_owned();
        while reader.token(0).is_some_and(|token| token.from < end) {
            reader.at += 1;
        }
        Some((code, reader.at))
    }

    /// Where an offer ends that begins here.
    fn offer_end(&mut self) -> Option<usize> {
        let reader = &mut self.reader;
        let start = reader.at;
        let end = reader.offer();
        reader.at = start;
        end
    }
}

/// Small at the beginning, as it stands within a sentence.
fn small(offer: String) -> String {
    let first = offer.split(' ').next().unwrap_or_default().to_lowercase();
    let begins = matches!(
        &*first,
        "free" | "flat" | "buy" | "up" | "upto" | "extra" | "additional" | "half" | "get" | "a" | "an" | "minimum"
    );
    match offer.get(first.len()..).filter(|_| begins) {
        Some(rest) => format!("{first}{rest}"),
        None => offer,
    }
}

/// The characters of a code from a place on.
fn code_at(text: &str, from: usize) -> &str {
    let rest = text.get(from..).unwrap_or_default();
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
    rest.get(..length).unwrap_or_default().trim_end_matches(['-', '_'])
}

/// Capital letters and digits, as only codes are written.
fn is_written_code(text: &str, from: usize) -> bool {
    let code = code_at(text, from);
    code.len() >= 4
        && code.chars().any(|c| c.is_ascii_digit())
        && code.chars().any(|c| c.is_ascii_uppercase())
        && !code.chars().any(|c| c.is_ascii_lowercase())
}

impl Reader<'_> {
    /// "flat 20% off all coffee", "Rs 200 off", "free shipping", "buy one get one free", "at just ₹499".
    fn offer(&mut self) -> Option<usize> {
        if self.eat_run(&["buy"]) {
            self.small_number()?;
            self.eat_run(&["and"]);
            self.eat(&["get"]).then_some(())?;
            self.small_number()?;
            self.eat(&["free"]);
            return Some(self.on());
        }
        if self.word(0) == "free" {
            let hyphen = self.token(0).and_then(|token| self.text.get(..token.from)).is_some_and(|text| text.ends_with('-'));
            // "sugar free", "feel free"
            if hyphen
                || matches!(self.word_before(), "gluten" | "sugar" | "dairy" | "cruelty" | "plastic" | "fat" | "feel" | "toxin")
            {
                return None;
            }
            self.at += 1;
            let next = self.word(0);
            let things = !next.is_empty() && !ENDS.contains(next) && !matches!(next, "for" | "of" | "on" | "our" | "the");
            things.then_some(())?;
            return Some(self.on());
        }
        if self.word(0) == "half" {
            self.at += 1;
            return self.eat(&["price", "off"]).then(|| self.on());
        }
        let priced = self.eat(&["at", "from", "for", "only", "just"]);
        self.eat_all(&["flat", "extra", "additional", "an", "a", "just", "only", "minimum", "up", "to", "upto", "rs"]);
        let percent = self.portion()?;
        // "20-30% off"
        let _upper = self.attempt(|reader| (reader.eat_symbol("-") || reader.eat(&["to", "or"])).then(|| reader.portion())?);
        self.eat_symbol("-");
        if self.eat(&["off", "discount", "cashback", "savings", "saving", "less", "bonus"]) {
            return Some(self.on());
        }
        // "at just ₹499" is a price; "save 20%" is read from its number.
        let saved = self
            .tokens
            .get(..self.at)
            .unwrap_or_default()
            .iter()
            .rev()
            .take(6)
            .any(|token| matches!(&*token.word, "save" | "saving" | "discount" | "flat" | "extra"));
        match percent {
            Portion::Money if priced => Some(self.at),
            _ if saved => Some(self.on()),
            _ => None,
        }
    }

    /// A percentage or an amount of money.
    fn portion(&mut self) -> Option<Portion> {
        self.attempt(|reader| {
            let before = matches!(reader.token(0)?.kind, Kind::Money(_));
            reader.at += usize::from(before);
            reader.spoken_number()?;
            let after = reader.token(0).is_some_and(|token| matches!(token.kind, Kind::Money(_)));
            reader.at += usize::from(after);
            if reader.eat_symbol("%") || reader.eat(&["percent", "pc"]) {
                return Some(Portion::Percent);
            }
            let bare_off = reader.word(0) == "off" || reader.word(0) == "discount" || reader.word(0) == "cashback";
            // "20-30% off"
            let ranged = matches!(reader.symbol(), Some('-')) || matches!(reader.word(0), "to");
            (before || after || bare_off || ranged).then_some(Portion::Money)
        })
    }

    /// What an offer is on: where it ends.
    fn on(&mut self) -> usize {
        let from = self.at;
        while self.at < from + MAX_ON {
            let (word, next) = (self.word(0), self.word(1));
            let Some(token) = self.token(0) else { break };
            let fits = match token.kind {
                Kind::Word => {
                    let whom =
                        word == "for" && (self.people_near() || self.token(1).is_some_and(|token| token.kind == Kind::Number));
                    let dated = matches!(word, "on" | "this" | "for") && super::DAY_WORDS.contains(next)
                        || matches!(word, "this" | "next") && matches!(next, "week" | "month" | "weekend" | "year");
                    !ENDS.contains(word) && !whom && !dated && !PEOPLE.contains(word)
                }
                Kind::Number | Kind::Money(_) => {
                    matches!(self.word_before(), "over" | "above" | "of" | "first")
                        || self
                            .at
                            .checked_sub(1)
                            .and_then(|at| self.tokens.get(at))
                            .is_some_and(|last| matches!(last.kind, Kind::Money(_)))
                }
                _ => false,
            };
            if !fits {
                break;
            }
            self.at += 1;
        }
        // Nothing ends with a word that leads on.
        while self.at > from
            && matches!(
                self.word_before(),
                "on" | "for"
                    | "the"
                    | "our"
                    | "a"
                    | "an"
                    | "of"
                    | "all"
                    | "over"
                    | "above"
                    | "their"
                    | "your"
                    | "this"
                    | "or"
                    | "across"
            )
            && !(self.word_before() == "all" && self.at > from + 1)
        {
            self.at -= 1;
        }
        self.at
    }

    /// Whether people are named within the next words.
    fn people_near(&self) -> bool {
        (1..=4).any(|ahead| PEOPLE.contains(self.word(ahead)) || self.word(ahead) == "vips")
    }
}

/// What a part of a price is said in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Portion {
    Percent,
    Money,
}
