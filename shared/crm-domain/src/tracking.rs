//! Opens and clicks of e-mails: links that lead past us, a picture that tells of an opening, and who is obviously no person.
//!
//! The body is HTML as somebody wrote it, not as a standard wants it. What is not surely a link stays as it is.

use std::fmt::Write as _;

use crate::links::Links;
use crate::message::MessageId;

/// Longest address that is led past us; a longer one stays as it is.
const MAX_URL: usize = 2_000;
/// Elements whose text is no text of the message.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "xmp", "template"];
/// What programs that look at mail before people do, and those that look for what it links to, have in their names.
const MACHINES: [&str; 22] = [
    "bot",
    "crawler",
    "spider",
    "scanner",
    "prefetch",
    "preview",
    "barracuda",
    "proofpoint",
    "mimecast",
    "fireeye",
    "trendmicro",
    "symantec",
    "messagelabs",
    "sophos",
    "forcepoint",
    "ironport",
    "safelinks",
    "existence discovery",
    "headlesschrome",
    "phantomjs",
    "facebookexternalhit",
    "urlscan",
];

/// Whether the one who loads a picture or follows a link is obviously no person.
#[must_use]
pub fn is_machine(user_agent: &str) -> bool {
    let agent = user_agent.trim().to_ascii_lowercase();
    // Nothing more than this is what Apple's Mail Privacy Protection says, which loads everything when it arrives.
    agent == "mozilla/5.0" || MACHINES.iter().any(|name| agent.contains(name))
}

/// The body of an e-mail whose links lead past us, and which tells when it is opened.
#[must_use]
pub fn tracked(html: &str, links: &Links, message: MessageId) -> String {
    let mut body = Rewriter { links, message, out: String::with_capacity(html.len() + 512) }.rewritten(html);
    let pixel = format!(r#"<img src="{}" width="1" height="1" alt="">"#, links.pixel(message));
    // Nothing may follow the end of a document.
    let end = body.to_ascii_lowercase().rfind("</body").unwrap_or(body.len());
    body.insert_str(end, &pixel);
    body
}

struct Rewriter<'a> {
    links: &'a Links,
    message: MessageId,
    out: String,
}

