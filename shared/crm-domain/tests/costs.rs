//! The README's table of costs is the one that the example prints.

#[path = "../examples/costs.rs"]
mod costs;

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../../../README.md");
    for table in [costs::table().unwrap(), costs::idle().unwrap()] {
        assert!(readme.contains(&table), "the README should have:\n{table}");
    }
}
