//! One operation of the API: its route, whom it is for, how often, and what happens when it is sent twice.

use axum::routing::MethodFilter;
use crm_domain::access::Permission;
use crm_domain::limits::Rate;

/// The methods that the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// What a request with an `Idempotency-Key` gets when it comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// The key is not looked at: nothing changes, or a repeat does no harm.
    Unneeded,
    /// The answer is computed again; the first request's moment is kept.
    Recomputed,
    /// The first answer is kept and given again.
    Stored,
}

/// A route of the API. All of them stand in [`crate::routes`].
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub function: &'static str,
    name: &'static str,
    pub verb: Verb,
    pub path: &'static str,
    pub permission: Permission,
    pub replay: Replay,
    pub rate: Option<Rate>,
}

impl Operation {
    pub(crate) const fn new(
        function: &'static str,
        name: &'static str,
        verb: Verb,
        path: &'static str,
        permission: Permission,
    ) -> Self {
        let replay = match (verb, permission) {
            (Verb::Post, Permission::Public) | (Verb::Get | Verb::Patch | Verb::Delete, _) => Replay::Unneeded,
            (Verb::Post, _) => Replay::Stored,
        };
        Self { function, name, verb, path, permission, replay, rate: None }
    }

    /// A write that is queued: its answer follows from the request.
    pub(crate) const fn queued(self) -> Self {
        Self { replay: Replay::Recomputed, ..self }
    }

    pub(crate) const fn rated(self, rate: Rate) -> Self {
        Self { rate: Some(rate), ..self }
    }

    /// Its name in the API's document and in the audit log: `place_orders`.
    #[must_use]
    pub fn id(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}
