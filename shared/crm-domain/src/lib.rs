//! What the CRM knows and decides, without any I/O: the same code runs in every function and in every test.
//!
//! Data flows one way: bytes -> [`json`] -> [`event`] -> [`ledger`] -> changes, which the adapters store.

pub mod access;
pub mod activity;
pub mod amendment;
pub mod attachment;
pub mod audience;
pub mod audit;
pub mod campaign;
pub mod customer;
pub mod delivery;
pub mod download;
pub mod edit;
pub mod email;
pub mod erasure;
pub mod event;
pub mod export;
pub mod faults;
pub mod history;
pub mod identity;
pub mod ids;
pub mod import;
pub mod json;
pub mod ledger;
pub mod limits;
pub mod links;
pub mod membership;
pub mod merge;
pub mod message;
pub mod money;
pub mod order;
pub mod ports;
pub mod profile;
pub mod replay;
pub mod rules;
pub mod segment;
pub mod spreadsheet;
pub mod stamp;
pub mod step;
pub mod suppression;
pub mod template;
pub mod time;
pub mod timeline;
pub mod tracking;
