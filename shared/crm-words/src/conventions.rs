//! What vague words mean here, in one place: whoever wants something else says a number, which then counts instead.

use std::sync::LazyLock;

use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::deeds::Done;
use crate::phrasebook::Phrasebook;
use crate::tree::Node;
use crate::words::Deed;

/// "recently", and "active" or "new" where no time is said.
pub(crate) const RECENTLY: &str = "P30D";

/// A word for people that names no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    HighValue,
    Repeat,
    OneTime,
    Loyal,
    New,
    Active,
    Inactive,
    Lapsed,
    Untagged,
    Subscribed,
    Unsubscribed,
}

pub(crate) static CONVENTIONS: LazyLock<Phrasebook<Convention>> = LazyLock::new(|| {
    Phrasebook::of(&[
        (
            "high value|high spending|high spend|big|valuable|high worth|heavy spending|big spending|high spenders|high spender|heavy spenders",
            Convention::HighValue,
        ),
        ("repeat|returning|recurring|repeated", Convention::Repeat),
        ("one time|single order|single purchase|first time|one off|onetime", Convention::OneTime),
        ("loyal", Convention::Loyal),
        ("new|newly joined|newly registered|recently joined|recently registered|recently signed up", Convention::New),
        ("active|recently active", Convention::Active),
        ("inactive|dormant|idle", Convention::Inactive),
        ("lapsed|churned", Convention::Lapsed),
        ("untagged", Convention::Untagged),
        ("subscribed", Convention::Subscribed),
        ("unsubscribed", Convention::Unsubscribed),
    ])
});

impl Reader<'_> {
    /// What a word without a number means here.
    pub(crate) fn conventional(&mut self, convention: Convention) -> Node {
        let number = |number: i64| Json::Number(number.into());
        let back = |field: &'static str, stretch: &str| Node::is(field, "within", stretch);
        self.done = match convention {
            Convention::New => Some(Done::Deed(Deed::Joined)),
            Convention::Active => Some(Done::Deed(Deed::Active)),
            Convention::Inactive => Some(Done::Deed(Deed::Inactive)),
            _ => None,
        };
        let node = match convention {
            Convention::HighValue => {
                self.topic = Some("totalSpend");
                Node::is("totalSpend", ">", number(1_000))
            }
            Convention::Repeat => Node::is("orderCount", ">=", number(2)),
            Convention::OneTime => Node::is("orderCount", "=", number(1)),
            Convention::Loyal => Node::is("orderCount", ">=", number(5)),
            Convention::New => back("createdAt", RECENTLY),
            Convention::Active => back("lastActiveAt", RECENTLY),
            Convention::Inactive => back("lastActiveAt", RECENTLY).negated(),
            Convention::Lapsed => Node::And(vec![Node::is("orderCount", ">", number(0)), back("lastOrderAt", "P90D").negated()]),
            Convention::Untagged => Node::known("tags", false),
            Convention::Subscribed => Node::is("emailConsent", "=", Json::Bool(true)),
            Convention::Unsubscribed => Node::is("emailConsent", "=", Json::Bool(false)),
        };
        if matches!(convention, Convention::HighValue | Convention::Repeat | Convention::Loyal) {
            self.done = Some(Done::Counted(node.clone()));
        }
        node.vague()
    }
}
