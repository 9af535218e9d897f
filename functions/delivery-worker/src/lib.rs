//! Campaigns from their launch to their last recipient, step by step.

mod decide;
mod deliver;
mod hand;
mod hours;
mod plan;
mod report;
#[cfg(test)]
mod tests;
mod turns;
mod wake;
pub mod worker;
