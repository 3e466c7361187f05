//! The integration tests: the real parts on a real PostgreSQL.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that meets something else should fail at once")]

mod activity;
mod bulk;
mod collaborator;
mod config_option;
mod digest;
mod durability;
mod edges;
mod feed;
mod file;
mod finding;
mod flags;
mod following;
mod group;
mod harvest;
mod harvest_ownership;
mod hostile;
mod house;
mod http;
mod invite;
mod member;
mod migrations;
mod old_tokens;
mod openapi;
mod organization;
mod package;
mod people_of;
mod post_office;
mod program;
mod queue;
mod relationship;
mod resource;
mod resource_view;
mod revise;
mod rights;
mod rights_matrix;
mod session;
mod site;
mod site_user;
mod tag;
mod task_status;
mod token;
mod upload;
mod user;
mod user_change;
