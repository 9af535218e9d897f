//! Words that promise something or press for time.

use std::sync::LazyLock;

use super::Given;
use crate::lexer::Token;
use crate::objective::DAY_WORDS;
use crate::phrasebook::Phrasebook;

/// What a word promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// Money off, by whatever word.
    Offer,
    /// Something that has to be given by this very word.
    Thing,
    /// That time or stock is short.
    Hurry,
}

static PROMISES: LazyLock<Phrasebook<Promise>> = LazyLock::new(|| {
    Phrasebook::of(&[
        (
            "discount|discounts|discounted|deal|deals|special offer|special offers|special price|special prices|exclusive offer|exclusive offers\
             |limited offer|our offer|this offer|the offer|an offer|offers|savings|save big|save more|promo|promotion|bargain|bargains|markdown|reduced prices|lower prices\
             |best price|best prices|lowest price|lowest prices|price drop|money off|on sale|a sale|our sale|the sale|big sale|mega sale|flash sale|clearance|sale",
            Promise::Offer,
        ),
        (
            "free|gift|gifts|complimentary|giveaway|cashback|coupon|coupons|voucher|vouchers|bonus|prize|prizes|lottery|lucky draw|bogo|buy one\
             |guarantee|guaranteed|money back|refund|refunds|warranty|at no cost|no extra cost|half price|half off|loyalty points|reward points|double points|promo code|discount code\
             |coupon code",
            Promise::Thing,
        ),
        (
            "last chance|final chance|ends soon|ending soon|limited time|for a short time|short time only|hurry|expires|expiring|while stocks last|while stock lasts\
             |while supplies last|limited stock|limited stocks|only a few left|few left|selling fast|almost gone|today only|only today|ends today|ends tonight\
             |final hours|last few hours|before it is gone|before it's gone|act now|clock is ticking|limited edition|last day|last days",
            Promise::Hurry,
        ),
    ])
});

/// The first promise that the objective does not give.
pub(super) fn fault(given: &Given, tokens: &[Token]) -> Option<String> {
    let mut at = 0;
    while at < tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        let word = rest.first().map_or("", |token| &*token.word);
        if let Some((promise, length)) = PROMISES.find(rest) {
            let said: Vec<&str> = rest.iter().take(length).map(|token| &*token.word).collect();
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            // "feel free", "sugar-free" and "free of"
            let harmless = word == "free"
                && (before.is_some_and(|last| {
                    last.word == "feel"
                        || last.to + 1 == rest.first().map_or(0, |token| token.from) && is_kind_of_free(&last.word)
                }) || rest.get(1).is_some_and(|next| matches!(&*next.word, "of" | "from" | "to" | "time")));
            if !harmless && !promised(given, *promise, &said) {
                let said = said.join(" ");
                return Some(format!("says \"{said}\", which the objective does not promise; leave it out"));
            }
            at += length;
            continue;
        }
        let dated = (DAY_WORDS.contains(word) && word.len() > 4 && !matches!(word, "today" | "weekend" | "march" | "thurs"))
            || word == "weekend"
                && at > 0
                && tokens.get(at - 1).is_some_and(|last| matches!(&*last.word, "this" | "next" | "until"));
        if dated && !given.lower.contains(word.trim_end_matches('s')) {
            return Some(format!("says \"{word}\", a time that the objective does not give; leave it out"));
        }
        at += 1;
    }
    None
}

/// Words for money off in Devanagari, without their dots.
const DEVANAGARI: [&str; 12] = ["छूट", "मुफ्त", "प्रतिशत", "डिस्काउंट", "ऑफर", "फ्री", "निःशुल्क", "उपहार", "गिफ्ट", "कैशबैक", "कूपन", "इनाम"];

/// The first such word that the objective does not have.
pub(super) fn in_devanagari(given: &Given, text: &str) -> Option<String> {
    let plain = |text: &str| text.replace('\u{93c}', "").replace('\u{95e}', "फ");
    let (text, objective) = (plain(text), plain(&given.text));
    let said = DEVANAGARI.into_iter().find(|word| text.contains(word) && !objective.contains(word))?;
    Some(format!("says \"{said}\", which the objective does not promise; leave it out"))
}

fn is_kind_of_free(word: &str) -> bool {
    matches!(
        word,
        "sugar"
            | "gluten"
            | "dairy"
            | "cruelty"
            | "plastic"
            | "hassle"
            | "stress"
            | "worry"
            | "fat"
            | "chemical"
            | "paraben"
            | "guilt"
            | "nut"
    )
}

fn promised(given: &Given, promise: Promise, said: &[&str]) -> bool {
    let by_word = |word: &str| {
        let stem = word.trim_end_matches('s');
        given.words.contains(word) || given.words.contains(stem) || given.words.contains(&format!("{stem}s"))
    };
    // Its own words are no invention.
    if said.iter().all(|word| given.words.contains(*word)) {
        return true;
    }
    let reduced = !given.objective.offers.is_empty() || !given.objective.codes.is_empty();
    match promise {
        Promise::Offer => {
            reduced
                || ["discount", "offer", "deal", "sale", "promotion", "promo", "clearance", "off", "cashback"]
                    .iter()
                    .any(|word| by_word(word))
        }
        Promise::Thing => said.iter().filter(|word| word.len() > 3 && **word != "code").all(|word| by_word(word)),
        Promise::Hurry => given.objective.deadline.is_some() || said.iter().all(|word| by_word(word)),
    }
}
