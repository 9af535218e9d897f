//! Campaigns: previewing, launching and steering them; their log and their results.

mod check;
mod drafts;
mod funnel;
pub mod http;
mod log;
mod report;
mod results;
#[cfg(test)]
mod tests;
mod view;
mod why;
