//! Opens and clicks of e-mails: links that lead past us, a picture that tells of an opening, and who is obviously no person.
//!
//! The body is HTML as somebody wrote it, not as a standard wants it. What is not surely a link stays as it is. So does an address
//! that a value brought, and not the text: a link of ours vouches for what it leads to, and a recipient chooses their own name.

use std::fmt::Write as _;

use crate::html::{Token, decoded, href, text_of, tokens};
use crate::links::Links;
use crate::message::MessageId;

/// Longest address that is led past us; a longer one stays as it is.
const MAX_URL: usize = 2_000;
/// What may end a sentence, or what stands in brackets or is marked, behind an address.
const ENDINGS: &str = ".,;:!?)]*_~";
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

/// The addresses of the web that a text names before it is filled in. Of what is filled in later, these alone become links
/// where no author has made them one.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    whole: Vec<String>,
    /// What is filled in goes on behind these; where they lead is settled by then.
    begun: Vec<String>,
}

impl Addresses {
    /// Of a text that names none.
    pub(crate) const NONE: &'static Self = &Self { whole: Vec::new(), begun: Vec::new() };

    /// Those of the source of a body, wherever they stand in it.
    #[must_use]
    pub fn of(source: &str) -> Self {
        let (mut addresses, mut rest) = (Self::default(), source);
        while let Some((at, length, target)) = bare(rest) {
            rest = rest.get(at + length..).unwrap_or_default();
            // Without a path the host itself would go on: `https://shop.example{{x}}` with `.evil.example`.
            let has_host = target.split_once("://").is_some_and(|(_, behind)| behind.contains(['/', '?', '#']));
            let behind = rest.trim_start_matches(|c| ENDINGS.contains(c));
            if ["{{", "{%", "{#"].iter().any(|tag| behind.starts_with(tag)) {
                addresses.begun.extend(has_host.then(|| target.clone()));
            }
            addresses.whole.push(target);
        }
        addresses
    }

    fn contain(&self, target: &str) -> bool {
        self.whole.iter().any(|whole| whole == target) || self.begun.iter().any(|begun| target.starts_with(begun.as_str()))
    }
}

/// The body of an e-mail whose links lead past us, and which tells when it is opened. `addresses` are those of its source.
#[must_use]
pub fn tracked(html: &str, addresses: &Addresses, links: &Links, message: MessageId) -> String {
    let mut body = Rewriter { addresses, links, message, out: String::with_capacity(html.len() + 512) }.rewritten(html);
    let pixel = format!(r#"<img src="{}" width="1" height="1" alt="">"#, links.pixel(message));
    // Nothing may follow the end of a document.
    let closes = |at: &usize| body.get(at + 2..at + 6).is_some_and(|name| name.eq_ignore_ascii_case("body"));
    let end = body.rmatch_indices("</").map(|(at, _)| at).find(closes).unwrap_or(body.len());
    body.insert_str(end, &pixel);
    body
}

struct Rewriter<'a> {
    addresses: &'a Addresses,
    links: &'a Links,
    message: MessageId,
    out: String,
}

impl Rewriter<'_> {
    fn rewritten(mut self, html: &str) -> String {
        let mut in_link = false;
        for token in tokens(html) {
            match token {
                Token::Text(text) => self.text(text, in_link),
                Token::Raw(content) => self.out.push_str(content),
                Token::Tag(name, tag) => {
                    in_link = name.eq_ignore_ascii_case("a") || in_link && !name.eq_ignore_ascii_case("/a");
                    if name.eq_ignore_ascii_case("a") || name.eq_ignore_ascii_case("area") {
                        self.tag(tag);
                    } else {
                        self.out.push_str(tag);
                    }
                }
            }
        }
        self.out
    }

    /// A tag with its `href` led past us.
    fn tag(&mut self, tag: &str) {
        let whole = Some(tag).filter(|tag| tag.ends_with('>'));
        let found = whole.and_then(href).and_then(|(start, end)| {
            let target = target(&text_of(tag.get(start..end)?))?;
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

    /// Text, in which addresses of the source that stand for themselves become links.
    fn text(&mut self, text: &str, in_link: bool) {
        let mut rest = text;
        while let Some((at, length, target)) = if in_link { None } else { bare(rest) } {
            let (before, found) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let (shown, behind) = found.split_at_checked(length).unwrap_or((found, ""));
            self.out.push_str(before);
            if self.addresses.contain(&target) {
                // Writing to a string cannot fail.
                let _ = write!(self.out, r#"<a href="{}">{shown}</a>"#, self.links.click(self.message, &target));
            } else {
                self.out.push_str(shown);
            }
            rest = behind;
        }
        self.out.push_str(rest);
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
            if open || !ENDINGS.contains(*last) {
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

/// An address to which we lead: of the web, with a host, in plain ASCII.
fn target(url: &str) -> Option<String> {
    let url = url.trim_matches(|c: char| c.is_ascii_whitespace());
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !web || host.is_empty() || rest.contains('\\') || url.chars().any(char::is_control) {
        return None;
    }
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>`".contains(&byte);
    if url.bytes().all(is_plain) {
        return (url.len() <= MAX_URL).then(|| url.to_owned());
    }
    let mut plain = String::with_capacity(url.len());
    for byte in url.bytes() {
        if is_plain(byte) {
            plain.push(char::from(byte));
        } else {
            let _ = write!(plain, "%{byte:02X}");
        }
    }
    (plain.len() <= MAX_URL).then_some(plain)
}

#[cfg(test)]
mod tests;
