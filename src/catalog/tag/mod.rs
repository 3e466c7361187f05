//! Tags.

pub mod db;
pub mod list;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<list::List>()]
}
