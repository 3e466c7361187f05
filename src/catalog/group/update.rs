//! `group_update`, and the one rule by which organizations and groups are updated and patched.

use action::{Action, Ctx, Dict, FileField, Kind, Raw};
use base::Result;
use store::quotes::GroupRow;

use super::{
    Family, allow, check,
    create::fields,
    view::{self, Options},
    write,
};
use crate::{
    package::allow::needed,
    picture::{self, Of},
};

action::declare! {
    /// Replaces a group. Plain fields, members, datasets and groups above it that are left out stay; extras do not.
    pub struct Update;
    /// The group; `id` may be its name.
    pub struct UpdateParams(fields());
}

/// What becomes of extras that are left out; all else that is left out stays in either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// `*_update`: they go.
    Replace,
    /// `*_patch`: they stay.
    Merge,
}

/// `*_update` and `*_patch` of both families.
macro_rules! changes {
    ($action:ident, $params:ident, $name:literal, $family:ident, $change:ident) => {
        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Write;
            const FILES: &'static [FileField] = picture::OF_GROUP;
            type Params = $params;
            type Subject = GroupRow;
            type Output = Raw;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<GroupRow> {
                permitted(ctx, Family::$family, &params.0, Change::$change)
            }

            fn run(ctx: &mut Ctx, params: $params, before: GroupRow) -> Result<Raw> {
                change(ctx, Family::$family, &params.0, &before, Change::$change)
            }
        }
    };
}
pub(crate) use changes;

changes!(Update, UpdateParams, "group_update", Group, Replace);

/// The locked one that may be changed.
///
/// # Errors
/// Validation without an id; NotFound; Denied.
pub fn permitted(ctx: &mut Ctx, family: Family, dict: &Dict, change: Change) -> Result<GroupRow> {
    let reason = match change {
        Change::Replace => "Group was not found.",
        Change::Merge => "",
    };
    allow::may_update(ctx, family, needed(dict.text("id").as_ref(), "id")?, reason)
}

/// Checks and stores what is new; answers it with its newest datasets.
///
/// # Errors
/// Validation with all faults.
pub fn change(ctx: &mut Ctx, family: Family, dict: &Dict, before: &GroupRow, change: Change) -> Result<Raw> {
    let mut dict = dict.0.clone();
    let file = picture::take(ctx, Of::Group, &mut dict, Some(&before.image_url))?;
    let draft = check::read(ctx, family, &dict, Some((before, change == Change::Merge)))?;
    let row = write::update(ctx, before, draft)?;
    picture::put(ctx, Of::Group, file, &row.image_url)?;
    view::one(ctx, family, &row, Options { datasets: true, followers: false, ..Options::WRITTEN })
}
