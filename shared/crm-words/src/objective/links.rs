//! Web addresses in a text.

/// Endings of addresses that people write without a scheme.
const ENDINGS: [&str; 18] = [
    "com", "in", "org", "net", "co", "shop", "store", "io", "app", "me", "ly", "link", "page", "site", "online", "uk", "ai",
    "dev",
];

/// The addresses in `text`, and the text with blanks in their place.
pub(crate) fn links(text: &str) -> (Vec<String>, String) {
    let (mut found, mut rest) = (Vec::new(), String::with_capacity(text.len()));
    for piece in text.split_inclusive(char::is_whitespace) {
        let trimmed = piece.trim_matches(|c: char| c.is_whitespace() || "()<>[]\"'“”‘’,;:!?.".contains(c));
        if is_link(trimmed) {
            if !found.iter().any(|known| known == trimmed) {
                found.push(trimmed.to_owned());
            }
            rest.push_str(&piece.replacen(trimmed, &" ".repeat(trimmed.len()), 1));
        } else {
            rest.push_str(piece);
        }
    }
    (found, rest)
}

/// An address without what may be left out of it, in lower case.
pub(crate) fn without_scheme(link: &str) -> String {
    let link = link.to_ascii_lowercase();
    let bare = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or(&link);
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/').to_owned()
}

fn is_link(text: &str) -> bool {
    // All that RFC 3986 allows but brackets and apostrophes, which would have to be escaped somewhere.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&*+,;=%".contains(c);
    if !text.chars().all(plain) || text.contains("{%") {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let scheme = lower.starts_with("http://") || lower.starts_with("https://");
    let bare = without_scheme(&lower);
    let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let named = host.split('.').count() > 1
        && host.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    let known = host.rsplit('.').next().is_some_and(|last| ENDINGS.contains(&last));
    named && (scheme || lower.starts_with("www.") || known)
}
