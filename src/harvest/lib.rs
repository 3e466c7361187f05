//! Harvests: other portals' datasets, fetched, compared and stored on a schedule.
//!
//! A source is where to harvest, a job is one run over it, an object is one remote dataset and what became of it here.
//! Datasets are written by the catalog's own write path in batches; must never write a dataset that did not change.

pub mod job;
pub mod object;
pub mod protocol;
pub mod queue;
pub mod run;
pub mod source;

use action::Row;

pub use run::{
    Options, Worker,
    progress::{Progress, progress},
};

/// Every action of harvesting, with the names and shapes of ckanext-harvest.
#[must_use]
pub fn rows() -> Vec<Row> {
    [source::rows(), job::rows(), object::rows(), queue::rows()].concat()
}
