//! Reading a JSON object field by field while collecting **every** fault, so that a caller learns them all at once.
//!
//! [`Fields`] is the one reader for HTTP bodies, queue messages, CSV rows and rules. Single values are parsed by
//! functions `&Json -> Result<T, Reason>`, most of them in this module or beside the type they make.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::json::Json;

/// Why one value is refused; shown to callers.
pub type Reason = Cow<'static, str>;

/// One fault of a request: which field, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fault {
    /// Path from the body's root, as in `items[2].sku`; empty for the body itself.
    pub field: String,
    pub reason: Reason,
}

/// All the faults of one input; never empty when returned as an error.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema, thiserror::Error)]
#[error("{}", .0.iter().map(|f| format!("{}: {}", f.field, f.reason)).collect::<Vec<_>>().join("; "))]
#[serde(transparent)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// A single fault.
    pub fn of(field: impl Into<String>, reason: impl Into<Reason>) -> Self {
        let mut faults = Self::default();
        faults.add(field, reason);
        faults
    }

    pub fn add(&mut self, field: impl Into<String>, reason: impl Into<Reason>) {
        self.0.push(Fault { field: field.into(), reason: reason.into() });
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a request says about an optional field: nothing, "clear it" (`null`), or a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    #[default]
    Absent,
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    /// The value, when one is given.
    pub fn value(self) -> Option<T> {
        match self {
            Patch::Set(value) => Some(value),
            Patch::Absent | Patch::Clear => None,
        }
    }

    #[must_use]
    pub fn as_ref(&self) -> Patch<&T> {
        match self {
            Patch::Absent => Patch::Absent,
            Patch::Clear => Patch::Clear,
            Patch::Set(value) => Patch::Set(value),
        }
    }
}

/// Members that most objects have at most.
const MEMBERS: usize = 12;

/// Reads the members of one JSON object; unknown members become faults on [`Fields::finish`].
pub struct Fields<'a> {
    path: String,
    members: &'a [(String, Json)],
    read: Vec<&'static str>,
    faults: Faults,
}

impl<'a> Fields<'a> {
    /// Starts on `json`, which must be an object; `path` is its own place, empty for the root.
    ///
    /// # Errors
    /// One fault when it is not an object.
    pub fn of(json: &'a Json, path: &str) -> Result<Self, Faults> {
        match json {
            Json::Object(members) => {
                Ok(Self { path: path.to_owned(), members, read: Vec::with_capacity(MEMBERS), faults: Faults::default() })
            }
            _ => Err(Faults::of(path, "must be an object")),
        }
    }

    /// The raw member, marked as known.
    pub fn raw(&mut self, name: &'static str) -> Option<&'a Json> {
        self.read.push(name);
        self.members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A member that must be there and must not be `null`.
    pub fn required<T>(&mut self, name: &'static str, parse: impl FnOnce(&'a Json) -> Result<T, Reason>) -> Option<T> {
        match self.raw(name) {
            None | Some(Json::Null) => {
                self.fault(name, "is required");
                None
            }
            Some(value) => self.parsed(name, parse(value)),
        }
    }

    /// A member that may be absent, `null` or a value.
    pub fn optional<T>(&mut self, name: &'static str, parse: impl FnOnce(&'a Json) -> Result<T, Reason>) -> Patch<T> {
        match self.raw(name) {
            None => Patch::Absent,
            Some(Json::Null) => Patch::Clear,
            Some(value) => self.parsed(name, parse(value)).map_or(Patch::Absent, Patch::Set),
        }
    }

    /// Keeps the outcome of a nested parser whose faults already carry full paths.
    pub fn nested<T>(&mut self, outcome: Result<T, Faults>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(mut faults) => {
                self.faults.0.append(&mut faults.0);
                None
            }
        }
    }

    /// Notes a fault of the member `name`.
    pub fn fault(&mut self, name: &str, reason: impl Into<Reason>) {
        self.faults.add(self.place(name), reason);
    }

    /// The full path of the member `name`.
    #[must_use]
    pub fn place(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Ends the reading; unknown members are faults too.
    ///
    /// # Errors
    /// Every fault found.
    pub fn finish(mut self) -> Result<(), Faults> {
        for (key, _) in self.members {
            if !self.read.iter().any(|name| name == key) {
                let shown: String = key.chars().filter(|c| !c.is_control()).take(100).collect();
                self.faults.add(self.place(&shown), "is not a known field");
            }
        }
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    /// Ends the reading of an object that may have members of other people's.
    ///
    /// # Errors
    /// Every fault found.
    pub fn finish_open(self) -> Result<(), Faults> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn parsed<T>(&mut self, name: &str, outcome: Result<T, Reason>) -> Option<T> {
        outcome.map_err(|reason| self.fault(name, reason)).ok()
    }
}

/// Text of `1..=max` characters without control characters; surrounding spaces are trimmed.
///
/// # Errors
/// Says which of these it is not.
pub fn text(json: &Json, max: usize) -> Result<String, Reason> {
    let text = json.as_text().ok_or("must be text")?;
    checked_text(text, max).map(str::to_owned)
}

/// As [`text`], for text at hand.
///
/// # Errors
/// Says what is wrong with it.
pub fn checked_text(text: &str, max: usize) -> Result<&str, Reason> {
    let trimmed = text.trim_matches(' ');
    if trimmed.is_empty() {
        return Err("must not be empty".into());
    }
    if trimmed.chars().any(is_unwritable) {
        return Err("must not contain control characters".into());
    }
    if trimmed.len() > max && trimmed.chars().count() > max {
        return Err(format!("must be at most {max} characters").into());
    }
    Ok(trimmed)
}

/// What no text may have: control characters, and the two of which SQS takes no message.
fn is_unwritable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// As [`text`], but line breaks and tabs are allowed: message bodies, descriptions.
///
/// # Errors
/// Says what is wrong with it.
pub fn long_text(json: &Json, max: usize) -> Result<String, Reason> {
    let text = json.as_text().ok_or("must be text")?.trim_matches(' ');
    if text.is_empty() {
        return Err("must not be empty".into());
    }
    if text.chars().any(|c| is_unwritable(c) && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("must not contain control characters".into());
    }
    if text.len() > max && text.chars().count() > max {
        return Err(format!("must be at most {max} characters").into());
    }
    Ok(text.to_owned())
}

/// A whole number within bounds.
///
/// # Errors
/// Says that it is not one, or out of bounds.
pub fn integer(json: &Json, min: i64, max: i64) -> Result<i64, Reason> {
    let number = json.as_integer().ok_or("must be a whole number")?;
    if (min..=max).contains(&number) { Ok(number) } else { Err(format!("must be from {min} to {max}").into()) }
}

/// `true` or `false`.
///
/// # Errors
/// Says that it is neither.
pub fn boolean(json: &Json) -> Result<bool, Reason> {
    match json {
        Json::Bool(value) => Ok(*value),
        _ => Err("must be true or false".into()),
    }
}

/// A list of at most `max` elements.
///
/// # Errors
/// Says that it is not a list, or too long.
pub fn list(json: &Json, max: usize) -> Result<&[Json], Reason> {
    match json {
        Json::List(items) if items.len() > max => Err(format!("must have at most {max} elements").into()),
        Json::List(items) => Ok(items),
        _ => Err("must be a list".into()),
    }
}
