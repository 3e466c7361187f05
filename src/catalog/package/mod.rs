//! Datasets: the heart of the catalog.

pub mod allow;
pub mod autocomplete;
pub mod check;
pub mod create;
pub mod current;
pub mod db;
pub mod delete;
pub mod export;
pub mod index;
pub mod list;
pub mod owner_org_update;
pub mod patch;
pub mod purge;
pub mod rebuild;
pub mod reorder;
pub mod revise;
pub mod search;
mod search_additions;
pub mod show;
pub mod update;
pub mod write;

use action::Row;

pub use write::{Incoming, Outcome, delete_many, give_many, regroup_many, store_many, untag_many};

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<owner_org_update::OwnerOrgUpdate>(),
        Row::of::<patch::Patch>(),
        Row::of::<purge::Purge>(),
        Row::of::<search::Search>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
        Row::of::<autocomplete::Autocomplete>(),
        Row::of::<current::Current>(),
        Row::of::<reorder::Reorder>(),
        Row::of::<revise::Revise>(),
    ]
}
