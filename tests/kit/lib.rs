//! What the tests stand on: a real private PostgreSQL, a database a test, the program's parts put together.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up should fail at once"
)]

mod app;
mod database;
mod http;

pub use app::TestApp;
pub use database::TestDb;
pub use http::{Response, TestServer};
