//! HTML as people write it, not as a standard wants it: where a tag ends, what it is called, what a text stands for.

use std::borrow::Cow;

/// Elements whose text is no text of the message.
const RAW: [&str; 6] = ["script", "style", "textarea", "title", "xmp", "template"];

/// A piece of HTML; together they are the whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// Its characters may be references.
    Text(&'a str),
    /// A tag with its name as it is written, and the slash of one that closes. Comments and the like have no name.
    Tag(&'a str, &'a str),
    /// What is inside of an element that is no text of the message.
    Raw(&'a str),
}

/// The pieces of `html`.
pub(crate) fn tokens<'a>(html: &'a str) -> impl Iterator<Item = Token<'a>> {
    let (mut rest, mut within) = (html, None::<&str>);
    std::iter::from_fn(move || {
        let (length, kind): (usize, fn(&'a str) -> Token<'a>) = match within.take() {
            Some(raw) => {
                let closes = |at: &usize| {
                    name(rest.get(*at..).unwrap_or_default()).strip_prefix('/').is_some_and(|name| name.eq_ignore_ascii_case(raw))
                };
                (rest.match_indices("</").map(|(at, _)| at).find(closes).unwrap_or(rest.len()), Token::Raw)
            }
            None if rest.is_empty() => return None,
            None => match rest.find('<') {
                Some(0) => match tag_end(rest) {
                    // The mere sign.
                    1 => (1, Token::Text),
                    end => (end, |tag| Token::Tag(name(tag), tag)),
                },
                at => (at.unwrap_or(rest.len()), Token::Text),
            },
        };
        let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        rest = behind;
        let token = kind(piece);
        if let Token::Tag(name, _) = &token {
            within = RAW.into_iter().find(|raw| name.eq_ignore_ascii_case(raw));
        }
        Some(token)
    })
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

/// The name of a tag, with the slash of one that closes.
fn name(tag: &str) -> &str {
    let inner = tag.get(1..).unwrap_or_default();
    let letters = inner.strip_prefix('/').unwrap_or(inner);
    let length = letters.bytes().take_while(u8::is_ascii_alphanumeric).count();
    inner.get(..inner.len() - letters.len() + length).unwrap_or_default()
}

/// Where the value of the first `href` stands in a tag.
pub(crate) fn href(tag: &str) -> Option<(usize, usize)> {
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

/// What a text of HTML stands for.
pub(crate) fn text_of(html: &str) -> Cow<'_, str> {
    if html.contains('&') { decoded(html).map(|(c, _)| c).collect() } else { Cow::Borrowed(html) }
}

/// The characters that a text of HTML stands for, each with the place behind it.
pub(crate) fn decoded(text: &str) -> impl Iterator<Item = (char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let (c, length) = entity(rest).unwrap_or((first, first.len_utf8()));
        at += length;
        Some((c, at))
    })
}

/// The character reference with which a text begins, and its length: by number, one of the five of every dialect, or one of
/// those that people type by name.
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
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "times" => '×',
        "deg" => '°',
        "euro" => '€',
        "pound" => '£',
        "rarr" => '→',
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
