//! The edge of every function: what HTTP handlers and queue consumers share. Knows the domain, but no AWS service.

pub mod accept;
pub mod addresses;
pub mod api;
pub mod audience;
pub mod auth;
pub mod batch;
pub mod body;
pub mod caller;
pub mod config;
pub mod contract;
pub mod etag;
pub mod exports;
pub mod gate;
pub mod memberships;
pub mod operation;
mod origin;
pub mod outbox;
pub mod paging;
pub mod problem;
pub mod query;
mod replay;
pub mod routes;
pub mod schedule;
pub mod serve;
pub mod stream;
pub mod telemetry;
pub mod view;
