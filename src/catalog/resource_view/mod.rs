//! Views: how a resource is looked at (as text, picture, table). They belong to the resource and go with it.

pub mod allow;
pub mod check;
pub mod clear;
pub mod create;
pub mod db;
pub mod defaults;
pub mod delete;
pub mod list;
pub mod plugin;
pub mod reorder;
pub mod show;
pub mod update;
pub mod view;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<clear::Clear>(),
        Row::of::<create::Create>(),
        Row::of::<defaults::OfPackage>(),
        Row::of::<defaults::OfResource>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<reorder::Reorder>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
    ]
}
