//! The suppression list as a CSV file: what comes in from other systems, and what goes out to be kept.

use crate::customer::Channel;
use crate::faults::{Faults, Reason};
use crate::limits;
use crate::spreadsheet::cell;
use crate::suppression::{AddressHash, AddressKey, Happened, Note, Suppression, SuppressionReason};
use crate::time::Time;

/// First line of an export.
pub const HEADER: &str = "id,channel,address,reason,at\r\n";
/// Most refused lines that are told of.
const TOLD: usize = 100;

/// Where a file has what.
#[derive(Default)]
struct Columns {
    id: Option<usize>,
    channel: Option<usize>,
    address: Option<usize>,
    reason: Option<usize>,
    at: Option<usize>,
}

/// Reads a file: addresses in the column `address`, `email` or `phone`, or else the first. What was exported is read back by
/// its column `id`. A line without a channel is of `channel`; one without reason and time was imported now. Gives the lines
/// that are good, and the faults of the first hundred others.
///
/// # Errors
/// When it is no CSV, too long, or has no good line.
pub fn parse(bytes: &[u8], channel: Channel, key: &AddressKey, now: Time) -> Result<(Vec<Note>, Faults), Faults> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let mut columns = None;
    let (mut notes, mut faults) = (Vec::new(), Faults::default());
    for row in reader.records() {
        let row = row.map_err(|error| Faults::of("", format!("is not CSV: {error}")))?;
        let known = if let Some(known) = &columns {
            known
        } else {
            let (found, is_header) = Columns::of(&row);
            let known = columns.insert(found);
            if is_header {
                continue;
            }
            known
        };
        if row.iter().all(str::is_empty) {
            continue;
        }
        let line = row.position().map_or(0, csv::Position::line);
        match known.read(&row, channel, key, now) {
            Ok(note) => notes.push(note),
            Err(reason) if faults.0.len() < TOLD => faults.add(format!("lines[{line}]"), reason),
            Err(_) => {}
        }
        if notes.len() > limits::LIST_CHANGES {
            return Err(Faults::of("", format!("must have at most {} lines", limits::LIST_CHANGES)));
        }
    }
    match (notes.is_empty(), faults.is_empty()) {
        (true, true) => Err(Faults::of("", "names no address")),
        (true, false) => Err(faults),
        _ => Ok((notes, faults)),
    }
}

impl Columns {
    /// The columns by name, and whether the row names any.
    fn of(row: &csv::StringRecord) -> (Self, bool) {
        let find = |names: &[&str]| row.iter().position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)));
        let mut columns = Self {
            id: find(&["id"]),
            channel: find(&["channel"]),
            address: find(&["address", "email", "phone"]),
            reason: find(&["reason"]),
            at: find(&["at"]),
        };
        let is_header = columns.id.or(columns.address).is_some();
        if !is_header {
            columns = Self { address: Some(0), ..Self::default() };
        }
        (columns, is_header)
    }

    fn read(&self, row: &csv::StringRecord, channel: Channel, key: &AddressKey, now: Time) -> Result<Note, Reason> {
        // Spreadsheets were kept from taking these for formulas.
        let get = |column: Option<usize>| {
            let cell = row.get(column?)?;
            let cell = cell.strip_prefix('\'').unwrap_or(cell);
            Some(cell).filter(|cell| !cell.is_empty())
        };
        let channel = match get(self.channel) {
            Some(text) => Channel::parse(text).ok_or("channel: must be email, sms or whatsapp")?,
            None => channel,
        };
        let reason = match get(self.reason) {
            Some(text) => SuppressionReason::parse(text).unwrap_or(SuppressionReason::Imported),
            None => SuppressionReason::Imported,
        };
        let at = match get(self.at) {
            Some(text) => Time::parse(text).map_err(|reason| format!("at: {reason}"))?.min(now),
            None => now,
        };
        let address = get(self.address);
        if let Some(id) = get(self.id) {
            let id = AddressHash::parse(id).ok_or("id: must be one of an export")?;
            // An export has no more of the address than this.
            let shown = address.map(|text| text.chars().take(254).collect()).filter(|text: &String| text.contains("***"));
            return Ok(Note { id, channel, shown, at, what: Happened::Reason(reason) });
        }
        let address = address.ok_or("address: is required")?;
        Note::of_address(key, channel, address, reason, at).map_err(|reason| format!("address: {reason}").into())
    }
}

/// A suppression as a line of an export.
#[must_use]
pub fn line(one: &Suppression) -> String {
    let shown = cell(one.shown.as_deref().unwrap_or_default());
    format!("{},{},{shown},{},{}\r\n", one.id, one.channel.as_str(), one.reason.as_str(), one.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_micros(1_800_000_000_000_000);

    fn read(text: &str) -> Result<(Vec<Note>, Faults), Faults> {
        parse(text.as_bytes(), Channel::Email, &AddressKey::of_secret("a"), NOW)
    }

    #[test]
    fn plain_lists_and_tables_are_read() {
        let plain = read("asha@x.in\nravi@x.in\n\n").unwrap().0;
        assert_eq!(plain.len(), 2);
        assert_eq!((plain[0].channel, &plain[0].what), (Channel::Email, &Happened::Reason(SuppressionReason::Imported)));
        let table = "Email;x\n";
        assert!(read(table).is_err(), "no such address as `Email;x`");
        let (notes, faults) = read("channel,phone,at\nsms,'+91 98450 12345,2026-01-01\nfax,1,\nsms,asha,\n").unwrap();
        assert_eq!(
            (notes.len(), notes[0].shown.as_deref(), notes[0].at.to_string()),
            (1, Some("***45"), "2026-01-01T00:00:00Z".into())
        );
        assert_eq!(faults.0.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["lines[3]", "lines[4]"]);
        for bad in ["", "email\n", "\"", "nobody\n"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_is_exported_comes_back_as_it_was() {
        let (notes, _) = read("address\nasha@x.in\n").unwrap();
        let note = Note { at: Time::from_micros(NOW.micros() - 5_000_000), ..notes[0].clone() };
        let suppression = Suppression {
            id: note.id,
            channel: note.channel,
            reason: SuppressionReason::Complaint,
            at: note.at,
            shown: note.shown.clone(),
            also: std::collections::BTreeMap::new(),
        };
        let (back, _) = read(&format!("{HEADER}{}", line(&suppression))).unwrap();
        assert_eq!(back, [Note { what: Happened::Reason(SuppressionReason::Complaint), ..note }]);
    }
}
