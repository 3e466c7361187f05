//! The catalog as DCAT-AP 3: datasets in, Turtle, RDF/XML or JSON-LD out.
//!
//! Must never write RDF that a parser refuses, whatever a publisher typed: what cannot be repaired is left out. Must
//! never hold more than one dataset's graph, and must never know of HTTP or a database.

pub mod format;
mod graph;
mod own;
pub mod page;
pub mod site;
mod value;
mod vocab;
mod write;

pub use format::Format;
pub use own::spread;
pub use page::Page;
pub use site::{Publisher, Site};
pub use write::{CatalogWriter, dataset, dataset_iri, dcat_us, schemaorg};
