//! What a value is compared with: texts, numbers, and ranges of time.

use std::cmp::Ordering;

use crate::time::Time;

/// A test of text against needles that are lower-cased already.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TextTest {
    Equals(Box<str>),
    Contains(Box<str>),
    BeginsWith(Box<str>),
    EndsWith(Box<str>),
    AnyOf(Needles),
    Present,
}

impl TextTest {
    /// Whether a lower-cased text that is there passes.
    pub(super) fn passes(&self, text: &str) -> bool {
        match self {
            Self::Equals(needle) => text == &**needle,
            Self::Contains(needle) => text.contains(&**needle),
            Self::BeginsWith(needle) => text.starts_with(&**needle),
            Self::EndsWith(needle) => text.ends_with(&**needle),
            Self::AnyOf(needles) => needles.include(text),
            Self::Present => true,
        }
    }
}

/// A set of lower-cased texts, sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Needles(Box<[Box<str>]>);

impl Needles {
    pub(super) fn new(mut texts: Vec<Box<str>>) -> Self {
        texts.sort_unstable();
        texts.dedup();
        Self(texts.into())
    }

    /// The one there is, if there is just one.
    pub(super) fn only(&self) -> Option<&str> {
        match &*self.0 {
            [only] => Some(only),
            _ => None,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|needle| &**needle)
    }

    /// Whether one of them is `text`.
    pub(super) fn include(&self, text: &str) -> bool {
        match &*self.0 {
            [only] => **only == *text,
            all => all.binary_search_by(|needle| (**needle).cmp(text)).is_ok(),
        }
    }

    /// Whether one of them stands in `text`.
    pub(super) fn stand_in(&self, text: &str) -> bool {
        self.0.iter().any(|needle| text.contains(&**needle))
    }
}

/// A test of a number. The comparison itself is the caller's, so that a quotient is never rounded.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NumberTest<T> {
    Equals(T),
    Less(T),
    AtMost(T),
    Greater(T),
    AtLeast(T),
    Between(T, T),
    /// Sorted.
    AnyOf(Box<[T]>),
    Present,
}

impl<T> NumberTest<T> {
    /// Whether a number that is there passes; `compared` is how it compares to a bound.
    pub(super) fn passes(&self, compared: impl Fn(&T) -> Ordering) -> bool {
        match self {
            Self::Equals(bound) => compared(bound).is_eq(),
            Self::Less(bound) => compared(bound).is_lt(),
            Self::AtMost(bound) => compared(bound).is_le(),
            Self::Greater(bound) => compared(bound).is_gt(),
            Self::AtLeast(bound) => compared(bound).is_ge(),
            Self::Between(low, high) => compared(low).is_ge() && compared(high).is_le(),
            Self::AnyOf(bounds) => bounds.binary_search_by(|bound| compared(bound).reverse()).is_ok(),
            Self::Present => true,
        }
    }
}

/// A test of a point in time against fixed instants, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeRange {
    pub(super) from: Time,
    pub(super) until: Time,
}

impl TimeRange {
    pub(super) fn holds(self, at: Time) -> bool {
        self.from <= at && at <= self.until
    }
}
