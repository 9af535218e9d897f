//! What handlers rely on of storage: the adapters of `DynamoDB` against a real one over HTTP.
//!
//! Without further ado it is dynoxide, in this process. `STORAGE_ENDPOINT` names another one: the end-to-end tests run this
//! against `MiniStack`, and `make storage` against Amazon's DynamoDB Local. Every test has tables of its own.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking; the exemption for tests stops at helper functions"
)]

mod access;
mod campaigns;
mod memberships;
mod people;
mod records;
mod store;
mod webhooks;
