//! What a message is for, by the words of its objective.

use std::ops::Range;
use std::sync::LazyLock;

use crate::cursor::Reader;
use crate::lexer::{Kind as Looks, Token};
use crate::phrasebook::Phrasebook;
use crate::words::PEOPLE;

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Kind {
    WinBack,
    Welcome,
    Thanks,
    Launch,
    Sale,
    Restock,
    Cart,
    Reminder,
    Event,
    Feedback,
    Birthday,
    /// A festival's.
    Greeting,
    /// For a delay, or orders that were cancelled.
    Apology,
    /// Of what has to be known: a recall, an outage, a payment that is due.
    Notice,
    /// To bring a friend.
    Referral,
    /// Of something to buy that is not new.
    Recommend,
    /// Something else that is said.
    News,
    /// Nothing that was understood.
    #[default]
    Plain,
}

/// Words with what they speak for, and how strongly.
static SIGNS: LazyLock<Phrasebook<(Kind, u8)>> = LazyLock::new(|| {
    Phrasebook::of(&[
        (
            "win back|winback|win them back|bring back|bring them back|get back|reactivate|reactivation|re activate|reengage|re engage|re engagement|reengagement|reconnect|we miss you|miss you|missed you|recover lapsed|come back|return to us",
            (Kind::WinBack, 8),
        ),
        (
            "lapsed|inactive|dormant|churned|have not ordered|has not ordered|not ordered|not bought|not visited|stopped buying",
            (Kind::WinBack, 4),
        ),
        ("welcome|onboard|onboarding", (Kind::Welcome, 7)),
        (
            "new customers|new users|new members|new subscribers|new buyers|new signups|new sign ups|signed up|just joined|first time buyers",
            (Kind::Welcome, WEAK),
        ),
        ("thank|thanks|thank you|appreciate|appreciation|gratitude|reward|rewards|say thanks", (Kind::Thanks, 7)),
        ("vip|vips|loyal|loyalty|best customers|top customers", (Kind::Thanks, WEAK)),
        ("review|reviews|feedback|rate|rating|ratings|survey|testimonial|testimonials|opinion|opinions", (Kind::Feedback, 7)),
        (
            "abandoned|abandoned cart|abandoned carts|cart|carts|left in their cart|incomplete checkout|unfinished order",
            (Kind::Cart, 8),
        ),
        (
            "restock|restocked|restocking|back in stock|available again|back on the shelves|run out|running out|reorder|refill|replenish",
            (Kind::Restock, 8),
        ),
        (
            "invite|invites|invitation|event|webinar|workshop|store opening|opening of|grand opening|party|meetup|exhibition|pop up|popup|tasting|open house|masterclass",
            (Kind::Event, 6),
        ),
        (
            "launch|launches|launching|launched|new collection|new range|new product|new products|new arrivals|new arrival|new line|new menu|introduce|introducing|unveil|brand new|debut|just landed",
            (Kind::Launch, 6),
        ),
        ("early access|sneak peek|preview", (Kind::Sale, 4)),
        (
            "black friday|cyber monday|end of season|sale|discount|discounts|offer|offers|deal|deals|promotion|promo|clearance|coupon|coupons|cashback|off",
            (Kind::Sale, 5),
        ),
        ("birthday|birthdays|bday", (Kind::Birthday, 9)),
        (
            "congratulate|congratulations|wish|wishes|greet|greeting|greetings|happy|season's greetings|season greetings",
            (Kind::Greeting, 7),
        ),
        ("remind|reminder|reminders|nudge", (Kind::Reminder, 4)),
        ("apologise|apologize|apologising|apologizing|apology|apologies|sorry", (Kind::Apology, 10)),
        (
            "delay|delays|delayed|late delivery|late deliveries|cancelled order|cancelled orders|canceled orders|order cancelled|orders cancelled\
             |order is cancelled|orders were cancelled|order was cancelled",
            (Kind::Apology, 8),
        ),
        (
            "product recall|product recalls|recall of|a recall|recall notice|recalled|recalling|safety notice|safety alert|safety warning|safety recall|for your safety|outage|outages|downtime|payment due|payments due\
             |payment is due|payments are due|is due|overdue|emi|emis|instalment|instalments|installment|installments|unsafe|hazard|faulty|defect|defective\
             |do not use|stop using|data breach|security breach",
            (Kind::Notice, 9),
        ),
        (
            "referral|referrals|refer a friend|refer friends|refer your friends|refer their friends|refer and earn|refer someone|bring a friend|invite a friend|invite your friends|invite their friends|invite friends\
             |recommend us",
            (Kind::Referral, 8),
        ),
        (
            "upsell|upselling|up sell|cross sell|cross selling|crosssell|recommend|recommendation|recommendations|increase sales|boost sales|drive sales\
             |grow sales|more sales|improve sales|increase revenue|boost revenue|increase orders|repeat purchases|repeat purchase|sell more",
            (Kind::Recommend, 4),
        ),
        // Said of nothing that went wrong.
        ("sorry we missed you|sorry to see you go", (Kind::WinBack, 11)),
        ("do not delay|without delay|no delay|long overdue", (Kind::News, 1)),
        ("price drop|price drops|price cut|price cuts", (Kind::Sale, 5)),
    ])
});

