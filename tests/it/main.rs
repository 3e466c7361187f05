//! The integration tests: the real parts on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets something else should fail at once")]

mod feed;
mod house;
mod migrations;
mod package;
mod people_of;
mod resource;
mod token;
mod user;
