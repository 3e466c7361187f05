//! Translations of single terms, such as tags.

pub mod db;
pub mod show;
pub mod update;
pub mod update_many;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<show::Show>(), Row::of::<update::Update>(), Row::of::<update_many::UpdateMany>()]
}
