//! How a source is asked: one type a protocol, all behind one trait, so that the frame around a job knows none of them.
//!
//! A protocol fetches and reads; it must never touch the database.

pub mod ckan;

use std::sync::Arc;

use base::{Result, secret::Secret};
use fetch::Fetcher;
use scheming::Schemas;
use serde_json::{Map, Value};

use crate::source::{Source, check::config_of};

/// The types of source that can be harvested.
pub const TYPES: &[&str] = &["ckan"];

/// A remote dataset as it was met in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the remote calls it, for ever.
    pub guid: String,
    /// Its text as it came.
    pub raw: String,
    /// When the remote says that it changed.
    pub modified: Option<String>,
    pub state: State,
}

/// What the remote says of a dataset's life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Active,
    /// Still listed, to who may see it: here it is gone.
    Deleted,
    /// Not public yet: it is not taken, and what was taken before stays.
    Draft,
}

/// A part of a listing.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<Item>,
    /// What stood in the listing and cannot even be called by an id.
    pub faults: Vec<String>,
    /// Where the next page begins; `None` behind the last one.
    pub next: Option<Value>,
    /// How many datasets the remote says it has.
    pub total: Option<u64>,
    /// True when something that exists may be missing from the page: then nothing may be taken for vanished.
    pub incomplete: bool,
    /// True when the listing moved since the page before: what it holds may have been passed over.
    pub shifted: bool,
}

/// What a failure of a page means for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The same page may come a moment later.
    Passing,
    /// The remote may answer a moment later; if it does not, no other page will come either.
    Away,
    /// This page will not come, a smaller one might.
    Page,
    /// Nothing will come.
    Fatal,
}

/// Why a page did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    pub severity: Severity,
}

impl Fault {
    /// A fault with its text for the report.
    #[must_use]
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { message: message.into(), severity }
    }
}

/// How to go on behind a page that does not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retreat {
    /// Ask for less from the same place.
    Smaller(Value),
    /// Leave something out.
    Past(Value),
}

/// What a mapping may quote: ids of this side.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub source: &'a Source,
    pub job_id: &'a str,
    pub object_id: &'a str,
    pub package_id: &'a str,
    /// What fields datasets have here beside CKAN's.
    pub schemas: &'a Schemas,
}

/// An organization or group of the remote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteGroup {
    pub id: String,
    pub name: String,
    pub title: String,
    pub description: String,
    pub image_url: String,
}

/// A dataset as it shall be stored, but for what only the database knows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapped {
    pub dict: Map<String, Value>,
    /// What of the remote's dataset is left out because it is too much, a sentence each.
    pub cuts: Vec<String>,
    /// The organization that shall own it, if it can be had; else the source's does.
    pub organization: Option<RemoteGroup>,
    pub groups: Vec<RemoteGroup>,
    /// True: what is missing here of the above shall be made.
    pub create_organization: bool,
    pub create_groups: bool,
}

/// A way to harvest.
pub trait Protocol: Send + Sync {
    /// The page at a place; `null` is the beginning.
    ///
    /// # Errors
    /// See [`Severity`].
    fn page(&self, place: &Value) -> std::result::Result<Page, Fault>;

    /// How to go on when the page at this place does not come; `None`: not at all.
    fn retreat(&self, place: &Value) -> Option<Retreat>;

    /// True when the remote still has this dataset, asked for by itself.
    ///
    /// # Errors
    /// When it cannot say.
    fn is_there(&self, guid: &str) -> std::result::Result<bool, Fault>;

    /// Reads an item, without what changes from one request to the next by itself.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn parse(&self, item: &Item) -> std::result::Result<Map<String, Value>, String>;

    /// Makes of what was read the dataset to store.
    ///
    /// # Errors
    /// Why it cannot be stored.
    fn map(&self, read: Map<String, Value>, place: Place) -> std::result::Result<Mapped, String>;

    /// The remote's own account of an organization or group; `None` when there is none.
    fn group(&self, _remote: &RemoteGroup, _is_organization: bool) -> Option<Map<String, Value>> {
        None
    }

    /// True: unchanged items are read again.
    fn is_forced(&self) -> bool {
        false
    }
}

/// Checks a configuration for a type of source.
///
/// # Errors
/// What is wrong with it, for the error dict.
pub fn check(kind: &str, config: &Map<String, Value>) -> std::result::Result<(), String> {
    match kind {
        "ckan" => ckan::config::Config::read(config).map(drop),
        _ => Ok(()),
    }
}

/// The protocol of a source.
///
/// # Errors
/// Validation, when the type or configuration is not known any more.
pub fn open(source: &Source, key: Option<Secret>, fetcher: Arc<Fetcher>) -> Result<Box<dyn Protocol>> {
    match source.type_.as_str() {
        "ckan" => {
            let config = ckan::config::Config::read(&config_of(source)).map_err(|fault| base::Error::invalid("config", fault))?;
            Ok(Box::new(ckan::Ckan::new(&source.url, config, key, fetcher)))
        }
        other => Err(base::Error::invalid("source_type", format!("Unknown harvester type: {other}"))),
    }
}
