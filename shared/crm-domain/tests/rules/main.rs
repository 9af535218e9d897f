//! The rule language: by table, by example of every fault, and by properties against a slow second evaluator.
//! These are tests of behaviour through the public interface alone.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends by panicking; the exemption for tests stops at helper functions"
)]

mod deep;
mod expanded;
mod explained;
mod faults;
mod garbled;
mod membership;
mod people;
mod properties;
mod sets;
mod slow;
mod stretches;
mod tables;
