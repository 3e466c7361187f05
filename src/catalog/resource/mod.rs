//! Resources: the files, links and services of a dataset. Each write of one is a write of its dataset, under the
//! dataset's lock, so that parallel writes all survive.

pub mod allow;
pub mod create;
pub mod db;
pub mod delete;
pub mod format_autocomplete;
pub mod matching;
pub mod patch;
pub mod search;
pub mod show;
pub mod update;
pub mod upload;
pub mod write;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
        Row::of::<patch::Patch>(),
        Row::of::<delete::Delete>(),
        Row::of::<format_autocomplete::FormatAutocomplete>(),
        Row::of::<search::Search>(),
    ]
}
