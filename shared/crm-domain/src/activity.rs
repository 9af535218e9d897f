//! Something that a customer did: a visit, a sign-up, an opened page.

use crate::email::Email;
use crate::faults::{self, Faults, Fields};
use crate::ids::{ActivityId, CustomerId};
use crate::json::Json;
use crate::stamp::Stamp;
use crate::time::Time;

/// What an event says of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityBody {
    pub given_id: Option<String>,
    pub email: Email,
    /// Free text; `visit` counts as a visit.
    pub kind: String,
    pub at: Time,
}

/// A recorded activity: of all versions received, the one with the smallest stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    pub customer: CustomerId,
    pub id: ActivityId,
    pub kind: String,
    pub at: Time,
    pub stamp: Stamp,
}

impl ActivityBody {
    /// Reads the body of `POST /api/activities`.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let email = fields.required("email", Email::from_json);
        let kind = fields.required("type", |json| faults::text(json, 100));
        let at = fields.required("at", Time::from_json);
        let given_id = fields.optional("activityId", |json| faults::text(json, 100)).value();
        fields.finish()?;
        match (email, kind, at) {
            (Some(email), Some(kind), Some(at)) => Ok(Self { given_id, email, kind, at }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }
}

impl Activity {
    #[must_use]
    pub fn is_visit(&self) -> bool {
        self.kind == "visit"
    }
}