impl Rewriter<'_> {
    fn rewritten(mut self, html: &str) -> String {
        let (mut rest, mut in_link) = (html, false);
        while let Some((text, tail)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
            self.text(text, in_link);
            let (tag, behind) = tail.split_at_checked(tag_end(tail)).unwrap_or((tail, ""));
            rest = behind;
            match name(tag).as_str() {
                "a" => {
                    in_link = true;
                    self.tag(tag);
                }
                "/a" => {
                    in_link = false;
                    self.out.push_str(tag);
                }
                "area" => self.tag(tag),
                raw if RAW.contains(&raw) => {
                    let closing = |at: &usize| name(rest.get(*at..).unwrap_or_default()).strip_prefix('/') == Some(raw);
                    let end = rest.match_indices("</").map(|(at, _)| at).find(closing).unwrap_or(rest.len());
                    let (content, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    self.out.push_str(tag);
                    self.out.push_str(content);
                    rest = behind;
                }
                _ => self.out.push_str(tag),
            }
        }
        self.text(rest, in_link);
        self.out
    }

    /// A tag with its `href` led past us.
    fn tag(&mut self, tag: &str) {
        let whole = Some(tag).filter(|tag| tag.ends_with('>'));
        let found = whole.and_then(href).and_then(|(start, end)| {
            let target = target(&decoded(tag.get(start..end)?).map(|(c, _)| c).collect::<String>())?;
            Some((tag.get(..start)?, target, tag.get(end..)?))
        });
        match found {
            Some((before, target, after)) => {
                self.out.push_str(before);
                self.out.push_str(&self.links.click(self.message, &target));
                self.out.push_str(after);
            }
            None => self.out.push_str(tag),
        }
    }

    /// Text, in which addresses that stand for themselves become links.
    fn text(&mut self, text: &str, in_link: bool) {
        let mut rest = text;
        while let Some((at, length, target)) = if in_link { None } else { bare(rest) } {
            let (before, found) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let (shown, behind) = found.split_at_checked(length).unwrap_or((found, ""));
            self.out.push_str(before);
            // Writing to a string cannot fail.
            let _ = write!(self.out, r#"<a href="{}">{shown}</a>"#, self.links.click(self.message, &target));
            rest = behind;
        }
        self.out.push_str(rest);
    }
}

/// Where what begins with `<` ends: a tag, a comment, or the mere sign.
fn tag_end(tail: &str) -> usize {
    if tail.starts_with("<!--") {
        return tail.find("-->").map_or(tail.len(), |at| at + 3);
    }
    if !tail[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
        return 1;
    }
    let mut quote = None;
    for (at, c) in tail.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            // A quote begins a value only where one may stand.
            (None, '"' | '\'') if tail.get(..at).is_some_and(|before| before.trim_end().ends_with('=')) => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    tail.len()
}

/// The name of a tag in lower case, with the slash of one that closes.
fn name(tag: &str) -> String {
    let inner = tag.get(1..).unwrap_or_default();
    let (slash, inner) = inner.strip_prefix('/').map_or(("", inner), |inner| ("/", inner));
    let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
    format!("{slash}{}", name.to_ascii_lowercase())
}

/// Where the value of the first `href` stands in a tag.
fn href(tag: &str) -> Option<(usize, usize)> {
    let bytes = tag.as_bytes();
    let skip = |mut at: usize, while_: &dyn Fn(u8) -> bool| {
        while bytes.get(at).is_some_and(|b| while_(*b)) {
            at += 1;
        }
        at
    };
    let is_name = |b: u8| !b.is_ascii_whitespace() && !b"=>/".contains(&b);
    let mut at = skip(1, &is_name);
    loop {
        at = skip(at, &|b| b.is_ascii_whitespace() || b == b'/');
        let end = skip(at, &is_name);
        let name = tag.get(at..end).filter(|name| !name.is_empty())?;
        at = skip(end, &|b| b.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        at = skip(at + 1, &|b| b.is_ascii_whitespace());
        let (start, end, next) = if let quote @ (b'"' | b'\'') = bytes.get(at)? {
            let end = skip(at + 1, &|b| b != *quote);
            (at + 1, end, end + 1)
        } else {
            let end = skip(at, &|b| !b.is_ascii_whitespace() && b != b'>');
            (at, end, end)
        };
        if name.eq_ignore_ascii_case("href") {
            return Some((start, end));
        }
        at = next;
    }
}

/// The first address that stands for itself in a text: where, how long, and to what it leads.
fn bare(text: &str) -> Option<(usize, usize, String)> {
    for (at, _) in text.match_indices(['h', 'H']) {
        let begins = text.get(at..at + 4).is_some_and(|start| start.eq_ignore_ascii_case("http"));
        if !begins || text.get(..at)?.ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let inside = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'<>`{}|\\^\u{a0}".contains(c);
        // What is longer is no target, so it need not be read to its end.
        let mut found: Vec<(char, usize)> = decoded(text.get(at..)?).take_while(|(c, _)| inside(*c)).take(MAX_URL + 1).collect();
        // What ends a sentence does not belong to the address, nor does a bracket that was opened before it.
        while let Some((last, _)) = found.last() {
            let open = *last == ')' && found.iter().any(|(c, _)| *c == '(');
            if open || !".,;:!?)]*_~".contains(*last) {
                break;
            }
            found.pop();
        }
        let target = target(&found.iter().map(|(c, _)| *c).collect::<String>());
        if let (Some(target), Some((_, end))) = (target, found.last()) {
            return Some((at, *end, target));
        }
    }
    None
}

/// The characters that a text of HTML stands for, each with the place behind it.
fn decoded(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let (c, length) = entity(rest).unwrap_or((first, first.len_utf8()));
        at += length;
        Some((c, at))
    })
}

/// The character reference with which a text begins, and its length: by number, or one of the five of every dialect.
fn entity(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix('&')?;
    let end = inner.find(';').filter(|end| *end <= 8)?;
    let name = inner.get(..end)?;
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 2))
}

/// An address to which we lead: of the web, with a host, in plain ASCII.
fn target(url: &str) -> Option<String> {
    let url = url.trim_matches(|c: char| c.is_ascii_whitespace());
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !web || host.is_empty() || rest.contains('\\') || url.chars().any(char::is_control) {
        return None;
    }
    let mut plain = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>`".contains(&byte) {
            plain.push(char::from(byte));
        } else {
            let _ = write!(plain, "%{byte:02X}");
        }
    }
    (plain.len() <= MAX_URL).then_some(plain)
}

#[cfg(test)]
mod tests;
