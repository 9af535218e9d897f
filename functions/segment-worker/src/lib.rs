//! What is asked of segments by message: builds, edits, exports, and whoever has to be settled later.

pub mod build;
pub mod chosen;
pub mod edit;
pub mod export;
pub mod history;
#[cfg(test)]
mod tests;
pub mod worker;
