//! One stretch of a file: what its rows become, and where the import stands after it. No I/O.

use crm_domain::import::rejected::Rejected;
use crm_domain::import::rows::RowReader;
use crm_domain::import::{Header, Import};
use crm_domain::limits;
use crm_domain::money::Currency;
use crm_domain::ports::Outgoing;
use crm_lambda::queue::pack;

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// At a time, as `rows` are: both bound the memory of one invocation, this also its time.
    pub bytes: u64,
    pub rows: usize,
    /// Of one file in all.
    pub file_bytes: u64,
    /// What is waited between two attempts at the same stretch, doubling.
    pub pause_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 20, rows: 100_000, file_bytes: limits::IMPORT_BYTES, pause_ms: 100 }
    }
}

/// What comes of a stretch.
#[derive(Debug)]
pub struct Stretch {
    /// Queue messages, numbered on from the import's parts.
    pub messages: Vec<Outgoing>,
    /// Refused rows as CSV.
    pub rejected: String,
    /// The import once all of this is queued.
    pub next: Import,
}

/// Reads `bytes`, which begin at `import.bytes_read`. The outcome depends on nothing but the arguments: whoever reads the
/// same stretch again makes the same messages. `None` when the bytes hold no whole row although more are to come.
pub fn read(import: &Import, header: &Header, bytes: &[u8], max_rows: usize, currency: &Currency) -> Option<Stretch> {
    let last = import.bytes_read + bytes.len() as u64 >= import.bytes_total;
    // The first stretch begins with the header.
    let (from, line) = match header.end.checked_sub(import.bytes_read) {
        Some(left @ 1..) => (left, header.line),
        _ => (0, import.line),
    };
    let mut next = import.clone();
    let mut rejected = Rejected::default();
    let mut events = Vec::new();
    let progress = RowReader::new(import.kind, header).read(bytes.get(from as usize..)?, line, last, max_rows, |row| {
        next.rows += 1;
        let event = row.outcome.map_err(std::borrow::Cow::into_owned);
        match event.and_then(|json| import.event(row.line, &json, currency).map_err(|faults| faults.to_string())) {
            Ok(event) => events.push(event),
            Err(reason) => rejected.add(row.line, &reason, row.raw),
        }
    });
    next.bytes_read += from + progress.bytes as u64;
    next.line = progress.line;
    next.accepted += events.len() as u64;
    next.rejected += rejected.count();
    if progress.oversized {
        let line = progress.line;
        next.error =
            Some(format!("The row on line {line} is longer than 1 MB; is a quote not closed? All rows before it are imported."));
    } else if next.bytes_read == import.bytes_read && !last {
        return None;
    }
    let id = import.id.to_string();
    let messages: Vec<Outgoing> = (import.parts..)
        .zip(pack(events))
        .map(|(part, message)| Outgoing {
            attributes: vec![("import-id", id.clone()), ("import-part", part.to_string())],
            ..message
        })
        .collect();
    next.parts += messages.len() as u64;
    Some(Stretch { messages, rejected: rejected.into_csv(), next })
}
