//! Members: users in organizations and groups, with their role.

pub mod db;
pub mod view;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    Vec::new()
}
