//! Collaborators: users who may read or write one dataset without belonging to its organization
//! (`ckan.auth.allow_dataset_collaborators`).

pub mod allow;
pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod list_for_user;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<list_for_user::ListForUser>(),
    ]
}
