//! Who may do what: the roles and what each holds, users, API keys, and the sessions of signed-in users.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::email::Email;
use crate::faults::{self, Faults, Fields, Patch, Reason};
use crate::ids::KeyId;
use crate::json::Json;
use crate::time::{HOUR, SECOND, Time};

/// What a user is in this CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Owner,
    Admin,
    Marketer,
    Analyst,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Marketer, Self::Analyst];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Marketer => "marketer",
            Self::Analyst => "analyst",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether one of this role may give `role` to others, and take it away: only owners make owners.
    #[must_use]
    pub const fn may_grant(self, role: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => !matches!(role, Self::Owner),
            Self::Marketer | Self::Analyst => false,
        }
    }

    fn from_json(json: &Json) -> Result<Self, Reason> {
        json.as_text().and_then(Self::parse).ok_or_else(|| "must be owner, admin, marketer or analyst".into())
    }
}

/// What an API key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Bringing customers, orders and activities.
    Ingest,
    /// Reading everything but administration.
    Read,
}

impl Scope {
    fn from_json(json: &Json) -> Result<Self, Reason> {
        match json.as_text() {
            Some("ingest") => Ok(Self::Ingest),
            Some("read") => Ok(Self::Read),
            _ => Err("must be ingest or read".into()),
        }
    }
}

/// What a route demands of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// Nothing: no token is looked at.
    Public,
    /// A user's own affairs.
    SignedIn,
    Read,
    /// Customers, orders, activities.
    Ingest,
    /// Segments, campaigns, imports.
    Write,
    /// Users, keys, queues, the audit log.
    Administer,
}

impl Permission {
    /// The whole table of roles: who holds what.
    #[must_use]
    pub const fn held_by(self, role: Role) -> bool {
        match self {
            Self::Public | Self::SignedIn | Self::Read => true,
            Self::Ingest | Self::Write => matches!(role, Role::Owner | Role::Admin | Role::Marketer),
            Self::Administer => matches!(role, Role::Owner | Role::Admin),
        }
    }

    /// The scope that lets an API key do it; `None`: no key may.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Read => Some(Scope::Read),
            Self::Ingest => Some(Scope::Ingest),
            Self::Public | Self::SignedIn | Self::Write | Self::Administer => None,
        }
    }
}

/// Who a user is to their identity provider: the `sub` of the ID token, never the address, which can pass to another
/// person. Somebody invited has one of ours until they come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// 1 to 255 letters, digits, `-` and `_`: what `OpenID` providers give out, and what needs no escaping in a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        ((1..=255).contains(&text.len()) && text.bytes().all(fits)).then(|| Self(text.to_owned()))
    }

    /// The place kept for somebody who is invited: one per address.
    #[must_use]
    pub fn invited(email: &Email) -> Self {
        Self(format!("invited-{}", Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("mailto:{email}").as_bytes())))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a user may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// May come, and has not yet.
    Invited,
    Active,
    Disabled,
}

/// Somebody who works with the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub role: Role,
    pub status: UserStatus,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in_at: Option<Time>,
    /// How often they were disabled, and enabled again: what was begun before is over.
    #[serde(default)]
    pub era: u32,
}

impl User {
    /// Whether they may go on with what they hold.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }
}

/// The body of `POST /api/users`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub email: Email,
    pub role: Role,
}

impl Invitation {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let email = fields.required("email", Email::from_json);
        let role = fields.required("role", Role::from_json);
        fields.finish()?;
        match (email, role) {
            (Some(email), Some(role)) => Ok(Self { email, role }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }

    /// The place that is kept for them.
    #[must_use]
    pub fn into_user(self, now: Time) -> User {
        User {
            id: UserId::invited(&self.email),
            name: String::new(),
            picture: None,
            role: self.role,
            status: UserStatus::Invited,
            created_at: now,
            last_sign_in_at: None,
            era: 0,
            email: self.email,
        }
    }
}

/// The body of `PATCH /api/users/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange {
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

impl UserChange {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let role = fields.optional("role", Role::from_json);
        let disabled = fields.optional("disabled", faults::boolean);
        if role == Patch::Clear {
            fields.fault("role", "must not be null");
        }
        if disabled == Patch::Clear {
            fields.fault("disabled", "must not be null");
        }
        fields.finish()?;
        Ok(Self { role: role.value(), disabled: disabled.value() })
    }

