//! Segments: saved audiences, defined by rules or by a list of names, and how a change of one touches the others.

use crate::faults::{self, Faults, Fields, Patch};
use crate::ids::SegmentId;
use crate::json::Json;
use crate::limits;
use crate::membership::EditionId;
use crate::money::Currency;
use crate::ports::Versioned;
use crate::rules::Rules;
use crate::sizes::Shown;
use crate::time::Time;

/// Changes of meaning that a segment remembers.
pub const SHOWN_KEPT: usize = 100;

/// A saved audience.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub id: SegmentId,
    pub name: String,
    pub description: Option<String>,
    pub definition: Definition,
    /// What the definition means, since it was last changed.
    pub edition: Edition,
    /// The meaning of which readers are shown the members: an older one while the current one is being built, none while
    /// the first is.
    pub shown: Option<Edition>,
    /// The meanings that readers have seen, ascending; only the last [`SHOWN_KEPT`], and none from before this was noted.
    pub shown_since: Vec<Shown>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// Who belongs, as somebody wrote it.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    Rules(Rules),
    /// Those whom it lists by name; the list is kept with the customers.
    List,
}

/// One meaning of a segment: rules that stand for themselves, all segments that they name written out.
#[derive(Debug, Clone, PartialEq)]
pub struct Edition {
    pub id: EditionId,
    pub rules: Rules,
}

/// The body of `POST /api/segments`.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentDraft {
    pub name: String,
    pub description: Option<String>,
    pub definition: Definition,
}

/// The body of `PATCH /api/segments/{id}`.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentChange {
    pub name: Option<String>,
    pub description: Patch<String>,
    pub rules: Option<Rules>,
}

/// All segments as they are stored.
#[derive(Debug, Clone, Default)]
pub struct Segments {
    /// Grows with every change.
    pub revision: u64,
    pub all: Vec<Versioned<Segment>>,
}

/// A change of segments that is made as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentsChange {
    /// The revision on which it rests.
    pub revision: u64,
    /// The revision that it makes.
    pub becomes: u64,
    /// Segments as they are to be, each with the version that it replaces (0: none).
    pub puts: Vec<Versioned<Segment>>,
    pub deleted: Option<(SegmentId, u64)>,
    /// Meanings that nobody will ask for any more.
    pub retired: Vec<Retired>,
}

/// A meaning that nobody will ask for any more, and whose it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retired {
    pub segment: SegmentId,
    pub edition: EditionId,
}

impl Segment {
    /// The meanings that are kept up to date: the current one, and the one that is still shown.
    pub fn editions(&self) -> impl Iterator<Item = &Edition> {
        let older = self.shown.as_ref().filter(|shown| shown.id != self.edition.id);
        [&self.edition].into_iter().chain(older)
    }

    /// Whether readers see the current meaning.
    #[must_use]
    pub fn is_built(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.id == self.edition.id)
    }
}

impl Definition {
    /// The rules, as they were written.
    #[must_use]
    pub const fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Rules(rules) => Some(rules),
            Self::List => None,
        }
    }
}

impl SegmentDraft {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, currency: &Currency) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.required("name", |json| faults::text(json, 200));
        let description = fields.optional("description", |json| faults::long_text(json, 500)).value();
        let is_list = fields.optional("kind", |json| match json.as_text() {
            Some("rules") => Ok(false),
            Some("list") => Ok(true),
            _ => Err("must be \"rules\" or \"list\"".into()),
        });
        let definition = if is_list == Patch::Set(true) {
            if fields.raw("rules").is_some() {
                fields.fault("rules", "does not go with a list of names");
            }
            Some(Definition::List)
        } else {
            required_rules(&mut fields, currency).map(Definition::Rules)
        };
        fields.finish()?;
        match (name, definition) {
            (Some(name), Some(definition)) => Ok(Self { name, description, definition }),
            _ => Err(Faults::of("", "is incomplete")),
        }
    }
}

