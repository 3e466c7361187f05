//! The shapes that clients see, a file a noun, and the pure rules of what is valid.
//!
//! Must never ask a database, a clock or the network.

mod beside;
pub mod check;
pub mod document;
pub mod format;
pub mod license;
pub mod organization;
pub mod package;
pub mod resource;
pub mod revise;
pub mod translated;

pub use document::Document;
pub use organization::{GroupFields, GroupQuote, OrganizationQuote};
pub use package::{Extra, Package, Tag};
pub use resource::Resource;
pub use translated::Translated;
