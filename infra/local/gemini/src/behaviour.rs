//! The ways in which it can misbehave, as a script names them.

use std::collections::VecDeque;

use serde::Deserialize;

/// What happens to one request instead of an ordinary answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Behaviour {
    /// As if there was no script, for requests in between.
    Normal,
    /// 429; when to come again is said by a header, by the error itself (`"3.5s"`), by both or not at all.
    RateLimited {
        retry_after_seconds: Option<u64>,
        retry_info: Option<String>,
    },
    /// 500, 503 and the like.
    ServerError {
        status: u16,
    },
    /// No answer, until it is released or the client goes.
    Hang,
    /// The connection ends, before or after the head of the answer.
    DropConnection {
        after_headers: bool,
    },
    /// 200, and not JSON at all.
    MalformedEnvelope,
    /// A text that is not JSON.
    MalformedJson,
    /// Half an answer, ended by `MAX_TOKENS`.
    Truncated,
    /// The prompt is blocked.
    BlockedPrompt,
    /// The answer is blocked: a candidate without content.
    BlockedAnswer,
    EmptyCandidates,
    EmptyText,
    /// JSON of another form than was asked for.
    WrongSchema {
        fault: WrongSchema,
    },
    /// The ordinary answer in a code fence.
    Fenced,
    /// What a model answers that obeys whoever spoke last: rules that select everyone.
    Obedient,
    /// Messages with a discount and a link that nobody asked for.
    InventedOffer,
    /// A summary with figures that are not in the request.
    InventedNumbers,
    /// Messages with a placeholder that does not exist.
    UnknownPlaceholder,
    KeyRefused,
    ModelUnknown,
    /// 400 to whoever says how much to think.
    ThinkingUnknown,
    /// More than two megabytes.
    HugeBody,
    /// The ordinary answer, late.
    Slow {
        ms: u64,
    },
    /// Exactly this text.
    Say {
        text: String,
    },
}

/// What is wrong with an answer's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WrongSchema {
    UnknownField,
    UnknownOperator,
    /// Groups nine deep.
    TooDeep,
    /// Five hundred conditions.
    TooMany,
    /// Members that were not asked for, and some missing that were.
    OtherMembers,
}

/// What `POST /_peer/script` takes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    pub(crate) behaviours: VecDeque<Behaviour>,
    /// Whether the last of them goes on for ever.
    #[serde(default)]
    pub(crate) forever: bool,
}

impl Script {
    /// What the next request gets.
    pub(crate) fn next(&mut self) -> Behaviour {
        if self.forever && self.behaviours.len() == 1 {
            return self.behaviours.front().cloned().unwrap_or(Behaviour::Normal);
        }
        self.behaviours.pop_front().unwrap_or(Behaviour::Normal)
    }
}
