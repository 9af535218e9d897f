//! Hostile input for what reads: rules, templates, files, queue bodies, links. How it is run is said in `infra/fuzz`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test ends by panicking; and of what is shared with the tests of rules not all is needed"
)]

mod csv;
mod links;
mod messages;
#[path = "../rules/people.rs"]
mod people;
mod rules;
#[path = "../rules/slow.rs"]
mod slow;
mod templates;

use std::path::Path;

/// The elements of the lists in the files of a folder, each as a text.
fn forms(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let lists = paths.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let elements = lists.flat_map(|text| match serde_json::from_str(&text).unwrap() {
        serde_json::Value::Array(elements) => elements,
        one => vec![one],
    });
    elements.map(|element| element.to_string().into_bytes()).collect()
}
