//! The only outgoing HTTP of the program.
//!
//! Whatever URL a user, a remote catalog or a redirect names is fetched under one guard: public addresses only, few
//! redirects, bounded bytes and time. Must never open a connection to an address that the guard has not seen.

pub mod body;
pub mod client;
pub mod error;
pub mod guard;

pub use client::{Answer, Fetcher, Options, Request, check};
pub use error::{Error, Result};
pub use guard::is_global;
