//! Organizations, which own datasets and whose members may change them. What they share with groups is in
//! `crate::group`.

pub mod autocomplete;
pub mod bulk;
pub mod create;
pub mod delete;
pub mod list;
pub mod list_for_user;
pub mod patch;
pub mod purge;
pub mod show;
pub mod update;

use action::Row;

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<autocomplete::Autocomplete>(),
        Row::of::<bulk::Delete>(),
        Row::of::<bulk::Private>(),
        Row::of::<bulk::Public>(),
        Row::of::<create::Create>(),
        Row::of::<delete::Delete>(),
        Row::of::<list::List>(),
        Row::of::<list_for_user::ListForUser>(),
        Row::of::<patch::Patch>(),
        Row::of::<purge::Purge>(),
        Row::of::<show::Show>(),
        Row::of::<update::Update>(),
    ]
}
