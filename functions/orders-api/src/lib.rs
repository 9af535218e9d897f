//! Orders: placing them, reading them, and what becomes of them.

pub mod http;
#[cfg(test)]
mod tests;
