//! The header of a CSV file: where it ends, what separates its cells, and which column is which of our fields.

use std::collections::BTreeMap;

use crate::faults::{self, Faults};
use crate::import::rows::{BOM, MAX_RECORD, breaks, next_record, skip_breaks};
use crate::import::{Header, ImportKind};
use crate::profile::is_attribute_key;

/// Most columns of a file.
pub const MAX_COLUMNS: usize = 500;
/// Most names of ignored columns that are kept, and most characters of each.
const SHOWN_COLUMNS: usize = 50;
const SHOWN_CHARS: usize = 60;

/// A field and the names under which its column goes, best first; case, spaces, `_` and `-` do not matter.
type Known = (&'static str, &'static [&'static str]);

const ORDERS: &[Known] = &[
    ("email", &["email", "emailaddress", "customeremail", "mail"]),
    ("orderId", &["orderid", "ordernumber", "orderno", "order"]),
    ("placedAt", &["placedat", "orderdate", "orderedat", "purchasedate", "purchasedat", "date", "createdat"]),
    ("total", &["total", "amount", "totalamount", "totalprice", "ordertotal", "grandtotal", "pricepaid", "amountpaid", "paid"]),
    ("quantity", &["quantity", "qty", "units"]),
    ("currency", &["currency", "currencycode"]),
    ("status", &["status", "orderstatus"]),
    ("sku", &["sku", "itemsku", "productsku", "productid"]),
    ("name", &["name", "itemname", "productname", "product", "item"]),
    ("unitPrice", &["unitprice", "itemprice", "priceperunit", "price"]),
];
/// What makes a line of an order: all of them or none.
const ITEM: [&str; 4] = ["sku", "name", "quantity", "unitPrice"];

const CUSTOMERS: &[Known] = &[
    ("email", &["email", "emailaddress", "customeremail", "mail"]),
    ("name", &["name", "fullname", "customername"]),
    ("firstName", &["firstname", "givenname", "forename"]),
    ("lastName", &["lastname", "surname", "familyname"]),
    ("phone", &["phone", "phonenumber", "mobile", "mobilenumber", "telephone"]),
    ("city", &["city", "town"]),
    ("country", &["country", "countrycode"]),
    ("tags", &["tags", "labels"]),
    ("visits", &["visits", "visitcount"]),
    ("createdAt", &["createdat", "signupdate", "signedupat", "registeredat", "customersince"]),
    ("lastActiveAt", &["lastactiveat", "lastactive", "lastseen", "lastseenat"]),
    ("emailConsent", &["emailconsent", "acceptsemail", "emailoptin"]),
    ("smsConsent", &["smsconsent", "acceptssms", "smsoptin"]),
    ("whatsappConsent", &["whatsappconsent", "acceptswhatsapp", "whatsappoptin"]),
    ("timeZone", &["timezone", "tz"]),
];

const ACTIVITIES: &[Known] = &[
    ("email", &["email", "emailaddress", "customeremail", "mail"]),
    ("type", &["type", "activitytype", "activity", "event", "eventtype", "kind"]),
    ("at", &["at", "date", "time", "timestamp", "datetime", "happenedat", "occurredat"]),
    ("activityId", &["activityid", "eventid"]),
];

/// The fields without which no row can be good.
const fn required(kind: ImportKind) -> &'static [&'static str] {
    match kind {
        // And a total or an item, see `check`.
        ImportKind::Orders | ImportKind::Customers => &["email"],
        ImportKind::Activities => &["email", "type", "at"],
    }
}

const fn known(kind: ImportKind) -> &'static [Known] {
    match kind {
        ImportKind::Customers => CUSTOMERS,
        ImportKind::Orders => ORDERS,
        ImportKind::Activities => ACTIVITIES,
    }
}

/// Whether a mapping for `kind` may name `field`.
#[must_use]
pub fn is_field(kind: ImportKind, field: &str) -> bool {
    known(kind).iter().any(|(known, _)| *known == field)
        || kind == ImportKind::Customers && field.strip_prefix("attributes.").is_some_and(is_attribute_key)
}

