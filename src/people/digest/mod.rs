//! E-mails that tell people that there is something new in their dashboards.

pub mod db;
pub mod send;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<send::Send>().of_plugin("activity")]
}
