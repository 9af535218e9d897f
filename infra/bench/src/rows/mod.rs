//! What is measured, a module for each.

pub mod accept;
pub mod apply;
pub mod campaign;
pub mod engine;
pub mod messages;
pub mod size;
pub mod start;

/// Runs of everything that is compared, one of each in turn, so that what else the machine does meets all of them.
const RUNS: usize = 7;
