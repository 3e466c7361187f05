//! People: users and the tokens that prove who they are.

pub mod token;
pub mod user;

use action::Row;

/// Every action of this room.
#[must_use]
pub fn rows() -> Vec<Row> {
    [user::rows(), token::rows()].concat()
}
