//! Members: users in organizations and groups, with their role.

pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod view;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<list::List>(), Row::of::<create::Create>(), Row::of::<delete::Delete>()]
}