impl SegmentChange {
    /// Reads the body.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, currency: &Currency) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, "")?;
        let name = fields.optional("name", |json| faults::text(json, 200));
        if name == Patch::Clear {
            fields.fault("name", "must not be null");
        }
        let description = fields.optional("description", |json| faults::long_text(json, 500));
        let rules = match fields.raw("rules") {
            None => None,
            Some(rules) => fields.nested(Rules::parse(rules, "rules", currency)),
        };
        fields.finish()?;
        Ok(Self { name: name.value(), description, rules })
    }
}

impl Segments {
    /// One of them.
    #[must_use]
    pub fn find(&self, id: SegmentId) -> Option<&Versioned<Segment>> {
        self.all.iter().find(|held| held.record.id == id)
    }

    /// Rules with the segments that they name written out.
    ///
    /// # Errors
    /// Names what does not exist, or says that the result is too large.
    pub fn expanded(&self, rules: &Rules, path: &str) -> Result<Rules, Faults> {
        let mut faults = Faults::default();
        for (place, id) in rules.references(path) {
            if self.find(id).is_none() {
                faults.add(place, format!("names the segment {id}, which does not exist"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let rules_of =
            |id| self.find(id).filter(|held| held.record.definition != Definition::List).map(|held| &held.record.edition.rules);
        rules.expanded(&rules_of).map_err(|reason| Faults::of(path, reason))
    }

    /// The change that adds a segment.
    ///
    /// # Errors
    /// Names what its rules name and does not exist; says when there are too many.
    pub fn create(&self, draft: SegmentDraft, id: SegmentId, currency: &Currency, now: Time) -> Result<SegmentsChange, Faults> {
        if self.all.len() >= limits::SEGMENTS {
            return Err(Faults::of("", format!("there can be at most {} segments", limits::SEGMENTS)));
        }
        let SegmentDraft { name, description, definition } = draft;
        let rules = match &definition {
            Definition::Rules(rules) => self.expanded(rules, "rules")?,
            Definition::List => Rules::listed(id, currency),
        };
        let edition = Edition { id: self.revision + 1, rules };
        let segment = Segment {
            id,
            name,
            description,
            definition,
            edition,
            shown: None,
            shown_since: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let puts = vec![Versioned { version: 0, record: segment }];
        Ok(SegmentsChange { revision: self.revision, becomes: self.revision + 1, puts, deleted: None, retired: Vec::new() })
    }

    /// The change that makes one segment, now of `version`, into another; those that name it change their meaning with it.
    ///
    /// # Errors
    /// Names what its rules name and does not exist, and the way back to itself.
    pub fn update(&self, held: &Versioned<Segment>, change: SegmentChange, now: Time) -> Result<SegmentsChange, Faults> {
        let SegmentChange { name, description, rules } = change;
        let mut segment = held.record.clone();
        segment.updated_at = now;
        segment.name = name.unwrap_or(segment.name);
        match description {
            Patch::Absent => {}
            said => segment.description = said.value(),
        }
        let mut later = Self { revision: self.revision, all: self.all.clone() };
        let mut puts = Vec::new();
        let mut retired = Vec::new();
        match rules {
            Some(_) if segment.definition == Definition::List => {
                return Err(Faults::of("rules", "does not go with a list of names"));
            }
            Some(rules) if Some(&rules) != segment.definition.rules() => {
                self.check_way_back(&rules, segment.id)?;
                let expanded = self.expanded(&rules, "rules")?;
                segment.definition = Definition::Rules(rules);
                retired.extend(later.revise(&mut segment, expanded));
                puts.push(later.replace(segment));
                for dependent in self.dependents(held.record.id)? {
                    let mut dependent = dependent.record.clone();
                    let Some(rules) = dependent.definition.rules() else { continue };
                    let expanded = later.expanded(rules, "rules").map_err(|faults| {
                        Faults::of(
                            "rules",
                            format!("do not fit into the segment {}, which names this one: {faults}", dependent.name),
                        )
                    })?;
                    retired.extend(later.revise(&mut dependent, expanded));
                    puts.push(later.replace(dependent));
                }
            }
            // Whoever keeps a copy of all segments learns by the revision that one has another name.
            _ => {
                later.revision += 1;
                puts.push(later.replace(segment));
            }
        }
        Ok(SegmentsChange { revision: self.revision, becomes: later.revision, puts, deleted: None, retired })
    }

    /// The change that removes a segment.
    ///
    /// # Errors
    /// The names of the segments that name it.
    pub fn delete(&self, held: &Versioned<Segment>) -> Result<SegmentsChange, Vec<String>> {
        let id = held.record.id;
        let users: Vec<String> = self
            .all
            .iter()
            .filter(|other| other.record.edition.rules.mentions().contains(&id) && other.record.id != id)
            .map(|other| other.record.name.clone())
            .collect();
        if !users.is_empty() {
            return Err(users);
        }
        let retired = held.record.editions().map(|edition| Retired { segment: id, edition: edition.id }).collect();
        let deleted = Some((id, held.version));
        Ok(SegmentsChange { revision: self.revision, becomes: self.revision + 1, puts: Vec::new(), deleted, retired })
    }

    /// The change that shows readers meanings up to `target`, which have been built: as many as can change at once. `None`
    /// when all are shown.
    #[must_use]
    pub fn show(&self, target: EditionId, now: Time) -> Option<SegmentsChange> {
        let mut retired = Vec::new();
        let mut puts = Vec::new();
        let built = self.all.iter().filter(|held| !held.record.is_built() && held.record.edition.id <= target);
        for held in built.take(limits::DEPENDENTS) {
            let mut record = held.record.clone();
            let replaced = record.shown.replace(record.edition.clone());
            retired.extend(replaced.map(|edition| Retired { segment: record.id, edition: edition.id }));
            record.shown_since.push(Shown { edition: record.edition.id, at: now });
            let forgotten = record.shown_since.len().saturating_sub(SHOWN_KEPT);
            record.shown_since.drain(..forgotten);
            puts.push(Versioned { version: held.version, record });
        }
        let becomes = self.revision + 1;
        (!puts.is_empty()).then_some(SegmentsChange { revision: self.revision, becomes, puts, deleted: None, retired })
    }

    /// Whether some meaning is not shown yet.
    #[must_use]
    pub fn is_unbuilt(&self) -> bool {
        self.all.iter().any(|held| !held.record.is_built())
    }

    /// Those that name a segment, also through others, each after those that it names itself.
    fn dependents(&self, id: SegmentId) -> Result<Vec<&Versioned<Segment>>, Faults> {
        let mut dependents: Vec<_> = self
            .all
            .iter()
            .map(|held| (held.record.edition.rules.mentions(), held))
            .filter(|(mentions, held)| mentions.contains(&id) && held.record.id != id)
            .collect();
        if dependents.len() > limits::DEPENDENTS {
            return Err(Faults::of(
                "rules",
                format!("cannot be changed: more than {} segments name this one", limits::DEPENDENTS),
            ));
        }
        // Who names a segment mentions all that it mentions, and the segment itself.
        dependents.sort_by_key(|(mentions, _)| mentions.len());
        Ok(dependents.into_iter().map(|(_, held)| held).collect())
    }

    /// Refuses rules of segment `id` that lead back to it.
    fn check_way_back(&self, rules: &Rules, id: SegmentId) -> Result<(), Faults> {
        let mut faults = Faults::default();
        for (place, named) in rules.references("rules") {
            if named == id {
                faults.add(place, "must not name the segment itself");
            } else if let Some(other) = self.find(named).filter(|held| held.record.edition.rules.mentions().contains(&id)) {
                faults.add(place, format!("must not name {}, which names this segment in turn", other.record.name));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Gives a segment a new meaning; returns the one that it replaces, unless that is still shown.
    fn revise(&mut self, segment: &mut Segment, rules: Rules) -> Option<Retired> {
        self.revision += 1;
        let replaced = std::mem::replace(&mut segment.edition, Edition { id: self.revision, rules });
        let retired = Retired { segment: segment.id, edition: replaced.id };
        (segment.shown.as_ref().map(|shown| shown.id) != Some(replaced.id)).then_some(retired)
    }

    /// Puts a segment into its place; returns it with the version that it replaces.
    fn replace(&mut self, segment: Segment) -> Versioned<Segment> {
        for held in &mut self.all {
            if held.record.id == segment.id {
                held.record = segment.clone();
                return Versioned { version: held.version, record: segment };
            }
        }
        Versioned { version: 0, record: segment }
    }
}

/// Reads the body of `POST /api/segments/preview`.
///
/// # Errors
/// Every fault found.
pub fn parse_preview(json: &Json, currency: &Currency) -> Result<Rules, Faults> {
    let mut fields = Fields::of(json, "")?;
    let rules = required_rules(&mut fields, currency);
    fields.finish()?;
    rules.ok_or_else(|| Faults::of("rules", "is required"))
}

/// Reads the body of `POST /api/customers/exports`: whom, by rules; everybody where there are none.
///
/// # Errors
/// Every fault found.
pub fn parse_export(json: &Json, currency: &Currency) -> Result<Rules, Faults> {
    let mut fields = Fields::of(json, "")?;
    let rules = match fields.raw("rules") {
        None | Some(Json::Null) => Some(Rules::everyone(currency)),
        Some(rules) => fields.nested(Rules::parse(rules, "rules", currency)),
    };
    fields.finish()?;
    rules.ok_or_else(|| Faults::of("rules", "is required"))
}

fn required_rules(fields: &mut Fields<'_>, currency: &Currency) -> Option<Rules> {
    let json = fields.required("rules", Ok)?;
    fields.nested(Rules::parse(json, "rules", currency))
}

/// Reads the body of `POST /api/segments/{id}/members`: whom to add and whom to remove, by address or id.
///
/// # Errors
/// Every fault found.
pub fn parse_list_change(json: &Json) -> Result<(Vec<String>, Vec<String>), Faults> {
    let mut fields = Fields::of(json, "")?;
    let mut names = |name| {
        let listed = fields.optional(name, |json| {
            let items = faults::list(json, limits::LIST_CHANGES)?.iter();
            items.map(|item| item.as_text().map(str::to_owned).ok_or_else(|| "must be a list of texts".into())).collect()
        });
        listed.value().unwrap_or_default()
    };
    let (add, remove): (Vec<String>, Vec<String>) = (names("add"), names("remove"));
    fields.finish()?;
    if add.is_empty() && remove.is_empty() {
        return Err(Faults::of("add", "is required where there is no remove"));
    }
    Ok((add, remove))
}

/// Reads a CSV file of people: the column `email` or `id` of its header, or else the first column of every line.
///
/// # Errors
/// It is not CSV in UTF-8, has nobody, or too many.
pub fn parse_list_file(bytes: &[u8]) -> Result<Vec<String>, Faults> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let mut column = None;
    let mut people = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| Faults::of("", format!("is not CSV: {error}")))?;
        if column.is_none() {
            let named = row.iter().position(|cell| cell.eq_ignore_ascii_case("email") || cell.eq_ignore_ascii_case("id"));
            column = Some(named.unwrap_or(0));
            if named.is_some() {
                continue;
            }
        }
        people.extend(row.get(column.unwrap_or(0)).filter(|cell| !cell.is_empty()).map(str::to_owned));
        if people.len() > limits::LIST_CHANGES {
            return Err(Faults::of("", format!("must have at most {} lines", limits::LIST_CHANGES)));
        }
    }
    if people.is_empty() { Err(Faults::of("", "names nobody")) } else { Ok(people) }
}
