//! How a change of one segment touches the others.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use crm_domain::ids::SegmentId;
use crm_domain::json::Json;
use crm_domain::money::Currency;
use crm_domain::ports::Versioned;
use crm_domain::segment::{Retired, SegmentChange, SegmentDraft, Segments, SegmentsChange, parse_list_change, parse_list_file};
use crm_domain::time::Time;
use serde_json::{Value, json};

fn inr() -> Currency {
    Currency::parse("INR").unwrap()
}

fn tree(value: &Value) -> Json {
    Json::parse(value.to_string().as_bytes()).unwrap()
}

/// What is stored, changed as the adapter does.
#[derive(Default)]
struct Shelf(Segments);

impl Shelf {
    fn apply(&mut self, change: &SegmentsChange) {
        assert_eq!(change.revision, self.0.revision);
        assert!(change.becomes > change.revision);
        self.0.revision = change.becomes;
        for Versioned { version, record } in &change.puts {
            let stored = Versioned { version: version + 1, record: record.clone() };
            match self.0.all.iter_mut().find(|held| held.record.id == record.id) {
                Some(held) => {
                    assert_eq!(held.version, *version);
                    *held = stored;
                }
                None => self.0.all.push(stored),
            }
        }
        if let Some((id, _)) = change.deleted {
            self.0.all.retain(|held| held.record.id != id);
        }
        // No two meanings share an id.
        let mut ids: Vec<u64> = self.0.all.iter().flat_map(|held| held.record.editions().map(|edition| edition.id)).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    fn create(&mut self, name: &str, rules: &Value) -> SegmentId {
        let body = json!({"name": name, "rules": rules});
        let draft = SegmentDraft::parse(&tree(&body), &inr()).unwrap();
        let id = SegmentId::generate();
        let change = self.0.create(draft, id, &inr(), Time::now()).unwrap();
        self.apply(&change);
        id
    }

    fn update(&mut self, id: SegmentId, body: &Value) -> Result<SegmentsChange, Vec<String>> {
        let change = SegmentChange::parse(&tree(body), &inr()).unwrap();
        let held = self.0.find(id).unwrap().clone();
        let change = self.0.update(&held, change, Time::now());
        let change = change
            .map_err(|faults| faults.0.iter().map(|fault| format!("{}: {}", fault.field, fault.reason)).collect::<Vec<_>>())?;
        self.apply(&change);
        Ok(change)
    }

    fn build(&mut self) -> Vec<u64> {
        let change = self.0.show(self.0.revision, Time::now()).unwrap();
        self.apply(&change);
        assert!(!self.0.is_unbuilt());
        change.retired.into_iter().map(|retired| retired.edition).collect()
    }
}

fn city(name: &str) -> Value {
    json!({"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": name}]})
}

fn within(ids: &[SegmentId]) -> Value {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    json!({"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": ids}]})
}

#[test]
fn readers_see_the_old_meaning_until_the_new_one_is_built() {
    let mut shelf = Shelf::default();
    let id = shelf.create("A", &city("Pune"));
    assert!(shelf.0.find(id).unwrap().record.shown.is_none());
    assert!(shelf.build().is_empty());
    let first = shelf.0.find(id).unwrap().record.edition.id;
    let change = shelf.update(id, &json!({"rules": city("Delhi")})).unwrap();
    assert!(change.retired.is_empty(), "what is shown is still needed");
    // Edited again before it was built: the one in between will never be seen.
    let between = shelf.0.find(id).unwrap().record.edition.id;
    assert_eq!(shelf.update(id, &json!({"rules": city("Goa")})).unwrap().retired, [Retired { segment: id, edition: between }]);
    let held = &shelf.0.find(id).unwrap().record;
    assert_eq!(held.editions().map(|edition| edition.id).collect::<Vec<_>>(), [held.edition.id, first]);
    // A build that began before the last edit does not complete it.
    assert!(shelf.0.show(between, Time::now()).is_none());
    assert_eq!(shelf.build(), [first]);
    // Another name is no other meaning.
    let meaning = shelf.0.find(id).unwrap().record.edition.clone();
    let renamed = shelf.update(id, &json!({"name": "B", "rules": city("Goa")})).unwrap();
    assert!(renamed.retired.is_empty() && renamed.puts[0].record.edition == meaning && !shelf.0.is_unbuilt());
}

