//! A stretch of a CSV file cut into rows, each of them a JSON object as over HTTP, or a reason why it is none.
//!
//! Where a stretch begins and ends leaves no trace: any way of cutting a file gives the same rows with the same lines.

use std::borrow::Cow;

use csv::ByteRecord;

use crate::faults::Reason;
use crate::import::{Header, ImportKind, cells};
use crate::json::Json;
use crate::spreadsheet;

/// Most bytes of one row.
pub const MAX_RECORD: usize = 1 << 20;

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// One row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The line on which it begins, 1-based; the header counts too.
    pub line: u64,
    /// As it stands in the file, without its line end.
    pub raw: &'a [u8],
    pub outcome: Result<Json, Reason>,
}

/// How far a stretch was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that need not be read again: whole rows only.
    pub bytes: usize,
    /// Line on which what follows begins.
    pub line: u64,
    /// Whether the next row is longer than [`MAX_RECORD`], so that nothing after it can be told apart.
    pub oversized: bool,
}

/// Reads rows, as the header of their file says.
#[derive(Debug, Clone)]
pub struct RowReader<'a> {
    kind: ImportKind,
    header: &'a Header,
    max_record: usize,
}

impl<'a> RowReader<'a> {
    #[must_use]
    pub const fn new(kind: ImportKind, header: &'a Header) -> Self {
        Self { kind, header, max_record: MAX_RECORD }
    }

    /// Hands at most `max_rows` rows of `bytes` to `each`. `bytes` begin with a row on line `line`; `last` says that the
    /// file ends with them. Unless it does, the last row is left for later, since it may go on.
    pub fn read<'b>(&self, bytes: &'b [u8], line: u64, last: bool, max_rows: usize, mut each: impl FnMut(Row<'b>)) -> Progress {
        let mut at = Progress { bytes: 0, line, oversized: false };
        let delimiter = self.header.delimiter as u8;
        let mut records = Records::from(bytes, 0, delimiter);
        let mut record = ByteRecord::new();
        let mut rows = 0;
        while rows < max_rows {
            let (begin, line) = skip_to_row(bytes, at.bytes, at.line, last);
            // The reader passes over line ends itself, but over a mark only where it begins.
            if bytes[at.bytes..begin].contains(&BOM[0]) {
                records = Records::from(bytes, begin, delimiter);
            }
            at = Progress { bytes: begin, line, oversized: false };
            let end = match records.next(&mut record) {
                Some(end) if end < bytes.len() || last => end,
                _ => {
                    at.oversized = bytes.len() - begin > self.max_record;
                    break;
                }
            };
            if end - begin > self.max_record {
                at.oversized = true;
                break;
            }
            let whole = &bytes[begin..end];
            at = Progress { bytes: end, line: line + breaks(whole), oversized: false };
            if record.iter().all(|cell| cell.iter().all(|&byte| byte == b' ')) {
                continue;
            }
            let unclosed = last && end == bytes.len() && ends_in_quotes(whole, delimiter);
            let outcome = if unclosed {
                Err("opens a quote that is never closed: this line and all after it are one row".into())
            } else {
                self.row(&record, at.line - line)
            };
            rows += 1;
            each(Row { line, raw: trim_breaks(whole), outcome });
        }
        at
    }

    fn row(&self, record: &ByteRecord, lines: u64) -> Result<Json, Reason> {
        let width = self.header.columns.len();
        if record.len() != width {
            let hint = if lines > 1 { format!(" and runs over {lines} lines: is a quote not closed?") } else { String::new() };
            return Err(format!("has {} cells where the header has {width}{hint}", record.len()).into());
        }
        let mut made = Made::default();
        for (cell, field) in record.iter().zip(&self.header.columns) {
            let Ok(text) = std::str::from_utf8(cell) else { return Err("is not valid UTF-8".into()) };
            let text = spreadsheet::plain(text.trim_matches(' '));
            if let Some(field) = field.as_deref().filter(|_| !text.is_empty()) {
                made.add(self.kind, field, text);
            }
        }
        Ok(made.finish())
    }
}

/// An object in the making.
#[derive(Default)]
struct Made<'a> {
    members: Vec<(String, Json)>,
    /// The one line of an order.
    item: Vec<(String, Json)>,
    quantity: Option<Json>,
    attributes: Vec<(String, Json)>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
}

impl<'a> Made<'a> {
    fn add(&mut self, kind: ImportKind, field: &str, cell: &'a str) {
        match (kind, field) {
            (ImportKind::Orders, "sku" | "name") => self.item.push((field.to_owned(), cell.into())),
            (ImportKind::Orders, "unitPrice") => self.item.push((field.to_owned(), cells::number(cell))),
            (ImportKind::Orders, "quantity") => self.quantity = Some(cells::number(cell)),
            (ImportKind::Orders, "total") | (ImportKind::Customers, "visits") => self.member(field, cells::number(cell)),
            (ImportKind::Customers, "emailConsent" | "smsConsent" | "whatsappConsent") => self.member(field, cells::flag(cell)),
            (ImportKind::Customers, "tags") => self.member(field, cells::tags(cell)),
            (ImportKind::Customers, "firstName") => self.first_name = Some(cell),
            (ImportKind::Customers, "lastName") => self.last_name = Some(cell),
            _ => match field.strip_prefix("attributes.") {
                Some(key) => self.attributes.push((key.to_owned(), cells::attribute(cell))),
                None => self.member(field, cell.into()),
            },
        }
    }

