//! Customers: what is known of them, who they are together, and how they are forgotten; their activities and files.

mod attachments;
mod edit;
pub mod http;
mod segments;
mod tags;
#[cfg(test)]
mod tests;
mod timeline;
