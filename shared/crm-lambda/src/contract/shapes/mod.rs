//! What the API answers: made by the views, described in the document. An absent member is not known.

mod campaigns;
mod customers;
mod operations;
mod segments;
mod users;

pub use campaigns::*;
pub use customers::*;
pub use operations::*;
pub use segments::*;
pub use users::*;