#[test]
fn who_names_a_segment_changes_with_it() {
    let mut shelf = Shelf::default();
    let a = shelf.create("A", &city("Pune"));
    let b = shelf.create("B", &within(&[a]));
    let c = shelf.create("C", &within(&[b]));
    let other = shelf.create("D", &city("Goa"));
    shelf.build();
    let change = shelf.update(a, &json!({"rules": city("Delhi")})).unwrap();
    let touched: Vec<SegmentId> = change.puts.iter().map(|held| held.record.id).collect();
    assert_eq!(touched, [a, b, c], "each after those that it names");
    for held in &change.puts {
        assert!(held.record.edition.rules.to_json().to_string().contains("Delhi"), "{}", held.record.name);
        assert!(held.record.shown.as_ref().unwrap().rules.to_json().to_string().contains("Pune"));
        assert!(!held.record.is_built());
    }
    assert!(shelf.0.find(other).unwrap().record.is_built());
    assert_eq!(shelf.build().len(), 3);
}

#[test]
fn circles_and_strangers_are_refused_by_name() {
    let mut shelf = Shelf::default();
    let a = shelf.create("Aa", &city("Pune"));
    let b = shelf.create("Bb", &within(&[a]));
    let c = shelf.create("Cc", &within(&[b]));
    assert_eq!(
        shelf.update(a, &json!({"rules": within(&[a])})).unwrap_err(),
        ["rules.rules[0].value: must not name the segment itself"]
    );
    let circle = shelf.update(a, &json!({"rules": within(&[c])})).unwrap_err();
    assert_eq!(circle, ["rules.rules[0].value: must not name Cc, which names this segment in turn"]);
    let stranger = SegmentId::generate();
    let unknown = shelf.update(a, &json!({"rules": within(&[stranger])})).unwrap_err();
    assert_eq!(unknown, [format!("rules.rules[0].value: names the segment {stranger}, which does not exist")]);
    // Nobody can take away what others name.
    for (id, users) in [(a, vec!["Bb", "Cc"]), (b, vec!["Cc"])] {
        assert_eq!(shelf.0.delete(shelf.0.find(id).unwrap()).unwrap_err(), users);
    }
    let deletion = shelf.0.delete(shelf.0.find(c).unwrap()).unwrap();
    shelf.apply(&deletion);
    assert_eq!(deletion.retired.len(), 1);
    assert!(shelf.0.delete(shelf.0.find(b).unwrap()).is_ok());
}

#[test]
fn lists_have_no_rules_and_may_be_named() {
    let mut shelf = Shelf::default();
    let draft = SegmentDraft::parse(&tree(&json!({"name": "VIP", "kind": "list"})), &inr()).unwrap();
    let list = SegmentId::generate();
    let change = shelf.0.create(draft, list, &inr(), Time::now()).unwrap();
    shelf.apply(&change);
    let both = shelf.create("Both", &within(&[list]));
    assert!(shelf.0.find(both).unwrap().record.edition.rules.mentions().contains(&list));
    assert!(shelf.update(list, &json!({"rules": city("Pune")})).is_err());
    assert!(shelf.0.delete(shelf.0.find(list).unwrap()).is_err());
    for bad in
        [json!({"name": "x"}), json!({"name": "x", "kind": "list", "rules": city("Pune")}), json!({"name": "x", "kind": "set"})]
    {
        assert!(SegmentDraft::parse(&tree(&bad), &inr()).is_err(), "{bad}");
    }
}

#[test]
fn people_are_read_from_lists_and_files() {
    let (add, remove) = parse_list_change(&tree(&json!({"add": ["a@x.in"], "remove": ["b@x.in", "c@x.in"]}))).unwrap();
    assert_eq!((add.len(), remove.len()), (1, 2));
    for bad in [json!({}), json!({"add": []}), json!({"add": [7]}), json!({"add": "a@x.in"}), json!({"add": ["a"], "more": 1})] {
        assert!(parse_list_change(&tree(&bad)).is_err(), "{bad}");
    }
    let read = |text: &str| parse_list_file(text.as_bytes());
    assert_eq!(read("a@x.in\nb@x.in\n").unwrap(), ["a@x.in", "b@x.in"]);
    assert_eq!(read("\u{feff}name,Email\r\nAsha, a@x.in\r\n\r\nRavi,\r\n").unwrap(), ["a@x.in"]);
    assert_eq!(read("id\n0\n").unwrap(), ["0"]);
    for bad in ["", "email\n", "\n\n"] {
        assert!(read(bad).is_err(), "{bad:?}");
    }
    assert!(parse_list_file(b"\xff\xfe").is_err());
    assert!(parse_list_file("a@x.in\n".repeat(10_001).as_bytes()).is_err());
}