    fn member(&mut self, field: &str, value: Json) {
        self.members.push((field.to_owned(), value));
    }

    fn finish(mut self) -> Json {
        if self.item.is_empty() {
            if let Some(quantity) = self.quantity.take() {
                self.member("quantity", quantity);
            }
        } else {
            let mut item = std::mem::take(&mut self.item);
            item.extend(self.quantity.take().map(|quantity| ("quantity".to_owned(), quantity)));
            self.member("items", Json::List(vec![Json::Object(item)]));
        }
        let parts: Vec<&str> = self.first_name.into_iter().chain(self.last_name).collect();
        if !parts.is_empty() && !self.members.iter().any(|(field, _)| field == "name") {
            self.member("name", Json::Text(parts.join(" ")));
        }
        if !self.attributes.is_empty() {
            let attributes = Json::Object(std::mem::take(&mut self.attributes));
            self.member("attributes", attributes);
        }
        Json::Object(self.members)
    }
}

/// The records of a stretch and where each ends.
struct Records<'b> {
    bytes: &'b [u8],
    begin: usize,
    reader: csv::Reader<&'b [u8]>,
}

impl<'b> Records<'b> {
    /// Those at and after `begin`.
    fn from(bytes: &'b [u8], begin: usize, delimiter: u8) -> Self {
        let reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(&bytes[begin..]);
        Self { bytes, begin, reader }
    }

    /// Reads the next record; the byte after it and its line end.
    fn next(&mut self, record: &mut ByteRecord) -> Option<usize> {
        // Reading from memory into bytes cannot fail.
        if !self.reader.read_byte_record(record).unwrap_or(false) {
            return None;
        }
        let end = self.begin + self.reader.position().byte() as usize;
        // The reader takes `\r` for the whole line end and `\n` for a blank line.
        let split = end > 0 && self.bytes.get(end - 1) == Some(&b'\r') && self.bytes.get(end) == Some(&b'\n');
        Some(if split { end + 1 } else { end }.min(self.bytes.len()))
    }
}

/// The first record at or after `begin`, and where it ends; `None` when it may go on beyond `bytes`.
pub(super) fn next_record(bytes: &[u8], begin: usize, delimiter: u8, whole: bool) -> Option<(ByteRecord, usize)> {
    let mut record = ByteRecord::new();
    let end = Records::from(bytes, begin, delimiter).next(&mut record)?;
    (end < bytes.len() || whole).then_some((record, end))
}

/// Passes over line ends and byte order marks from `at`: files joined together have marks in their midst.
fn skip_to_row(bytes: &[u8], at: usize, line: u64, last: bool) -> (usize, u64) {
    let (mut begin, mut line) = skip_breaks(bytes, at, line, last);
    while bytes.get(begin..).unwrap_or_default().starts_with(BOM) {
        (begin, line) = skip_breaks(bytes, begin + BOM.len(), line, last);
    }
    (begin, line)
}

/// Passes over line ends from `at`; a `\r` that ends the bytes may be half of one, unless they are the last.
pub(super) fn skip_breaks(bytes: &[u8], mut at: usize, mut line: u64, last: bool) -> (usize, u64) {
    loop {
        match bytes.get(at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => at += 2,
            [b'\r'] if !last => return (at, line),
            [b'\r' | b'\n', ..] => at += 1,
            _ => return (at, line),
        }
        line += 1;
    }
}

/// How many line ends there are: `\r\n`, `\n` or `\r`.
pub(super) fn breaks(bytes: &[u8]) -> u64 {
    let mut previous = 0;
    let mut count = 0;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || byte == b'\n' && previous != b'\r');
        previous = byte;
    }
    count
}

fn trim_breaks(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r' | b'\n'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether a record ends inside quotes, by RFC 4180: a quote opens only at the beginning of a cell.
fn ends_in_quotes(record: &[u8], delimiter: u8) -> bool {
    let (mut quoted, mut fresh) = (false, true);
    let mut bytes = record.iter().peekable();
    while let Some(&byte) = bytes.next() {
        if quoted {
            if byte == b'"' && bytes.next_if(|next| **next == b'"').is_none() {
                quoted = false;
            }
        } else {
            quoted = fresh && byte == b'"';
            fresh = byte == delimiter;
        }
    }
    quoted
}

/// A row for people to look at: one line of valid text, at most `max` characters.
#[must_use]
pub fn shortened(raw: &[u8], max: usize) -> String {
    // Four bytes are the most that a character takes.
    let text: Cow<'_, str> = String::from_utf8_lossy(&raw[..raw.len().min(max * 4)]);
    let mut shown: String = text.chars().take(max).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.len() < raw.len() && shown.chars().count() == max {
        shown.push('…');
    }
    shown
}
