//! Runs the functions over an AWS in memory that misbehaves by a seed, and checks what must stay true.
//!
//! The handlers and the adapters are those that are deployed: the seam is what the AWS SDK sends its requests by. Time
//! stands still while anybody works, so everything that happens follows from the seed, and happens again.
// Whatever is amiss here is a defect of the simulator, and is to be seen.
#![allow(clippy::expect_used, clippy::missing_panics_doc)]

pub mod campaigner;
pub mod check;
pub mod client;
pub mod cloud;
pub mod consumer;
pub mod crm;
pub mod editor;
pub mod faults;
pub mod files;
pub mod fleet;
pub mod functions;
pub mod history;
pub mod model;
pub mod portions;
pub mod post;
pub mod queues;
pub mod registrar;
pub mod schedule;
pub mod shop;
pub mod stream;
pub mod tables;
pub mod template;
pub mod traffic;
pub mod weakness;
pub mod workload;
pub mod world;
