//! What a model is asked, and what is made of its answers: `gemini` speaks to the service, the rest decides.
//!
//! Nothing here writes anything but the state that asking itself needs (answers for a while, tokens spent, the breaker).

mod error;
pub mod gemini;
pub mod schema;

pub use error::{AiError, Refusal};
