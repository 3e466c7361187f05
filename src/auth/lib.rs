//! Who is asking, what a role allows, and the secrets that prove it.
//!
//! Facts in, yes or a reason out: must never read a database.

pub mod actor;
pub mod jwt;
pub mod password;
pub mod role;
pub mod seal;
pub mod token;

pub use actor::Actor;
pub use role::{Permission, Role};
pub use seal::Sealer;
