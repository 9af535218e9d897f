//! Segments: keeping, previewing and explaining them; their members.

mod audience;
mod bulk;
mod exports;
pub mod http;
mod people;
mod sizes;
#[cfg(test)]
mod tests;
