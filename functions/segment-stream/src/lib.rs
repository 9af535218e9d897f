//! Settles customers whose change the stream tells of.

pub mod changes;
#[cfg(test)]
mod tests;
