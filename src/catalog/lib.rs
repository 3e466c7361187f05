//! The catalog itself, a folder a noun.

pub mod flag;
pub mod license;
pub mod member;
pub mod package;
pub mod resource;
pub mod site;
pub mod tag;

use std::sync::Arc;

use action::{App, Row};

/// Every action of the catalog.
#[must_use]
pub fn rows() -> Vec<Row> {
    [package::rows(), resource::rows(), license::rows(), site::rows(), tag::rows(), member::rows()].concat()
}

/// What the follower keeps up to date.
#[must_use]
pub fn follower(app: &Arc<App>) -> Box<dyn store::Apply> {
    Box::new(package::index::Applier::new(Arc::clone(app)))
}
