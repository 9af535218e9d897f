//! CSV files as they come: headers of all kinds, bad rows, and any way of cutting a file into stretches.
#![allow(clippy::unwrap_used, reason = "what fails in a helper fails its test")]

use std::collections::BTreeMap;

use crm_domain::ids::ImportId;
use crm_domain::import::columns::{check_mapping, read_header};
use crm_domain::import::rows::{MAX_RECORD, Row, RowReader};
use crm_domain::import::{Header, Import, ImportKind};
use crm_domain::money::Currency;
use crm_domain::time::Time;
use proptest::prelude::*;

fn mapping(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect()
}

fn header_of(kind: ImportKind, file: &str, pairs: &[(&str, &str)]) -> Result<Header, String> {
    read_header(file.as_bytes(), true, kind, &mapping(pairs))
}

fn fields(header: &Header) -> Vec<&str> {
    header.columns.iter().map(|field| field.as_deref().unwrap_or("-")).collect()
}

/// Line and outcome of every row, the object as JSON text.
fn rows(kind: ImportKind, file: &[u8]) -> Vec<(u64, Result<String, String>)> {
    let header = read_header(file, true, kind, &BTreeMap::new()).unwrap();
    let mut found = Vec::new();
    RowReader::new(kind, &header).read(&file[header.end as usize..], header.line, true, usize::MAX, |row| {
        found.push((row.line, row.outcome.map(|json| json.to_string()).map_err(|reason| reason.to_string())));
    });
    found
}

fn good(kind: ImportKind, file: &str) -> String {
    rows(kind, file.as_bytes()).remove(0).1.unwrap()
}

#[test]
fn headers_match_whatever_their_case_spaces_and_underscores() {
    for (kind, file, expected) in [
        (ImportKind::Orders, "email,order_id,placed_at,quantity,amount", "email orderId placedAt quantity total"),
        (ImportKind::Orders, "\u{feff}E-Mail;Order ID;DATE;Qty;Price Paid\r\n", "email orderId placedAt quantity total"),
        (ImportKind::Orders, "\n\nEMAIL_ADDRESS\torderNumber\ttotal\n", "email orderId total"),
        (ImportKind::Orders, "email,sku,name,quantity,unit_price\n", "email sku name quantity unitPrice"),
        (ImportKind::Orders, "email,sku,name,amount,total", "email - - - total"),
        (ImportKind::Orders, "\"email\",\"total,\nsum\",total", "email - total"),
        (ImportKind::Customers, "email,First Name,last_name,Mobile,signup_date", "email firstName lastName phone createdAt"),
        (
            ImportKind::Customers,
            "Email,attributes.Plan,attribute_points,attributes.bad key,totalSpend,WhatsApp consent",
            "email attributes.Plan attributes.points - - whatsappConsent",
        ),
        (ImportKind::Activities, "Email,Type,At,activity id", "email type at activityId"),
    ] {
        let header = header_of(kind, file, &[]).unwrap();
        assert_eq!(fields(&header).join(" "), expected, "{file:?}");
    }
    let header = header_of(ImportKind::Orders, "\"email\",\"total,\nsum\",total\r\nx", &[]).unwrap();
    assert_eq!((header.ignored, header.end, header.line), (vec!["total,sum".to_owned()], 28, 3));
}

#[test]
fn a_mapping_beats_names() {
    let file = "email,Contact,amount,Net Sum,when\n";
    let header =
        header_of(ImportKind::Orders, file, &[("email", "contact"), ("total", "Net Sum"), ("placedAt", "WHEN")]).unwrap();
    assert_eq!(fields(&header).join(" "), "- email - total placedAt");
    assert_eq!(header.ignored, ["email", "amount"]);
    let header = header_of(ImportKind::Customers, "email,lvl", &[("attributes.level", "lvl")]).unwrap();
    assert_eq!(fields(&header).join(" "), "email attributes.level");
}

