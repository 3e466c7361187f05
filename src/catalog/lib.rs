//! The catalog itself, a folder a noun.

pub mod activity;
pub mod collaborator;
pub mod config_option;
pub mod file;
pub mod flag;
pub mod group;
pub mod language;
pub mod license;
pub mod member;
pub mod organization;
pub mod package;
pub mod picture;
pub mod relationship;
pub mod resource;
pub mod resource_view;
pub mod schema;
pub mod site;
pub mod tag;
pub mod task_status;
pub mod term_translation;
pub mod vocabulary;

use std::sync::Arc;

use action::{App, Row};

/// Every action of the catalog.
#[must_use]
pub fn rows() -> Vec<Row> {
    [
        collaborator::rows(),
        config_option::rows(),
        activity::rows(),
        file::rows(),
        package::rows(),
        relationship::rows(),
        resource::rows(),
        resource_view::rows(),
        organization::rows(),
        group::rows(),
        member::rows(),
        tag::rows(),
        license::rows(),
        schema::rows(),
        site::rows(),
        vocabulary::rows(),
        task_status::rows(),
        term_translation::rows(),
    ]
    .concat()
}

/// What the follower keeps up to date.
#[must_use]
pub fn follower(app: &Arc<App>) -> Box<dyn store::Apply> {
    Box::new(package::index::Applier::new(Arc::clone(app)))
}
