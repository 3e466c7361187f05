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

use action::{App, Row};

/// The fields of resources beside CKAN's that searches know: those that `ckan.extra_resource_fields` names, and those that a
/// schema of the site declares.
#[must_use]
pub fn searched_fields(app: &App) -> Vec<&str> {
    let named = app.settings.search.resource_fields.iter().map(String::as_str);
    let mut fields: Vec<&str> = named.chain(app.settings.schemas.resource_fields()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

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
