//! What tests share: the ports in memory ([`Memory`]; for imports [`AtDesk`]), tokens, and the events of `events/` sent to a router.
//!
//! Panics are failures of the test that calls, so they are allowed here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

mod access;
mod ai;
mod alarms;
mod campaigns;
mod dead_letters;
mod facts;
mod files;
mod fuzz;
mod http;
mod imports;
mod memberships;
mod memory;
mod queues;
mod reports;
mod settings;
mod suppressions;
mod traces;
mod turns;
mod webhooks;

pub use access::{audit, key, right, walk};
pub use campaigns::Provider;
pub use facts::Facts;
pub use fuzz::fuzz_requests;
pub use http::{Answer, addresses, answer, cases, keys, send, send_event, settings, token};
pub use imports::{AtDesk, Desk};
pub use memory::Memory;
pub use queues::{carry_request, received};
pub use webhooks::Receiver;
