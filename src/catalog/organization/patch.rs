//! `organization_patch`.

use action::{Action, Ctx, FileField, Kind, Raw};
use base::Result;
use store::quotes::GroupRow;

use crate::{
    group::{
        Family,
        create::fields,
        update::{Change, change, changes, permitted},
    },
    picture,
};

action::declare! {
    /// Changes the fields of an organization that are sent; all others stay.
    pub struct Patch;
    /// The organization; `id` may be its name.
    pub struct PatchParams(fields());
}

changes!(Patch, PatchParams, "organization_patch", Organization, Merge);