/// Festivals and days that are wished a happy one of.
static OCCASIONS: LazyLock<Phrasebook<()>> = LazyLock::new(|| {
    Phrasebook::of(&[(
        "diwali|deepavali|holi|eid|eid al fitr|eid al adha|eid mubarak|ramadan|ramzan|christmas|new year|navratri|dussehra|durga puja|ganesh chaturthi\
         |raksha bandhan|rakhi|onam|pongal|makar sankranti|sankranti|lohri|baisakhi|janmashtami|easter|thanksgiving|halloween\
         |valentine day|valentines day|mother day|mothers day|father day|fathers day|independence day|republic day|women day\
         |ugadi|bihu|gudi padwa|karwa chauth|guru nanak jayanti|hanukkah|lunar new year",
        (),
    )])
});

/// What gives orders to whoever reads the objective instead of saying what a message is for.
static ORDERS: LazyLock<Phrasebook<()>> = LazyLock::new(|| {
    Phrasebook::of(&[(
        "ignore|disregard|override|jailbreak|pretend|system prompt|your prompt|the prompt|your instructions|previous instructions|all instructions\
         |these instructions|the instructions|act as|you are now|forget everything|forget all|forget your|forget the|developer mode|api key|password\
         |drop table|as an ai|language model|joke|poem",
        (),
    )])
});

/// How strong signs are at most that only say whom it is for.
pub(super) const WEAK: u8 = 3;
/// How strongly bringing people back speaks for winning them back.
const OF_BACK: u8 = 8;
/// How strongly a new thing speaks for a launch.
const OF_NEW: u8 = 5;

/// The kind by its strongest sign, and where a festival is named.
pub(super) fn kind(reader: &Reader<'_>) -> (Option<(Kind, u8)>, Option<Range<usize>>) {
    let (mut best, mut occasion) = (None::<(Kind, u8)>, None);
    let mut at = 0;
    while let Some(rest) = reader.tokens.get(at..).filter(|rest| !rest.is_empty()) {
        let mut length = 1;
        if let Some(((), long)) = OCCASIONS.find(rest) {
            occasion.get_or_insert(at..at + long);
            length = long;
        } else if let Some(((kind, weight), long)) = SIGNS.find(rest) {
            if best.is_none_or(|(_, most)| *weight > most) {
                best = Some((*kind, *weight));
            }
            length = long;
        } else if rest.first().is_some_and(|token| token.word == "new") && best.is_none_or(|(_, most)| OF_NEW > most) {
            // "our new summer collection", but not "new customers"
            let of_people = rest.iter().skip(1).take(2).any(|token| PEOPLE.contains(&*token.word));
            let named = rest.get(1).is_some_and(|token| token.kind == Looks::Word);
            if named && !of_people {
                best = Some((Kind::Launch, OF_NEW));
            }
        }
        at += length;
    }
    if brings_back(reader.tokens) && best.is_none_or(|(_, most)| most < OF_BACK) {
        best = Some((Kind::WinBack, OF_BACK));
    }
    (best, occasion)
}

/// "bring dormant customers back"
fn brings_back(tokens: &[Token]) -> bool {
    let brings = tokens.iter().position(|token| matches!(&*token.word, "bring" | "win" | "get" | "lure" | "draw" | "welcome"));
    let after = brings.and_then(|at| tokens.get(at + 1..)).unwrap_or_default();
    let back = after.iter().take(8).position(|token| token.word == "back");
    // "get back in stock" brings nobody.
    back.is_some_and(|back| after.iter().take(back).any(|token| PEOPLE.contains(&*token.word) || token.word == "them"))
}

/// Whether such words are in it.
pub(crate) fn gives_orders(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| ORDERS.find(tokens.get(at..).unwrap_or_default()).is_some())
}

/// Whether a festival is named here.
pub(super) fn occasion_at(tokens: &[Token]) -> Option<usize> {
    OCCASIONS.find(tokens).map(|((), length)| length)
}

/// Whether a word here speaks for a kind.
pub(super) fn sign_at(tokens: &[Token]) -> bool {
    SIGNS.find(tokens).is_some()
}
