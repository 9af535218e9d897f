//! The API's contract: the shapes that travel, and the `OpenAPI` document made of them and of [`crate::routes`].

mod absence;
pub mod ai;
pub mod costs;
mod document;
pub mod files;
pub mod launches;
pub mod queues;
pub mod reports;
pub mod requests;
pub mod settings;
pub mod shapes;
pub mod suppressions;
pub mod webhooks;

pub use document::document;
