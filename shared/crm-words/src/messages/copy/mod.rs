//! What messages say beside the facts, by what they are for. Each table has a line per tone, in the order of
//! [`Tone::ALL`](super::Tone::ALL): the first variant speaks in the tone that was asked for, the others take turns.
//!
//! No line names a discount, a price, a code, a link, a day or anything else that only an objective can give. `[topic]` is
//! the thing that it is about.

mod people;
mod sober;
mod things;

use crate::objective::{Kind, Objective};

use people::{BIRTHDAY, FEEDBACK, GREETING, PLAIN, REMINDER, THANKS, WELCOME, WIN_BACK};
use sober::{APOLOGY, NOTICE, NOTICE_ABOUT, RECOMMEND, REFERRAL};
use things::{ABOUT, ASK, CART, EVENT, LAUNCH, NEWS, RESTOCK, SALE};

/// The lines of one kind of message.
pub(super) struct Copy {
    pub(super) subjects: [&'static str; 5],
    /// How a letter begins.
    pub(super) leads: [&'static str; 5],
    /// How it ends.
    pub(super) asks: [&'static str; 5],
    /// What stands in an SMS for all of that.
    pub(super) shorts: [&'static str; 5],
    /// The thing, where the objective names none.
    pub(super) topic: &'static str,
}

/// The lines for an objective.
pub(super) fn copy(objective: &Objective) -> &'static Copy {
    match objective.kind {
        Kind::WinBack => &WIN_BACK,
        Kind::Welcome => &WELCOME,
        Kind::Thanks => &THANKS,
        Kind::Launch => &LAUNCH,
        Kind::Sale => &SALE,
        Kind::Restock => &RESTOCK,
        Kind::Cart => &CART,
        Kind::Reminder => &REMINDER,
        Kind::Event => &EVENT,
        Kind::Feedback => &FEEDBACK,
        Kind::Birthday => &BIRTHDAY,
        Kind::Greeting => &GREETING,
        Kind::News if objective.topic.is_some() => &ABOUT,
        Kind::News if objective.request.is_some() => &ASK,
        Kind::News => &NEWS,
        Kind::Apology => &APOLOGY,
        Kind::Notice if objective.topic.is_some() => &NOTICE_ABOUT,
        Kind::Notice => &NOTICE,
        Kind::Referral => &REFERRAL,
        Kind::Recommend => &RECOMMEND,
        Kind::Plain => &PLAIN,
    }
}