/// Checks a mapping of our fields to their columns, as a caller gives it.
///
/// # Errors
/// Every fault found, below `mapping`.
pub fn check_mapping(kind: ImportKind, mapping: &BTreeMap<String, String>) -> Result<(), Faults> {
    let mut found = Faults::default();
    for (field, column) in mapping {
        let shown: String = field.chars().filter(|c| !c.is_control()).take(100).collect();
        if !is_field(kind, field) {
            found.add(format!("mapping.{shown}"), "is not a field that can be imported");
        } else if let Err(reason) = faults::checked_text(column, 200) {
            found.add(format!("mapping.{shown}"), reason);
        }
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Reads the header from the first bytes of a file; `whole` says that they are all of it.
///
/// # Errors
/// Says, for people, why nothing can be imported from this file.
pub fn read_header(bytes: &[u8], whole: bool, kind: ImportKind, mapping: &BTreeMap<String, String>) -> Result<Header, String> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("The file is UTF-16 text; save it as CSV in UTF-8.".into());
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err("The file is a spreadsheet or an archive; save it as CSV in UTF-8.".into());
    }
    let after_bom = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let (begin, line) = skip_breaks(bytes, after_bom, 1, whole);
    if begin == bytes.len() {
        return Err(if whole { "The file is empty." } else { "The file begins with too many blank lines." }.into());
    }
    let delimiter = delimiter(&bytes[begin..]);
    let Some((cells, end)) = next_record(bytes, begin, delimiter, whole).filter(|(_, end)| end - begin <= MAX_RECORD) else {
        return Err("The first line is too long for a header; is a quote not closed?".into());
    };
    let names = cells
        .iter()
        .map(|cell| std::str::from_utf8(cell).map(|name| name.trim().to_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| "The header is not UTF-8; save the file as CSV in UTF-8.")?;
    if names.len() > MAX_COLUMNS {
        return Err(format!("The file has {} columns; at most {MAX_COLUMNS} can be read.", names.len()));
    }
    let mut columns: Vec<Option<String>> =
        match_columns(kind, &names, mapping)?.into_iter().map(|field| field.map(str::to_owned)).collect();
    if kind == ImportKind::Customers {
        add_attributes(&names, &mut columns)?;
    }
    let ignored = names.iter().zip(&columns).filter(|(name, field)| field.is_none() && !name.is_empty());
    Ok(Header {
        ignored: ignored.map(|(name, _)| shown(name)).take(SHOWN_COLUMNS).collect(),
        columns,
        delimiter: char::from(delimiter),
        end: end as u64,
        line: line + breaks(&bytes[begin..end]),
    })
}

/// A comma, unless the first line has none outside quotes but has semicolons or tabs.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut quoted = false;
    let mut count = [0_usize; 3];
    for byte in bytes.iter().take(MAX_RECORD) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            b',' if !quoted => count[0] += 1,
            b';' if !quoted => count[1] += 1,
            b'\t' if !quoted => count[2] += 1,
            _ => {}
        }
    }
    match count {
        [0, semicolons, tabs] if tabs > semicolons => b'\t',
        [0, semicolons, _] if semicolons > 0 => b';',
        _ => b',',
    }
}

/// Case, spaces, `_`, `-` and byte order marks do not matter.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '\u{feff}') && !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect()
}

