//! The inputs that libFuzzer has found worth keeping: a file per target, an input per line, as a JSON text of its bytes.

use std::path::PathBuf;

/// Those of one target; none where it was never fuzzed for long.
pub fn read(target: &str) -> Vec<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(format!("{target}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(bytes).collect()
}

/// Each byte is the character of its number, so that any bytes are text and ASCII can be read.
fn bytes(line: &str) -> Vec<u8> {
    let text: String = serde_json::from_str(line).expect("a line of a corpus is a JSON text");
    text.chars().map(|one| u8::try_from(u32::from(one)).expect("a character of a corpus is a byte")).collect()
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn a_line_is_the_bytes_that_it_says() {
        assert_eq!(bytes(r#""a\n\"\u0000\u00ff""#), b"a\n\"\x00\xff");
    }
}
