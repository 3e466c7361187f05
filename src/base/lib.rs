//! Words that every other room uses: errors, bounds, names, lenient JSON, letters, paging, time, priorities.
//!
//! Must never know of a catalog, a database or HTTP.

pub mod error;
pub mod id;
pub mod letters;
pub mod limits;
pub mod loose;
pub mod name;
pub mod page;
pub mod priority;
pub mod secret;
pub mod time;

pub use error::{Error, ErrorDict, Kind, Result};
