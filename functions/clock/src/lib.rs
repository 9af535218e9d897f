//! What falls due each minute.

#[cfg(test)]
mod tests;
pub mod tick;
