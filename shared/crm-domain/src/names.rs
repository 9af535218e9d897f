//! What things in the CRM are called: the words by which plain words can mean them. Names alone, of things: no person's data.
//!
//! Names are collected from what writes bring, spelled as they are stored, since rules compare with that. One that nobody has
//! used for a good year is forgotten. Losing any of it harms nothing: a name is then not understood until it is used again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::customer::AttributeValue;
use crate::event::Command;
use crate::faults::Patch;
use crate::time::{DAY, Time};

/// Most names of each kind; later ones are not kept.
pub const MOST: usize = 500;
/// Greatest length of a name that is kept, in characters.
pub const MAX_LENGTH: usize = 60;
/// How long a name is kept, from the first of the month in which it was last seen: at least 400 days after that month.
const KEPT: i64 = 431 * DAY;
/// A name with so many digits may be somebody's telephone number, or that of a card.
const MAX_DIGITS: usize = 6;

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

impl Name {
    /// The name as it is spelled.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Tag(text)
            | Self::City(text)
            | Self::Country(text)
            | Self::TextAttribute(text)
            | Self::NumberAttribute(text)
            | Self::FlagAttribute(text)
            | Self::Product(text) => text,
        }
    }

    /// The word for what has the name.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Tag(_) => "tag",
            Self::City(_) => "city",
            Self::Country(_) => "country",
            Self::TextAttribute(_) => "textAttribute",
            Self::NumberAttribute(_) => "numberAttribute",
            Self::FlagAttribute(_) => "flagAttribute",
            Self::Product(_) => "product",
        }
    }

    /// What is one name: rules look at no one's capitals, but keys of attributes are what they are.
    #[must_use]
    pub fn key(&self) -> String {
        let text = match self {
            Self::TextAttribute(key) | Self::NumberAttribute(key) | Self::FlagAttribute(key) => key.clone(),
            Self::Tag(text) | Self::City(text) | Self::Country(text) | Self::Product(text) => text.to_lowercase(),
        };
        format!("{}#{text}", self.kind())
    }

    fn attribute(key: &str, value: &AttributeValue) -> Option<Self> {
        sound(key).map(match value {
            AttributeValue::Text(_) => Self::TextAttribute,
            AttributeValue::Number(_) => Self::NumberAttribute,
            AttributeValue::Flag(_) => Self::FlagAttribute,
        })
    }
}

/// The names that writes bring, each once, in order.
#[must_use]
pub fn brought_by<'a>(commands: impl IntoIterator<Item = &'a Command>) -> Vec<Name> {
    let mut names = BTreeSet::new();
    for command in commands {
        match command {
            Command::UpsertCustomer(profile) => {
                names.extend(said(&profile.tags).into_iter().flatten().filter_map(|tag| sound(tag)).map(Name::Tag));
                // An address that was put into this field is no city.
                let city = said(&profile.city).filter(|city| !city.contains(|c: char| c == ',' || c.is_numeric()));
                names.extend(city.and_then(|city| sound(city)).map(Name::City));
                names.extend(said(&profile.country).and_then(|country| sound(country)).map(Name::Country));
                names.extend(attributes(&profile.attributes));
            }
            Command::AmendCustomer(amendment) => {
                names.extend(amendment.tags_added.iter().filter_map(|tag| sound(tag)).map(Name::Tag));
                names.extend(attributes(&amendment.attributes));
            }
            Command::PlaceOrder(order) => {
                names.extend(order.items.iter().filter_map(|item| sound(&item.name)).map(Name::Product));
            }
            Command::ChangeOrderStatus(..) | Command::RecordActivity(_) | Command::RecordReceipt(_) => {}
        }
    }
    names.into_iter().collect()
}

/// When a name is forgotten that was last seen at `seen`: always the same within a month, so that it is noted once a month.
#[must_use]
pub fn expires_at(seen: Time) -> Time {
    Time::start_of(seen.date().first_of_month()).plus(KEPT)
}

/// The names that are kept, each with when it is forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    kept: BTreeMap<String, (Name, Time)>,
}

impl Names {
    /// Keeps a name until `until`.
    pub fn keep(&mut self, name: Name, until: Time) {
        self.kept.insert(name.key(), (name, until));
    }

    /// Those of `names` that are to be noted: they are new, or have not been noted this month.
    #[must_use]
    pub fn unnoted(&self, names: &[Name], now: Time) -> Vec<Name> {
        let until = expires_at(now);
        let mut unnoted: BTreeMap<String, &Name> = BTreeMap::new();
        for name in names {
            let key = name.key();
            if self.kept.get(&key).is_none_or(|(_, kept)| *kept < until) {
                // Of two spellings the first.
                unnoted.entry(key).or_insert(name);
            }
        }
        if unnoted.is_empty() {
            return Vec::new();
        }
        let mut room = Room::of(self.kept.values(), now);
        let noted = unnoted.into_iter().filter(|(key, name)| {
            let is_kept = self.kept.get(key).is_some_and(|(_, until)| *until > now);
            is_kept || room.take(name)
        });
        noted.map(|(_, name)| name.clone()).collect()
    }