    /// The user with this change made. Somebody invited is not there yet to be disabled: take the invitation back instead.
    ///
    /// # Errors
    /// The fault of the request.
    pub fn applied_to(&self, user: &User) -> Result<User, Faults> {
        let status = match (user.status, self.disabled) {
            (UserStatus::Invited, Some(true)) => return Err(Faults::of("disabled", "must not be true for an invitation")),
            (status, None) | (status @ UserStatus::Invited, _) => status,
            (_, Some(true)) => UserStatus::Disabled,
            (_, Some(false)) => UserStatus::Active,
        };
        let era = if status == user.status { user.era } else { user.era.saturating_add(1) };
        Ok(User { role: self.role.unwrap_or(user.role), status, era, ..user.clone() })
    }
}

/// A key of an integration. What it is checked with is a hash: the key itself is shown once and kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    pub id: KeyId,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// SHA-256 of the secret part, in hexadecimal.
    pub secret_hash: String,
    pub created_by: UserId,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}

impl ApiKey {
    /// Whether it opens anything at `now`.
    #[must_use]
    pub fn is_valid(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The body of `POST /api/keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyDraft {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<Time>,
}

impl ApiKeyDraft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, now: Time) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.required("name", |json| faults::text(json, 200));
        let scopes = fields.required("scopes", |json| {
            let mut scopes = faults::list(json, 2)?.iter().map(Scope::from_json).collect::<Result<Vec<_>, _>>()?;
            scopes.sort();
            scopes.dedup();
            if scopes.is_empty() { Err("must have at least one element".into()) } else { Ok(scopes) }
        });
        let expires_at = fields.optional("expiresAt", |json| match Time::from_json(json)? {
            time if time <= now => Err("must be in the future".into()),
            time => Ok(time),
        });
        fields.finish()?;
        match (name, scopes) {
            (Some(name), Some(scopes)) => Ok(Self { name, scopes, expires_at: expires_at.value() }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }
}

/// How long a session lives after its last use.
pub const SESSION_LIFE: i64 = 24 * HOUR;
/// How long the token before the current one still leads to its successor: two tabs at once, an answer that was lost.
pub const SESSION_GRACE: i64 = 30 * SECOND;

/// A signed-in browser. Its token is renewed with every use; the tokens of one sign-in are numbered generations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: Uuid,
    pub user: UserId,
    /// The user's era in which it began.
    #[serde(default)]
    pub era: u32,
    /// Number of the current token.
    pub generation: u32,
    /// When the current token was given out.
    pub rotated_at: Time,
    pub expires_at: Time,
}

/// What a token that is really ours means for its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refresh {
    /// The current token: the session moves on to this.
    Rotated(Session),
    /// The one before, within the grace: the current token is given once more.
    Again,
    /// A token that was renewed long ago. Somebody has a copy: the session ends for everyone.
    Replayed,
    Expired,
}

impl Session {
    #[must_use]
    pub fn begun(user: &User, now: Time) -> Self {
        Self {
            id: crate::world::fresh_id(),
            user: user.id.clone(),
            era: user.era,
            generation: 1,
            rotated_at: now,
            expires_at: now.plus(SESSION_LIFE),
        }
    }

    /// Whether it is still theirs: whoever was disabled meanwhile signs in anew.
    #[must_use]
    pub fn is_of(&self, user: &User) -> bool {
        self.user == user.id && self.era == user.era
    }

    /// Decides on the token of generation `presented`.
    #[must_use]
    pub fn refreshed(&self, presented: u32, now: Time) -> Refresh {
        if now >= self.expires_at {
            return Refresh::Expired;
        }
        if presented == self.generation {
            return match self.generation.checked_add(1) {
                Some(generation) => {
                    Refresh::Rotated(Self { generation, rotated_at: now, expires_at: now.plus(SESSION_LIFE), ..self.clone() })
                }
                None => Refresh::Expired,
            };
        }
        let previous = presented.checked_add(1) == Some(self.generation);
        if previous && now < self.rotated_at.plus(SESSION_GRACE) { Refresh::Again } else { Refresh::Replayed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_owners_make_and_unmake_owners() {
        for (actor, granted) in [(Role::Owner, 4), (Role::Admin, 3), (Role::Marketer, 0), (Role::Analyst, 0)] {
            assert_eq!(Role::ALL.iter().filter(|role| actor.may_grant(**role)).count(), granted, "{actor:?}");
        }
    }

    #[test]
    fn a_session_rotates_forgives_for_a_moment_and_ends_on_replay() {
        let start = Time::from_micros(0);
        let user = Invitation { email: Email::parse("a@b.co").unwrap(), role: Role::Analyst }.into_user(start);
        let session = Session::begun(&user, start);
        let at = |seconds: i64| start.plus(seconds * SECOND);
        let Refresh::Rotated(second) = session.refreshed(1, at(10)) else { panic!("must rotate") };
        assert_eq!((second.generation, second.rotated_at, second.expires_at), (2, at(10), at(10).plus(SESSION_LIFE)));
        assert_eq!(second.refreshed(1, at(39)), Refresh::Again);
        assert_eq!(second.refreshed(1, at(40)), Refresh::Replayed);
        let Refresh::Rotated(third) = second.refreshed(2, at(20)) else { panic!("must rotate") };
        assert_eq!(third.refreshed(1, at(21)), Refresh::Replayed, "two behind is never forgiven");
        assert_eq!(third.refreshed(9, at(21)), Refresh::Replayed, "nobody was given that one");
        assert_eq!(third.refreshed(3, at(20).plus(SESSION_LIFE)), Refresh::Expired);
    }

    #[test]
    fn changes_of_users_are_what_they_say() {
        let invited = Invitation { email: Email::parse("a@b.co").unwrap(), role: Role::Analyst }.into_user(Time::from_micros(0));
        let change = |role, disabled| UserChange { role, disabled };
        assert_eq!(change(Some(Role::Admin), None).applied_to(&invited).unwrap().role, Role::Admin);
        assert!(change(None, Some(true)).applied_to(&invited).is_err());
        assert_eq!(change(None, Some(false)).applied_to(&invited).unwrap().status, UserStatus::Invited);
        let active = User { status: UserStatus::Active, ..invited };
        let disabled = change(None, Some(true)).applied_to(&active).unwrap();
        assert_eq!(disabled.status, UserStatus::Disabled);
        assert_eq!(change(None, Some(true)).applied_to(&disabled).unwrap(), disabled);
        let enabled = change(None, Some(false)).applied_to(&disabled).unwrap();
        assert_eq!(enabled, User { era: 2, ..active.clone() });
        assert_eq!(change(Some(Role::Admin), Some(false)).applied_to(&active).unwrap().era, 0, "neither");
    }

    #[test]
    fn a_session_ends_when_its_user_is_disabled_also_one_of_before_there_were_eras() {
        let now = Time::from_micros(0);
        let invited = Invitation { email: Email::parse("a@b.co").unwrap(), role: Role::Analyst }.into_user(now);
        let user = User { status: UserStatus::Active, ..invited };
        let old = |record: serde_json::Value| {
            let mut record = record;
            record.as_object_mut().unwrap().remove("era").unwrap();
            record
        };
        let session: Session = serde_json::from_value(old(serde_json::to_value(Session::begun(&user, now)).unwrap())).unwrap();
        let user: User = serde_json::from_value(old(serde_json::to_value(user).unwrap())).unwrap();
        assert!(session.is_of(&user));
        let disable = |disabled| UserChange { role: None, disabled: Some(disabled) };
        let disabled = disable(true).applied_to(&user).unwrap();
        let enabled = disable(false).applied_to(&disabled).unwrap();
        assert!(!session.is_of(&disabled) && !session.is_of(&enabled));
        assert!(Session::begun(&enabled, now).is_of(&enabled));
    }
}
