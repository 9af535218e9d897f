//! Errors as text, for the log and for dead letters.

use std::error::Error;

/// An error with all its causes: what failed, then why. `Display` of a port's error says the first alone, since callers see it.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
