//! Full-text search over datasets with CKAN's query language: the index, its writer, its own query parser and its facets.
//!
//! The index is derived: it can be built anew from the database at any time. Must never hand a caller's text to the engine's
//! own parser, never let a caller's text near the permission labels, and never wait for the disk.

mod analyze;
mod compare;
mod cost;
mod cursor;
mod dates;
mod declared;
mod directory;
mod dismax;
mod document;
mod explain;
mod facet;
mod function;
mod highlight;
mod holders;
mod index;
mod lex;
mod listing;
mod live;
mod parse;
mod piece;
mod prose;
mod quarantine;
mod query;
mod question;
mod rank;
mod reader;
mod rebuild;
mod repair;
mod request;
mod scan;
mod schema;
mod shared;
mod sort;
mod suggest;
mod tending;
mod terms;
mod title;
mod tree;
mod view;
mod word;
mod writer;

pub use analyze::language::Language;
pub use compare::Prints;
pub use cost::is_costly;
pub use cursor::START;
pub use document::{Pairs, SearchDocument, Text, fields, search_document};
pub use highlight::Words;
pub use index::{Index, Page};
pub use live::{Change, Mark};
pub use prose::{is_in_schema, prose};
pub use quarantine::{Quarantined, guarded, trial};
pub use rebuild::Rebuild;
pub use repair::Readings;
pub use request::{Facets, Found, Hit, Ranking, Request};

use base::Error;
use tantivy::TantivyError;

/// What the engine's failure is to us: a question that cannot be, a search past its time, or a fault.
fn failed(error: TantivyError) -> Error {
    match error {
        TantivyError::InternalError(text) if text == scan::TOO_LONG => view::too_long(),
        TantivyError::InvalidArgument(text) | TantivyError::SchemaError(text) => {
            Error::search("The query does not fit the fields").context(text)
        }
        TantivyError::LockFailure(..) | TantivyError::OpenWriteError(_) | TantivyError::IoError(_) => {
            Error::unavailable(format!("search index: {error}"))
        }
        other => Error::internal(format!("search index: {other}")),
    }
}

/// Document numbers are 32 bits wide; memory is at least that.
fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod cursor_tests;
#[cfg(test)]
mod language_tests;
#[cfg(test)]
mod measure;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod ranking_tests;
#[cfg(test)]
mod rebuild_tests;
#[cfg(test)]
mod relevance_tests;
#[cfg(test)]
mod tests;
