//! The site itself: what it is and what its actions do.

pub mod help;
pub mod read;
pub mod status;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<help::Help>(), Row::of::<read::Read>(), Row::of::<status::Status>()]
}
