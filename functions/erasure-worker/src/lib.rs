//! Takes the traces of erased customers out of every store.

mod sweep;
#[cfg(test)]
mod tests;
pub mod worker;
