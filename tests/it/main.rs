//! The integration tests: the real parts on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets something else should fail at once")]

mod feed;
mod harvest;
mod house;
mod member;
mod migrations;
mod organization;
mod package;
mod people_of;
mod program;
mod resource;
mod rights;
mod site;
mod token;
mod user;
