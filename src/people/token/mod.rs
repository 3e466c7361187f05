//! API tokens. Only their hashes are stored; the token itself is shown once.

pub mod create;
pub mod db;
pub mod list;
pub mod revoke;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<create::Create>(), Row::of::<list::List>(), Row::of::<revoke::Revoke>()]
}
