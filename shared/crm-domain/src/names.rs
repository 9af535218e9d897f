//! What things in the CRM are called: the words by which plain words can mean them. Names alone, of things: no person's data.

use serde::{Deserialize, Serialize};

/// Most names of each kind; later ones are not kept.
pub const MOST: usize = 500;
/// Greatest length of a name that is kept, in characters.
pub const MAX_LENGTH: usize = 60;

/// Something that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "name")]
pub enum Name {
    Tag(String),
    City(String),
    Country(String),
    /// An attribute's key whose values are texts.
    TextAttribute(String),
    NumberAttribute(String),
    FlagAttribute(String),
    Product(String),
}
