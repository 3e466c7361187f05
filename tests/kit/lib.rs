//! What the tests stand on: a real private PostgreSQL, a database a test, the program's parts put together.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up should fail at once"
)]

mod app;
pub mod client;
mod database;
mod http;
mod parts;
mod s3;

pub use app::TestApp;
pub use client::{Connection, Response};
pub use database::TestDb;
pub use http::TestServer;
pub use parts::Form;
pub use s3::S3;

/// Waits until something holds, at most so long.
///
/// # Panics
/// When it does not come to hold.
pub fn within(limit: std::time::Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let begin = std::time::Instant::now();
    while !holds() {
        assert!(begin.elapsed() < limit, "{what} does not hold after {limit:?}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// Waits until something holds that needs a moment, on however busy a machine.
///
/// # Panics
/// When it does not come to hold within a minute.
pub fn soon(what: &str, holds: impl FnMut() -> bool) {
    within(std::time::Duration::from_secs(60), what, holds);
}