#[test]
fn files_that_cannot_be_imported_say_why() {
    for (kind, file, pairs, expected) in [
        (ImportKind::Orders, "", &[][..], "The file is empty"),
        (ImportKind::Orders, "\u{feff}\r\n\r\n", &[], "The file is empty"),
        (ImportKind::Orders, "foo,bar\n1,2\n", &[], "no column for email"),
        (
            ImportKind::Orders,
            "email,quantity\na@b.cd,1",
            &[],
            "no column for total (nor all of sku, name, quantity and unit_price)",
        ),
        (ImportKind::Activities, "email,type", &[], "no column for at"),
        (
            ImportKind::Orders,
            "email,total",
            &[("total", "Summe")],
            "names the column \"Summe\" for total, but the file has the columns email, total.",
        ),
        (ImportKind::Orders, "email,total", &[("total", "total"), ("quantity", "Total")], "both for quantity and for total"),
        (ImportKind::Orders, "email,total,sku", &[("sku", "sku")], "a line of an order also needs name, quantity, unitPrice"),
        (ImportKind::Orders, "email,Total,total ", &[], "Two columns are called"),
        (ImportKind::Orders, "PK\u{3}\u{4}xyz", &[], "spreadsheet"),
    ] {
        let error = header_of(kind, file, pairs).unwrap_err();
        assert!(error.contains(expected), "{file:?}: {error}");
    }
    for (bytes, expected) in [(&b"\xff\xfee\0m\0"[..], "UTF-16"), (b"email,t\xf6tal,total\n", "not UTF-8")] {
        assert!(read_header(bytes, true, ImportKind::Orders, &BTreeMap::new()).unwrap_err().contains(expected));
    }
    let endless = format!("email,\"{}", "x".repeat(MAX_RECORD));
    assert!(read_header(endless.as_bytes(), false, ImportKind::Orders, &BTreeMap::new()).unwrap_err().contains("too long"));
    let wide = format!("email,{}", "x,".repeat(600));
    assert!(header_of(ImportKind::Orders, &wide, &[]).unwrap_err().contains("602 columns"));
}

#[test]
fn mappings_are_checked_before_a_file_comes() {
    assert!(check_mapping(ImportKind::Customers, &mapping(&[("attributes.x_1", "X"), ("firstName", "Given")])).is_ok());
    let faults =
        check_mapping(ImportKind::Orders, &mapping(&[("attributes.x", "X"), ("email", " "), ("Total", "x")])).unwrap_err();
    assert_eq!(faults.0.len(), 3);
}

