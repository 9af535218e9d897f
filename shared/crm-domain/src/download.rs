//! How a file is handed to whoever downloads it: saved under its name, never shown as a page of ours.

use std::fmt::Write as _;

/// The `Content-Disposition` of a file (RFC 6266). A name that is not plain ASCII comes twice: as near as ASCII gets for old
/// clients, and exactly (RFC 8187).
#[must_use]
pub fn content_disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut header = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        header.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                header.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(header, "%{byte:02X}");
            }
        }
    }
    header
}

/// What stands for itself between quotes. `%` does not: some clients decode it there.
const fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_so_that_nothing_breaks_out() {
        assert_eq!(content_disposition("offer 7.pdf"), r#"attachment; filename="offer 7.pdf""#);
        assert_eq!(
            content_disposition("Angebot für \"Asha\".pdf"),
            "attachment; filename=\"Angebot f_r _Asha_.pdf\"; filename*=UTF-8''Angebot%20f%C3%BCr%20%22Asha%22.pdf"
        );
        assert_eq!(content_disposition("100%.txt"), "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt");
        for hostile in ["a\r\nset-cookie: x=1", "a\"; filename=\"b.exe", "a\\\"b", "\u{202e}fdp.exe", "a'b*c"] {
            let header = content_disposition(hostile);
            assert!(header.is_ascii() && !header.contains(['\r', '\n', '\\']), "{header}");
            assert_eq!(header.matches('"').count(), 2, "{header}");
        }
    }
}
