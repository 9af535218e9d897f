//! Placeholders and tags of a draft.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::vocabulary::Vocabulary;
use crate::words::set;

/// Tags that say no more than text does.
static TAGS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| set("p br a ul ol li strong em b i u h1 h2 h3 div span html body table tbody tr td hr"));
/// Stands for what is filled in.
pub(super) const FILLED: char = '\u{fffc}';

/// The text of a template, with [`FILLED`] where something is filled in, and the texts for people of whom it is not known.
///
/// # Errors
/// Says which placeholder nobody fills in, or which leaves a hole for people of whom it is not known.
pub(super) fn literal(source: &str, vocabulary: &Vocabulary) -> Result<(String, Vec<String>), String> {
    let (mut out, mut rest) = (String::with_capacity(source.len()), source);
    let mut defaults = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (open, close) = match from.get(..2) {
            Some("{{") => ("{{", "}}"),
            Some("{%") => ("{%", "%}"),
            _ => return Err("has a comment; leave it out".to_owned()),
        };
        let Some((inside, after)) = from.get(2..).and_then(|inside| inside.split_once(close)) else {
            return Err(format!("has {open} without {close}"));
        };
        rest = after;
        let inside = inside.trim_matches(|c: char| c.is_whitespace() || c == '-');
        if open == "{{" {
            let (name, default) = expression(inside);
            known(name, vocabulary)?;
            if default.is_none() && name != "email" && !conditions.iter().any(|condition| condition == name) {
                return Err(format!(
                    "uses {{{{{name}}}}} with nothing for people of whom it is not known; write {{{{{name}|default(\"...\")}}}} or put it \
                     into {{% if {name} %}}...{{% endif %}}"
                ));
            }
            out.push(FILLED);
            defaults.extend(default.map(str::to_owned));
        } else {
            match inside.split_once(' ').map_or((inside, ""), |(verb, name)| (verb, name.trim())) {
                ("if", name) => {
                    known(name.trim_start_matches("not "), vocabulary)?;
                    conditions.push(name.to_owned());
                }
                ("endif", "") => {
                    conditions.pop();
                }
                ("else", "") => {
                    conditions.pop();
                    conditions.push(String::new());
                }
                _ => return Err(format!("uses {{% {inside} %}}; there are only if, else and endif")),
            }
        }
    }
    out.push_str(rest);
    Ok((out, defaults))
}

/// A name and what stands for it where it is not known.
fn expression(inside: &str) -> (&str, Option<&str>) {
    let Some((name, filter)) = inside.split_once('|') else { return (inside, None) };
    let text = filter.trim().strip_prefix("default(").and_then(|text| text.strip_suffix(')')).map(str::trim);
    let text = text.and_then(|text| {
        let text = text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        (!text.contains(['"', '\''])).then_some(text)
    });
    match text {
        Some(text) => (name.trim(), Some(text)),
        // Not a name, so that it is refused as a whole.
        None => (inside, None),
    }
}

fn known(name: &str, vocabulary: &Vocabulary) -> Result<(), String> {
    let of_attribute = name.strip_prefix("attributes.").is_some_and(|key| vocabulary.has_attribute(key));
    if matches!(name, "name" | "city" | "email") || of_attribute {
        return Ok(());
    }
    Err(format!(
        "uses the placeholder {{{{{name}}}}}; there are only name, city, email and attributes.KEY with a key that exists"
    ))
}

/// A tag that a letter does without, or something in one that is more than a link.
pub(super) fn markup(html: &str) -> Option<String> {
    for (at, _) in html.match_indices('<') {
        let tag = html.get(at + 1..).unwrap_or_default().split('>').next().unwrap_or_default();
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if name.is_empty() && !tag.starts_with('!') {
            continue;
        }
        if !TAGS.contains(&*name) {
            return Some(format!("uses <{name}>; write paragraphs, lists and links only"));
        }
        let lower = tag.to_ascii_lowercase();
        let acts = lower.contains("javascript:") || lower.contains(" on") && lower.contains('=') || lower.contains("src=");
        let leads_astray = name == "a" && lower.contains("href=") && !lower.contains("http://") && !lower.contains("https://");
        let addressed = lower.contains("mailto:") || lower.contains("tel:");
        if acts || leads_astray && !addressed {
            return Some(format!("has <{}> that does more than lead to a web address", tag.chars().take(60).collect::<String>()));
        }
    }
    None
}