#[test]
fn rows_become_the_bodies_of_http() {
    let orders = "email,order_id,placed_at,quantity,amount\na@b.cd, 7 ,1997-01-01,1,11.70\n";
    assert_eq!(
        good(ImportKind::Orders, orders),
        r#"{"email":"a@b.cd","orderId":"7","placedAt":"1997-01-01","total":11.7,"quantity":1}"#
    );
    let item = "email,sku,name,qty,unit_price,total\na@b.cd,S1,Mug,2,5,9.5\na@b.cd,,,2,,9.5\n";
    let found = rows(ImportKind::Orders, item.as_bytes());
    let expected = r#"{"email":"a@b.cd","total":9.5,"items":[{"sku":"S1","name":"Mug","unitPrice":5,"quantity":2}]}"#;
    assert_eq!(found[0].1.as_deref(), Ok(expected));
    assert_eq!(found[1].1.as_deref(), Ok(r#"{"email":"a@b.cd","total":9.5,"quantity":2}"#));
    let customers = "email;first name;last name;tags;attributes.points;sms consent;city\na@b.cd;Ann;Lee;\"vip;new\";12;yes;\n";
    let expected = r#"{"email":"a@b.cd","tags":["vip","new"],"smsConsent":true,"name":"Ann Lee","attributes":{"points":12}}"#;
    assert_eq!(good(ImportKind::Customers, customers), expected);
    let activities = "email,type,at,activityId\na@b.cd,visit,2026-01-01T10:00:00Z,v1\n";
    let expected = r#"{"email":"a@b.cd","type":"visit","at":"2026-01-01T10:00:00Z","activityId":"v1"}"#;
    assert_eq!(good(ImportKind::Activities, activities), expected);
}

#[test]
fn bad_rows_stand_alone_and_lines_are_those_of_the_file() {
    let file = b"email,total\r\n\r\na@b.cd,1\r\n\"b@b.cd\",\"2\"\r\nc@b.cd\r\nd\xff@b.cd,4\r\n\"e\r\n@b.cd\",5\r\n,\r\n  \r\nf@b.cd,6,\r\ng@b.cd,7";
    let found = rows(ImportKind::Orders, file);
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 11, 12]);
    assert_eq!(found[2].1, Err("has 1 cells where the header has 2".into()));
    assert_eq!(found[3].1, Err("is not valid UTF-8".into()));
    assert_eq!(found[4].1.as_deref(), Ok(r#"{"email":"e\r\n@b.cd","total":5}"#));
    assert!(found[5].1.is_err());
    assert_eq!(found[6].1.as_deref(), Ok(r#"{"email":"g@b.cd","total":7}"#));
}

#[test]
fn byte_order_marks_between_rows_are_no_rows_wherever_a_stretch_begins() {
    let header = header_of(ImportKind::Orders, "email,total\n", &[]).unwrap();
    let reader = RowReader::new(ImportKind::Orders, &header);
    for (file, rows) in [
        ("a@b.cd,1\n\u{feff}", 1),
        ("\u{feff}", 0),
        ("\u{feff}\r\n\u{feff}\u{feff}\n", 0),
        ("a@b.cd,1\n\u{feff}\"b@b.cd\",\"2\"\n\u{feff}", 2),
    ] {
        let mut whole = Vec::new();
        let progress = reader.read(file.as_bytes(), 2, true, usize::MAX, |row| whole.push(row));
        assert_eq!((progress.bytes, whole.len()), (file.len(), rows), "{file:?}");
        assert!(whole.iter().all(|row| row.outcome.is_ok()), "{whole:?}");
        for size in 1..file.len() {
            assert_eq!(in_stretches(&reader, file.as_bytes(), &[size], 1), whole, "{file:?} by {size}");
        }
    }
}

#[test]
fn what_was_kept_from_being_a_formula_comes_back_as_it_was() {
    let file = b"email,phone,attributes.balance,attributes.note\na@b.cd,'+919845012345,'-5.5,'quoted'\n";
    let told = rows(ImportKind::Customers, file).remove(0).1.unwrap();
    assert!(told.contains(r#""+919845012345""#) && told.contains("-5.5") && !told.contains("'-5.5"), "{told}");
    assert!(told.contains("'quoted'"), "{told}");
}

#[test]
fn a_quote_that_is_never_closed_is_named() {
    let found = rows(ImportKind::Orders, b"email,total\na@b.cd,1\n\"b@b.cd,2\nc@b.cd,3\n");
    assert_eq!(found.len(), 2);
    assert!(found[1].1.as_ref().is_err_and(|reason| reason.contains("never closed")));
    let found = rows(ImportKind::Orders, b"email,total\n\"a@b.cd,1\nb@b.cd\",2,3\nc@b.cd,3\n");
    assert!(found[0].1.as_ref().is_err_and(|reason| reason.contains("runs over 2 lines")), "{found:?}");
    assert_eq!(found[1].0, 4);
}

#[test]
fn an_endless_row_stops_the_reading_where_it_begins() {
    let header = header_of(ImportKind::Orders, "email,total\n", &[]).unwrap();
    let reader = RowReader::new(ImportKind::Orders, &header);
    for (tail, last) in [("", false), ("", true), ("\"\nb@b.cd,2\n", true), ("\"\nb@b.cd,2\n", false)] {
        let file = format!("a@b.cd,1\n\n\"{}{tail}", "x\n".repeat(MAX_RECORD / 2));
        let mut count = 0;
        let progress = reader.read(file.as_bytes(), 2, last, usize::MAX, |_| count += 1);
        assert_eq!((count, progress.bytes, progress.line, progress.oversized), (1, 10, 4, true), "{last}");
    }
}

#[test]
fn a_row_becomes_the_same_event_each_time_and_refusals_name_all_faults() {
    let inr = Currency::parse("INR").unwrap();
    let at = Time::parse("2026-11-22").unwrap();
    let mut import = Import::new(ImportId::generate(), ImportKind::Orders, BTreeMap::new(), at);
    import.tag = Some("abc".into());
    let mut outcomes = Vec::new();
    let file = "email,total,placed_at\na@b.cd,1.50,2026-11-22\nnobody,\"1,000\",2026-11-24\n";
    let header = header_of(ImportKind::Orders, file, &[]).unwrap();
    RowReader::new(ImportKind::Orders, &header).read(&file.as_bytes()[header.end as usize..], 2, true, 9, |row| {
        outcomes.push(import.event(row.line, &row.outcome.unwrap(), &inr).map_err(|faults| faults.to_string()));
    });
    let expected = r#"{"specversion":"1.0","id":"000000000002","source":"/imports/abc","type":"crm.order.place.v1","time":"2026-11-22T00:00:00Z","data":{"email":"a@b.cd","total":1.5,"placedAt":"2026-11-22"}}"#;
    assert_eq!(outcomes[0].as_deref(), Ok(expected));
    let refused = "email: must be an e-mail address; total: must be a number; placedAt: must be at most 24 hours ahead";
    assert_eq!(outcomes[1].as_ref().map_err(String::as_str), Err(refused));
}

/// Line, raw text and outcome, reading `sizes` bytes and at most `max_rows` rows at a time.
fn in_stretches<'b>(reader: &RowReader<'_>, file: &'b [u8], sizes: &[usize], max_rows: usize) -> Vec<Row<'b>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 2);
    for (turn, size) in sizes.iter().cycle().enumerate() {
        // A worker's stretch holds any row; here it grows until it does.
        let end = (at + size + turn).min(file.len());
        let last = end == file.len();
        let progress = reader.read(&file[at..end], line, last, max_rows, |row| found.push(row));
        (at, line) = (at + progress.bytes, progress.line);
        assert!(turn < 10_000, "the reading does not end");
        if last && at == end {
            break;
        }
    }
    found
}

fn line_of(file: &[u8], row: &Row<'_>) -> u64 {
    let offset = row.raw.as_ptr() as usize - file.as_ptr() as usize;
    let before = String::from_utf8_lossy(&file[..offset]).replace("\r\n", "\n").replace('\r', "\n");
    2 + before.matches('\n').count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_way_of_cutting_a_file_gives_the_same_rows(
        file in proptest::collection::vec(prop_oneof![
            4 => Just(b'\n'), 2 => Just(b'\r'), 4 => Just(b','), 3 => Just(b'"'), 1 => Just(b' '), 1 => Just(0xff), 6 => b'a'..=b'c',
        ], 0..120),
        sizes in proptest::collection::vec(1_usize..40, 1..6),
        max_rows in 1_usize..5,
    ) {
        let header = header_of(ImportKind::Orders, "email,total\n", &[]).unwrap();
        let reader = RowReader::new(ImportKind::Orders, &header);
        let mut whole = Vec::new();
        let progress = reader.read(&file, 2, true, usize::MAX, |row| whole.push(row));
        prop_assert_eq!(progress.bytes, file.len());
        for row in &whole {
            prop_assert_eq!(row.line, line_of(&file, row));
        }
        let records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file.as_slice()).into_byte_records();
        let filled = records.filter(|record| record.as_ref().unwrap().iter().any(|cell| cell.iter().any(|b| *b != b' '))).count();
        prop_assert_eq!(whole.len(), filled);
        prop_assert_eq!(in_stretches(&reader, &file, &sizes, max_rows), whole);
    }
}