    /// All that are not forgotten by `now`, kind by kind, at most [`MOST`] of each.
    #[must_use]
    pub fn all(&self, now: Time) -> Vec<Name> {
        let mut room = Room::default();
        let known = self.kept.values().filter(|(_, until)| *until > now).map(|(name, _)| name);
        known.filter(|name| room.take(name)).cloned().collect()
    }
}

/// How many names there are of each kind.
#[derive(Default)]
struct Room(BTreeMap<&'static str, usize>);

impl Room {
    fn of<'a>(kept: impl Iterator<Item = &'a (Name, Time)>, now: Time) -> Self {
        let mut room = Self::default();
        for (name, _) in kept.filter(|(_, until)| *until > now) {
            *room.0.entry(name.kind()).or_default() += 1;
        }
        room
    }

    /// Whether there is room for another name of this kind, which then is taken.
    fn take(&mut self, name: &Name) -> bool {
        let taken = self.0.entry(name.kind()).or_default();
        let free = *taken < MOST;
        *taken += usize::from(free);
        free
    }
}

/// What a field is set to; nothing where it is left alone or cleared.
const fn said<T>(patch: &Patch<T>) -> Option<&T> {
    match patch {
        Patch::Set(value) => Some(value),
        Patch::Absent | Patch::Clear => None,
    }
}

fn attributes(patch: &Patch<Vec<(String, Option<AttributeValue>)>>) -> impl Iterator<Item = Name> {
    said(patch).into_iter().flatten().filter_map(|(key, value)| Name::attribute(key, value.as_ref()?))
}

/// The text, if it may be the name of a thing, and can be said in one line.
fn sound(text: &str) -> Option<String> {
    let (mut letters, mut digits) = (0, 0);
    for (index, c) in text.chars().enumerate() {
        if index >= MAX_LENGTH || c == '@' || is_unseen(c) {
            return None;
        }
        letters += usize::from(c.is_alphabetic());
        digits += usize::from(c.is_numeric());
    }
    let blank = text.trim().is_empty();
    let number = digits > letters || digits > MAX_DIGITS;
    (!blank && !number).then(|| text.to_owned())
}

