//! The HTTP edge: requests become parameters, answers become CKAN's envelopes, datasets become RDF.
//!
//! Must never speak SQL and never decide who may do what.

mod account;
mod action_api;
mod arrival;
mod conditional;
mod dcat;
mod download;
mod envelope;
mod error;
mod export;
mod extract;
mod feeds;
mod gather;
mod health;
mod i18n;
mod lanes;
mod language;
mod messages;
mod middleware;
mod pages;
mod responses;
mod routes;
mod script;
mod server;
mod util;

pub use server::{Options, Running, serve};
