//! Strict JSON: the tree that every body, queue message and rule is read into before anything looks at it.
//!
//! Unlike `serde_json::Value` it refuses duplicate keys and nesting beyond [`JSON_DEPTH`], and it keeps the order of
//! keys, so that faults are reported in the order in which they were written.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
pub use serde_json::Number;

use crate::limits::JSON_DEPTH;

/// Keys of one object that are compared with each other. Of more a set is made, which takes longer for few.
const FEW: usize = 16;

/// A parsed JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Why bytes are not acceptable JSON. The text is safe to show to a caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(String);

impl Json {
    /// Parses one JSON document that fills the whole input.
    ///
    /// # Errors
    /// Says where and why the input is not JSON, nests too deep, or repeats a key.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonError("is not UTF-8".into()))?;
        let mut source = serde_json::Deserializer::from_str(text);
        let value = Node { depth: 0 }.deserialize(&mut source).map_err(|e| JsonError(e.to_string()))?;
        source.end().map_err(|e| JsonError(e.to_string()))?;
        Ok(value)
    }

    /// The member `name` of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a JSON string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number; `2.0` is one, `2.5` is not.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        let Json::Number(number) = self else { return None };
        number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            // Beyond 2^53 a float no longer names one integer.
            (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
        })
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::Text(text.to_owned())
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(number) => number.serialize(serializer),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Node { depth: 0 }.deserialize(deserializer)
    }
}

struct Node {
    depth: usize,
}

impl Node {
    fn child<E: serde::de::Error>(&self) -> Result<Node, E> {
        if self.depth >= JSON_DEPTH {
            return Err(E::custom(format!("nests deeper than {JSON_DEPTH} levels")));
        }
        Ok(Node { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.child()?)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let is_there = if members.len() < FEW {
                members.iter().any(|(known, _)| *known == key)
            } else {
                if seen.is_empty() {
                    seen.extend(members.iter().map(|(known, _)| known.clone()));
                }
                !seen.insert(key.clone())
            };
            if is_there {
                let shown: String = key.chars().take(100).collect();
                return Err(A::Error::custom(format!("the key {shown:?} stands twice in one object")));
            }
            members.push((key, map.next_value_seed(self.child()?)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_a_lenient_parser_takes() {
        let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
        let fits = format!("{}1{}", "[".repeat(32), "]".repeat(32));
        assert!(Json::parse(fits.as_bytes()).is_ok());
        for bad in [deep.as_bytes(), br#"{"a":1,"a":2}"#, b"NaN", b"1 2", b"", b"\xff", b"[1,]", b"1e999"] {
            assert!(Json::parse(bad).is_err(), "{:?}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn a_key_stands_once_however_many_there_are() {
        for count in [1, FEW - 1, FEW, FEW + 1, 4 * FEW] {
            let keys: Vec<String> = (0..count).map(|key| format!("\"k{key}\":{key}")).collect();
            let once = Json::parse(format!("{{{}}}", keys.join(",")).as_bytes());
            assert!(matches!(once, Ok(Json::Object(members)) if members.len() == count), "{count}");
            for again in [0, count - 1] {
                let twice = Json::parse(format!("{{{},\"k{again}\":0}}", keys.join(",")).as_bytes());
                assert!(twice.is_err_and(|error| error.to_string().contains("stands twice")), "{again} of {count}");
            }
        }
    }

    #[test]
    fn whole_numbers_may_be_written_as_floats() {
        assert_eq!(Json::parse(b"2.0").ok().and_then(|j| j.as_integer()), Some(2));
        assert_eq!(Json::parse(b"2.5").ok().and_then(|j| j.as_integer()), None);
    }
}
