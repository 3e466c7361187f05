//! People: users, the tokens and sessions that prove who they are, what they follow, and what they are told of it.

pub mod digest;
pub mod following;
pub mod mail;
pub mod session;
pub mod token;
pub mod user;

use action::Row;

/// Every action of this room.
#[must_use]
pub fn rows() -> Vec<Row> {
    [digest::rows(), following::rows(), token::rows(), user::rows()].concat()
}
