//! Objects: one remote dataset of a source each, and what became of it here.

pub mod create;
pub mod db;
pub mod list;
pub mod show;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<show::Show>(), Row::of::<list::List>(), Row::of::<create::Create>()]
}

/// The id of an object: the same remote dataset of the same source always gets the same one.
#[must_use]
pub fn id_of(source: &str, guid: &str) -> String {
    base::id::of_name("harvest-object", &format!("{source} {guid}"))
}
