//! What fields a site's datasets, groups and organizations have beside CKAN's own: ckanext-scheming's files, read and
//! checked once at a start, and what they say of an object that a client sends.
//!
//! Must never ask a database, a clock or the network.

mod builtin;
mod check;
mod declare;
mod file;
mod fluent;
mod literal;
mod preset;
mod run;
mod schema;
mod schemas;
mod step;
mod yaml;

pub use builtin::LANGUAGES;
pub use check::{Checked, Scope};
pub use fluent::mirror;
pub use schema::{Family, Field, Schema};
pub use schemas::{Schemas, Sources};

#[cfg(test)]
mod tests;
