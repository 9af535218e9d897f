//! One operation of the API: its route, whom it is for, how often, and what happens when it is sent twice.

use axum::routing::MethodFilter;
use schemars::{JsonSchema, Schema, SchemaGenerator};

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

/// Describes a type in the document.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// How a type is described.
pub(crate) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// An answer that is no refusal.
#[derive(Debug, Clone, Copy)]
pub struct Success {
    pub status: u16,
    pub media: &'static str,
    pub schema: Option<SchemaOf>,
}

impl Success {
    pub(crate) const fn description(&self) -> &'static str {
        match self.status {
            201 => "Created.",
            202 => "Accepted; it happens soon.",
            204 => "Done; there is nothing to say.",
            302 => "On to where it leads.",
            404 => "No link of ours.",
            503 => "Something behind the API fails.",
            _ => "What was asked for.",
        }
    }
}

/// A route of the API. All of them stand in [`crate::routes`].
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each says one thing, and is set by its name")]
pub struct Operation {
    pub function: &'static str,
    name: &'static str,
    pub verb: Verb,
    pub path: &'static str,
    pub permission: Permission,
    pub replay: Replay,
    pub rate: Option<Rate>,
    pub summary: &'static str,
    pub body: Option<SchemaOf>,
    pub body_media: &'static str,
    pub answers: [Option<Success>; 2],
    /// Names of query parameters, and whether they must be there.
    pub query: &'static [(&'static str, bool)],
    pub is_paged: bool,
    /// Whether it honours `If-Match`, as changes and deletions do.
    pub takes_match: bool,
    /// Whether it may be asked for what is not there yet, or is too much for one answer: 409 then.
    pub may_conflict: bool,
    /// Whether a caller may rather wait than be answered by less (`Prefer: respond-async`, RFC 7240).
    pub may_wait: bool,
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
        Self {
            function,
            name,
            verb,
            path,
            permission,
            replay,
            rate: None,
            summary: "",
            body: None,
            body_media: "application/json",
            answers: [None, None],
            query: &[],
            is_paged: false,
            takes_match: matches!(verb, Verb::Patch | Verb::Delete),
            may_conflict: false,
            may_wait: false,
        }
    }

    /// Its answer follows from the request: that of a queued write, or one that is only good for a while.
    pub(crate) const fn recomputed(self) -> Self {
        Self { replay: Replay::Recomputed, ..self }
    }

    pub(crate) const fn rated(self, rate: Rate) -> Self {
        Self { rate: Some(rate), ..self }
    }

    pub(crate) const fn says(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    pub(crate) const fn takes(self, body: SchemaOf) -> Self {
        Self { body: Some(body), ..self }
    }

    pub(crate) const fn takes_text(self, media: &'static str) -> Self {
        Self { body: Some(of::<String>), body_media: media, ..self }
    }

    pub(crate) const fn gives(self, status: u16, schema: SchemaOf) -> Self {
        self.answers_with(Success { status, media: "application/json", schema: Some(schema) })
    }

    pub(crate) const fn gives_nothing(self) -> Self {
        self.answers_with(Success { status: 204, media: "", schema: None })
    }

    pub(crate) const fn gives_text(self, media: &'static str) -> Self {
        self.answers_with(Success { status: 200, media, schema: Some(of::<String>) })
    }

    /// What people see who follow a link that is none of ours, in the same form as what others see.
    pub(crate) const fn or_not_found(self, media: &'static str) -> Self {
        self.answers_with(Success { status: 404, media, schema: Some(of::<String>) })
    }

    pub(crate) const fn leads_on(self) -> Self {
        self.answers_with(Success { status: 302, media: "", schema: None })
    }

    pub(crate) const fn takes_form(self, body: SchemaOf) -> Self {
        Self { body: Some(body), body_media: "application/x-www-form-urlencoded", ..self }
    }

    pub(crate) const fn lists(self, page: SchemaOf) -> Self {
        Self { is_paged: true, ..self.gives(200, page) }
    }

    pub(crate) const fn asks(self, query: &'static [(&'static str, bool)]) -> Self {
        Self { query, ..self }
    }

    pub(crate) const fn matched(self, takes_match: bool) -> Self {
        Self { takes_match, ..self }
    }

    pub(crate) const fn may_conflict(self) -> Self {
        Self { may_conflict: true, ..self }
    }

    pub(crate) const fn may_wait(self) -> Self {
        Self { may_wait: true, ..self }
    }

    const fn answers_with(self, success: Success) -> Self {
        let answers = match self.answers {
            [None, _] => [Some(success), None],
            [first, _] => [first, Some(success)],
        };
        Self { answers, ..self }
    }

    /// Its name in the API's document and in the audit log: `place_orders`.
    #[must_use]
    pub fn id(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}
