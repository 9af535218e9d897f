//! Placeholders and tags of a draft.

use std::collections::HashSet;
use std::sync::LazyLock;

use crm_domain::plain::plain;

use crate::vocabulary::Vocabulary;
use crate::words::set;

/// Tags that say no more than text does.
static TAGS: LazyLock<HashSet<&str>> = LazyLock::new(|| set("p br b strong i em u ul ol li a h1 h2 h3 span div"));
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

/// A tag that a letter does without, or that says more than its name and, of a link, where it leads to. Whatever is no such
/// tag to the letter is refused, so that it does not matter how a reader's program would take it.
pub(super) fn markup(html: &str, leads: impl Fn(&str) -> bool) -> Option<String> {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let begins = |c: char| c.is_alphabetic() || matches!(c, '/' | '!' | '?' | FILLED);
        if !rest.starts_with(begins) {
            // The mere sign.
            continue;
        }
        let (tag, behind) = rest.split_once('>').unwrap_or((rest, ""));
        let shown: String = tag.chars().take(60).filter(|c| !c.is_control()).collect();
        let length = tag.trim_start_matches('/').find(|c: char| !c.is_ascii_alphanumeric());
        let named = tag.trim_start_matches('/');
        let (name, more) = named.split_at(length.unwrap_or(named.len()));
        if !TAGS.contains(&*name.to_ascii_lowercase()) {
            return Some(format!(
                "uses <{}>; write paragraphs, lists and links only",
                if name.is_empty() { &shown } else { name }
            ));
        }
        let more = more.trim();
        let bare = matches!(more, "" | "/");
        let linked = || name.eq_ignore_ascii_case("a") && target(more).is_some_and(|target| leads(&target));
        if rest.len() == tag.len() || !bare && !linked() {
            return Some(format!("has <{shown}> that does more than lead to an address of the objective"));
        }
        rest = behind;
    }
    None
}

/// Where a link leads to that has nothing but an address: `href="https://..."`.
fn target(attributes: &str) -> Option<String> {
    let name = attributes.get(..4).filter(|name| name.eq_ignore_ascii_case("href"))?;
    let value = attributes.get(name.len()..)?.trim_start().strip_prefix('=')?.trim();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = value.strip_prefix(quote)?.strip_suffix(quote).filter(|value| !value.contains(['"', '\'', '<']))?;
    let value = plain(value).trim().to_owned();
    let lower = value.to_ascii_lowercase();
    let schemes = ["http://", "https://", "mailto:", "tel:"];
    let sound = !value.chars().any(|c| c.is_whitespace() || c.is_control());
    (sound && schemes.iter().any(|scheme| lower.starts_with(scheme))).then_some(value)
}
