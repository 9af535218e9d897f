//! The edge of every function: what HTTP handlers and queue consumers share. Knows the domain, but no AWS service.

pub mod accept;
pub mod auth;
pub mod batch;
pub mod body;
pub mod config;
pub mod etag;
pub mod paging;
pub mod problem;
pub mod serve;
pub mod view;
