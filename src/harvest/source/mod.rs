//! Sources: which portals are harvested, how and how often.

pub mod allow;
pub mod check;
pub mod clear;
pub mod create;
pub mod db;
pub mod delete;
pub mod frequency;
pub mod list;
pub mod patch;
pub mod show;
pub mod update;
pub mod view;

use action::Row;

pub use db::Source;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<show::Show>(),
        Row::of::<list::List>(),
        Row::of::<patch::Patch>(),
        Row::of::<update::Update>(),
        Row::of::<delete::Delete>(),
        Row::of::<clear::Clear>(),
    ]
}