/// The field of each column: by the mapping first, then by name.
fn match_columns<'a>(
    kind: ImportKind,
    names: &'a [String],
    mapping: &'a BTreeMap<String, String>,
) -> Result<Vec<Option<&'a str>>, String> {
    let plain_names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let mut fields: Vec<Option<&'a str>> = vec![None; names.len()];
    for (field, column) in mapping {
        let exactly: Vec<usize> = (0..names.len()).filter(|&at| names[at] == column.trim()).collect();
        let roughly = || (0..names.len()).filter(|&at| plain_names[at] == plain(column)).collect::<Vec<_>>();
        let at = match if exactly.is_empty() { roughly() } else { exactly }.as_slice() {
            [at] => *at,
            [] => return Err(format!("The mapping names the column \"{}\" for {field}, but {}", shown(column), listed(names))),
            _ => return Err(twice(column)),
        };
        if let Some(other) = fields[at] {
            return Err(format!("The mapping uses the column \"{}\" both for {other} and for {field}.", shown(column)));
        }
        fields[at] = Some(field.as_str());
    }
    for (field, synonyms) in known(kind) {
        if mapping.contains_key(*field) {
            continue;
        }
        let free =
            |synonym: &str| (0..names.len()).filter(|&at| fields[at].is_none() && plain_names[at] == synonym).collect::<Vec<_>>();
        match synonyms.iter().map(|synonym| free(synonym)).find(|found| !found.is_empty()).as_deref() {
            None | Some([]) => {}
            Some([at]) => fields[*at] = Some(field),
            Some([at, ..]) => return Err(twice(&names[*at])),
        }
    }
    check(kind, names, mapping, &mut fields)?;
    Ok(fields)
}

fn add_attributes(names: &[String], columns: &mut [Option<String>]) -> Result<(), String> {
    for (at, name) in names.iter().enumerate() {
        let field = attribute_field(name).filter(|_| columns[at].is_none());
        if field.is_some() && columns.contains(&field) {
            return Err(twice(name));
        }
        columns[at] = columns[at].take().or(field);
    }
    Ok(())
}

/// `attributes.KEY` of a column called so, or `attribute_KEY`; the key is taken as it is written.
fn attribute_field(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let prefix =
        ["attributes.", "attributes_", "attribute.", "attribute_"].into_iter().find(|prefix| lower.starts_with(prefix))?;
    let key = name.get(prefix.len()..)?;
    is_attribute_key(key).then(|| format!("attributes.{key}"))
}

fn check(
    kind: ImportKind,
    names: &[String],
    mapping: &BTreeMap<String, String>,
    fields: &mut [Option<&str>],
) -> Result<(), String> {
    for field in required(kind) {
        if !fields.contains(&Some(*field)) {
            return Err(missing(field, kind, names));
        }
    }
    if kind == ImportKind::Orders {
        let lacking: Vec<&str> = ITEM.into_iter().filter(|field| !fields.contains(&Some(*field))).collect();
        if !lacking.is_empty() {
            if let Some(mapped) = ["sku", "unitPrice", "name"].into_iter().find(|field| mapping.contains_key(*field)) {
                return Err(format!("The mapping names {mapped}, but a line of an order also needs {}.", lacking.join(", ")));
            }
            if !fields.contains(&Some("total")) {
                return Err(missing("total", kind, names));
            }
            // Half a line of an order is none: the total counts.
            for field in fields.iter_mut().filter(|field| matches!(field, Some("sku" | "name" | "unitPrice"))) {
                *field = None;
            }
        }
    }
    Ok(())
}

fn missing(field: &str, kind: ImportKind, names: &[String]) -> String {
    let synonyms = known(kind).iter().find(|(known, _)| *known == field).map_or(&[][..], |(_, synonyms)| synonyms);
    let known_as = synonyms.iter().take(4).copied().collect::<Vec<_>>().join(", ");
    let or_items = if field == "total" { " (nor all of sku, name, quantity and unit_price)" } else { "" };
    format!(
        "There is no column for {field}{or_items}. Known names are {known_as}; any other can be named in the mapping; {}",
        listed(names)
    )
}

fn listed(names: &[String]) -> String {
    let all: Vec<String> = names.iter().take(20).map(|name| shown(name)).collect();
    let more = if names.len() > all.len() { format!(" and {} more", names.len() - all.len()) } else { String::new() };
    format!("the file has the columns {}{more}.", all.join(", "))
}

fn twice(name: &str) -> String {
    format!("Two columns are called \"{}\": rename one of them.", shown(name))
}
