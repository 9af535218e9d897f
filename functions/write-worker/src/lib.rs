//! Applies queued writes and receipts to the tables: from messages to events, and from events to transactions.

pub mod apply;
pub mod consume;
pub mod receipts;
#[cfg(test)]
mod tests;
