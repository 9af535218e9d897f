//! What a model is asked, and what is made of its answers: `gemini` speaks to the service, `asking` decides whether and how
//! often, `assistant` what for. Where there is no model, or no answer of use, crm-words answers.
//!
//! Nothing here writes anything but the state that asking itself needs (answers for a while, tokens spent, the breaker).

mod asking;
mod assistant;
mod error;
pub mod gemini;
mod instructions;
pub mod schema;
mod settings;
mod vocabulary;

pub use asking::Asker;
pub use assistant::{Assistant, Store};
pub use error::{AiError, Refusal};
pub use gemini::Gemini;
pub use settings::{BadSettings, Settings};
