//! `group_patch`.

use action::{Action, Ctx, FileField, Kind, Raw};
use base::Result;
use store::quotes::GroupRow;

use super::{
    Family,
    create::fields,
    update::{Change, change, changes, permitted},
};
use crate::picture;

action::declare! {
    /// Changes the fields of a group that are sent; all others stay.
    pub struct Patch;
    /// The group; `id` may be its name.
    pub struct PatchParams(fields());
}

changes!(Patch, PatchParams, "group_patch", Group, Merge);