/// Breaks a line, turns its direction, or cannot be seen. The joiners that Indic scripts and emoji need are none of these.
fn is_unseen(c: char) -> bool {
    (c.is_whitespace() && c != ' ')
        || c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::event::Event;
    use crate::json::Json;
    use crate::money::Currency;

    fn at(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn command(kind: &str, data: &Value) -> Command {
        let body = json!({
            "specversion": "1.0", "id": "1", "source": "/t", "type": kind, "time": "2026-01-01T00:00:00Z", "data": data,
        });
        let json = Json::parse(body.to_string().as_bytes()).unwrap();
        Event::parse(&json, &Currency::parse("INR").unwrap(), at("2026-01-01")).unwrap().command
    }

    fn tags(tags: &[&str]) -> Vec<Name> {
        tags.iter().map(|tag| Name::Tag((*tag).to_owned())).collect()
    }

    fn from_tags(tags: &[&str]) -> Vec<Name> {
        brought_by([&command("crm.customer.amend.v1", &json!({"email": "a@x.in", "tagsAdded": tags}))])
    }

    #[test]
    fn customers_orders_and_amendments_bring_names_and_nothing_of_a_person() {
        let customer = command(
            "crm.customer.upsert.v1",
            &json!({
                "email": "asha@x.in", "name": "Asha Verma", "phone": "+919876543210", "city": "Pune", "country": "India",
                "tags": ["VIP", "gold"], "attributes": {"plan": "Asha's own", "age": 31, "club": true, "gone": null},
            }),
        );
        let amended = command(
            "crm.customer.amend.v1",
            &json!({"email": "b@x.in", "tagsAdded": ["new"], "tagsRemoved": ["old"], "attributes": {"tier": "a", "plan": null}}),
        );
        let line = |name: &str| json!({"sku": "S-1", "name": name, "quantity": 1, "unitPrice": 1});
        let order = command("crm.order.place.v1", &json!({"email": "c@x.in", "items": [line("Blue Kurta"), line("Blue Kurta")]}));
        let visit = command("crm.activity.record.v1", &json!({"email": "d@x.in", "type": "visit", "at": "2026-01-01"}));
        let cleared =
            command("crm.customer.upsert.v1", &json!({"email": "e@x.in", "city": null, "tags": null, "attributes": null}));
        let found = brought_by([&customer, &amended, &order, &visit, &cleared]);
        let expected = [
            Name::Tag("VIP".into()),
            Name::Tag("gold".into()),
            Name::Tag("new".into()),
            Name::City("Pune".into()),
            Name::Country("India".into()),
            Name::TextAttribute("plan".into()),
            Name::TextAttribute("tier".into()),
            Name::NumberAttribute("age".into()),
            Name::FlagAttribute("club".into()),
            Name::Product("Blue Kurta".into()),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_may_be_a_person_or_hides_something_is_no_name() {
        for good in ["vip", "Diwali 2026", "iPhone 15", "a1", "5-star", "\u{915}\u{94d}\u{200d}\u{937}", "two  spaces", "☂️"]
        {
            assert_eq!(from_tags(&[good]), tags(&[good]), "{good}");
        }
        let long = "x".repeat(61);
        for bad in [
            "asha@x.in",
            "9876543210",
            "2026",
            "+91 98765 43210",
            "call Asha Verma on 9876543",
            &*long,
            "right\u{202e}left",
            "line\u{2028}line",
            "tag\u{e0041}",
            "zero\u{200b}width",
            "\u{a0}",
        ] {
            assert_eq!(from_tags(&[bad]), [], "{bad}");
        }
        assert_eq!(from_tags(&["x".repeat(60).as_str()]).len(), 1);
    }

    #[test]
    fn names_are_noted_once_a_month_and_forgotten_a_good_year_later() {
        let mut names = Names::default();
        let brought = tags(&["gold", "vip", "VIP"]);
        assert_eq!(names.unnoted(&brought, at("2026-01-31")), tags(&["gold", "vip"]), "one of two spellings");
        for name in tags(&["gold", "vip"]) {
            names.keep(name, expires_at(at("2026-01-31")));
        }
        assert_eq!(names.unnoted(&brought, at("2026-01-01")), []);
        assert_eq!(names.unnoted(&brought, at("2026-02-01")), tags(&["gold", "vip"]));
        names.keep(Name::Tag("vip".into()), expires_at(at("2026-02-01")));
        assert_eq!(names.all(at("2027-03-07")), tags(&["gold", "vip"]), "400 days after the month");
        assert_eq!(names.all(at("2027-03-20")), tags(&["vip"]));
        assert_eq!(names.all(at("2027-05-01")), []);
    }

    #[test]
    fn keys_of_attributes_keep_their_capitals_and_their_types_apart() {
        let body = json!({"email": "a@x.in", "attributes": {"Plan": "a", "plan": "b"}});
        let other = json!({"email": "a@x.in", "attributes": {"plan": 1}});
        let commands = [body, other].map(|data| command("crm.customer.amend.v1", &data));
        let unnoted = Names::default().unnoted(&brought_by(&commands), at("2026-01-01"));
        assert_eq!(unnoted.len(), 3);
    }

    #[test]
    fn a_full_kind_takes_no_more_until_some_are_forgotten_and_leaves_room_for_others() {
        let (old, new) = (at("2026-01-01"), at("2027-06-01"));
        let mut names = Names::default();
        for number in 0..MOST {
            names.keep(Name::Tag(format!("tag {number}")), expires_at(old));
        }
        let later = at("2026-02-01");
        assert_eq!(names.unnoted(&tags(&["late", "tag 7"]), later), tags(&["tag 7"]));
        assert_eq!(names.unnoted(&[Name::City("Pune".into())], later).len(), 1);
        assert_eq!(names.unnoted(&tags(&["late", "tag 7"]), new), tags(&["late", "tag 7"]));
        // Two who wrote at once.
        names.keep(Name::Tag("late".into()), expires_at(old));
        assert_eq!(names.all(old).len(), MOST);
    }

    proptest! {
        #[test]
        fn whatever_is_kept_is_spelled_as_it_came_and_short_and_nobodys_address(given in proptest::collection::vec(any::<String>(), 0..20)) {
            let given: Vec<&str> = given.iter().map(|tag| tag.trim_matches(' ')).filter(|tag| !tag.is_empty()).collect();
            let found: Vec<String> = given.iter().filter_map(|tag| sound(tag)).collect();
            for name in &found {
                prop_assert!(given.contains(&&**name));
                prop_assert!(name.chars().count() <= MAX_LENGTH && !name.contains('@'));
                prop_assert!(name.lines().count() == 1 && !name.chars().any(char::is_control));
                prop_assert!(name.chars().filter(|c| c.is_numeric()).count() <= MAX_DIGITS);
            }
        }

        #[test]
        fn once_noted_nothing_is_left_to_note_in_whatever_order_it_comes(
            given in proptest::collection::vec("[a-cA-C ]{1,3}", 0..30).prop_shuffle(),
            months in 0_i64..24,
        ) {
            let now = Time::from_micros(1_770_000_000_000_000 + months * 31 * DAY);
            let brought: Vec<Name> = given.into_iter().map(Name::Product).collect();
            let mut names = Names::default();
            let first = names.unnoted(&brought, now);
            for name in first.clone() {
                names.keep(name, expires_at(now));
            }
            prop_assert!(names.unnoted(&brought, now).is_empty());
            prop_assert_eq!(names.all(now), first);
            let until = expires_at(now);
            prop_assert!(until > now.plus(400 * DAY) && until <= now.plus(431 * DAY));
        }
    }
}
