//! Files to be imported: any way of cutting one gives the same rows, and each good row is an event that the worker takes.

use std::collections::BTreeMap;

use crm_domain::event::Event;
use crm_domain::ids::ImportId;
use crm_domain::import::columns::read_header;
use crm_domain::import::rejected::{self, Rejected};
use crm_domain::import::rows::RowReader;
use crm_domain::import::{Header, Import, ImportKind};
use crm_domain::json::Json;
use crm_domain::suppression::{self, AddressKey};
use crm_domain::time::Time;
use crm_domain::{customer::Channel, money::Currency};
use fuzzing::{Target, halves};

const SEEDS: &[&str] = &[
    "o3\nemail,order_id,placed_at,quantity,amount\na@b.co,1,2026-01-31,2,12.50\n\"q@b.co\",\"2\",31-01-2026,x,\"1,000\"\n",
    "o9\n\u{feff}E-Mail;Order ID;DATE;Qty;Price Paid\r\na@b.co;7;2026-01-31T10:00:00Z;1;5\r\n\r\nb@b.co;8;;;\r\n",
    "o5\nemail\tsku\tname\tquantity\tunit_price\na@b.co\tTEA-1\tGreen \"Tea\"\t2\t3.33\r",
    "c7\nEmail,First Name,last_name,Mobile,signup_date,tags,attributes.Plan,attribute_points,emailConsent\n\
     a@b.co,Asha,Rao,+919812345678,2025-03-31,vip;new|x,gold,007,yes\nb@b.co,\"A\nB\",,,,,,-0.5e3,TRUE\n",
    "a2\nEmail,Type,At,activity id\na@b.co,visit,2026-01-31T10:00:00+05:30,A-1\n,visit,,\n\"open",
    "c1\n\n\nemail,email\na@b.co,x\n",
    "s0\naddress\nasha@x.in\n+919812345678\n\"no\"\n",
];
const WORDS: &str = "email order_id placed_at amount total quantity sku name unit_price status currency phone city tags visits \
    createdAt attributes.x first_name type at activity_id a@b.co 2026-01-31 31/01/2026 1,234.50 -0 1e9 007 true yes vip;new \"\" \
    \"\n\" ; | INR USD paid +919812345678";

#[test]
fn files_of_any_form() {
    let seeds = SEEDS.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let words = WORDS.split(' ').filter(|word| !word.is_empty()).chain(["\r\n", "\r", "\t", "\u{feff}"]).collect();
    Target { name: "csv", seeds, words, rounds: 4_000 }.run(check);
}

fn now() -> Time {
    Time::parse("2026-11-26T00:00:00Z").unwrap()
}

fn check(input: &[u8]) {
    let (how, file) = halves(input);
    let kind = match how.first() {
        Some(b'o') => ImportKind::Orders,
        Some(b'c') => ImportKind::Customers,
        Some(b'a') => ImportKind::Activities,
        _ => return listed(file),
    };
    let header = match read_header(file, true, kind, &BTreeMap::new()) {
        Ok(header) => header,
        Err(reason) => return assert!(!reason.is_empty()),
    };
    assert!(header.end as usize <= file.len() && header.line >= 1);
    let stored: Header = serde_json::from_str(&serde_json::to_string(&header).unwrap()).unwrap();
    assert_eq!(stored, header, "a header is stored as it is");
    let whole = read(kind, &header, file, usize::MAX, file.len());
    let cut = usize::from(how.get(1).copied().unwrap_or(1)).max(1);
    assert_eq!(read(kind, &header, file, usize::MAX, cut), whole, "in stretches of {cut} bytes");
    assert_eq!(read(kind, &header, file, 1, file.len()), whole, "row by row");
    judge(kind, &whole);
}

type Rows = Vec<(u64, Vec<u8>, Result<Json, String>)>;

/// All rows, by stretches that grow by `step` bytes until a row is whole, at most `most` rows at a time.
fn read(kind: ImportKind, header: &Header, file: &[u8], most: usize, step: usize) -> Rows {
    let (mut from, mut line, mut until) = (header.end as usize, header.line, header.end as usize);
    let mut rows = Rows::new();
    while from < file.len() {
        until = (until + step).min(file.len());
        let last = until == file.len();
        let reader = RowReader::new(kind, header);
        let progress = reader.read(&file[from..until], line, last, most, |row| {
            rows.push((row.line, row.raw.to_vec(), row.outcome.map_err(|reason| reason.to_string())));
        });
        assert!(progress.bytes <= until - from && progress.line >= line && !progress.oversized);
        assert!(!last || progress.bytes > 0, "reading goes on for ever");
        (from, line) = (from + progress.bytes, progress.line);
    }
    rows
}

fn judge(kind: ImportKind, rows: &Rows) {
    let currency = Currency::parse("INR").unwrap();
    let mut import = Import::new(ImportId::parse("0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02").unwrap(), kind, BTreeMap::new(), now());
    import.tag = Some("tag".into());
    let (mut before, mut refused) = (0, Rejected::default());
    for (line, raw, outcome) in rows {
        assert!(*line > before, "lines come in their order");
        before = *line;
        let reason = match outcome {
            Err(reason) => reason.clone(),
            Ok(row) => match import.event(*line, row, &currency) {
                Err(faults) => faults.to_string(),
                Ok(event) => {
                    let json = Json::parse(event.as_bytes()).unwrap();
                    let event = Event::parse(&json, &currency, now()).expect("what is queued is understood");
                    assert_eq!(event.id, format!("{line:012}"));
                    continue;
                }
            },
        };
        assert!(!reason.is_empty());
        refused.add(*line, &reason, raw);
    }
    let count = refused.count();
    let file = rejected::file(&refused.into_csv(), count);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(file.as_bytes());
    assert!(reader.byte_records().all(|record| record.is_ok()), "the file of rejected rows is CSV: {file}");
}

/// A file of addresses that are not to be written to.
fn listed(file: &[u8]) {
    let key = AddressKey::of_secret("key");
    match suppression::file::parse(file, Channel::Email, &key, now()) {
        Ok((notes, faults)) => assert!(notes.len() + faults.0.len() <= file.len() + 1),
        Err(faults) => assert!(!faults.is_empty()),
    }
}
