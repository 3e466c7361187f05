//! `organization_update`.

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
    /// Replaces an organization. Plain fields, members and groups above it that are left out stay; extras do not.
    pub struct Update;
    /// The organization; `id` may be its name.
    pub struct UpdateParams(fields());
}

changes!(Update, UpdateParams, "organization_update", Organization, Replace);
