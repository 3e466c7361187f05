//! Tags: free ones, which come and go with the datasets that carry them, and those of vocabularies.

pub mod autocomplete;
pub mod create;
pub mod db;
pub mod delete;
pub mod list;
pub mod search;
pub mod show;
pub mod view;
pub mod write;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<autocomplete::Autocomplete>(),
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<search::Search>(),
        Row::of::<show::Show>(),
    ]
}
