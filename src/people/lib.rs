//! People: users, the tokens and sessions that prove who they are, and what they follow.

pub mod following;
pub mod mail;
pub mod session;
pub mod token;
pub mod user;

use action::Row;

/// Every action of this room.
#[must_use]
pub fn rows() -> Vec<Row> {
    [following::rows(), token::rows(), user::rows()].concat()
}
