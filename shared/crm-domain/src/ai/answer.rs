//! What the assistant answers. All of it is a proposal: nothing of it is stored, and nobody is written to.

use jiff::civil::DateTime;

use crate::ai::{Lack, Source};
use crate::customer::Channel;
use crate::faults::Faults;
use crate::ports::StoreError;
use crate::rules::Rules;
use crate::time::Time;

/// An answer, and who gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub content: Content,
    pub source: Source,
    /// Why a model that there is did not give it.
    pub lack: Option<Lack>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Rules(Audience),
    Messages(Messages),
    Summary(Summary),
    Suggestion(Box<Suggestion>),
}

/// What a campaign has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub text: String,
    /// When orders and variants were counted; absent as long as they have not been.
    pub as_of: Option<Time>,
}

/// Whom somebody described.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    pub rules: Rules,
    /// The rules in words.
    pub explanation: String,
    /// Parts of the prompt that the rules do not express.
    pub unsupported: Vec<String>,
}

/// What could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messages {
    pub wordings: Vec<Wording>,
    /// What of the objective they do not say.
    pub unsupported: Vec<String>,
}

/// One wording of a message; it has been tried on customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    pub subject: Option<String>,
    pub body: String,
    /// Most segments that it took as an SMS for those on whom it was tried.
    pub sms_segments: Option<u32>,
}

/// A campaign that could be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub name: String,
    pub objective: String,
    pub audience: Audience,
    pub channel: Channel,
    /// On each recipient's own clock.
    pub local_time: DateTime,
    pub variants: Vec<Wording>,
    /// Why it is so, one reason each.
    pub why: Vec<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The prompt does not describe customers by what is known of them.
    #[error("the prompt is not understood: {reason}")]
    NotUnderstood {
        /// Fit for the caller.
        reason: String,
        /// The parts that are not understood, as written.
        parts: Vec<String>,
    },
    /// The question names something that is not there.
    #[error(transparent)]
    Faulty(#[from] Faults),
    #[error("there is no such campaign")]
    NoCampaign,
    /// There is nothing to be told of it.
    #[error("the campaign has not been launched")]
    NotLaunched,
    /// The model is over its quota, and the caller would rather wait than have the offline engine's answer.
    #[error("the question waits for its turn")]
    Waits,
    #[error(transparent)]
    Store(#[from] StoreError),
}
