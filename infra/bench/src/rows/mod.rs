//! What is measured, a module for each.

pub mod accept;
pub mod apply;
pub mod campaign;
pub mod engine;
pub mod messages;
pub mod size;
pub mod start;
