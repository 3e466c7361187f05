//! `group_show`, and what `organization_show` shares with it.

use std::sync::Arc;

use action::{Action, Ctx, Kind, Raw};
use base::Result;
use store::quotes::Group;

use super::{
    Family, allow,
    view::{self, Options},
};
use crate::{
    flag::{Flag, flag},
    package::allow::needed,
};

action::declare! {
    /// Returns a group.
    ///
    /// A deleted one is shown to its members alone.
    pub struct Show;
    /// Which one, and how much of it.
    pub struct ShowParams {
        /// Id or name.
        id: String,
        /// True: with its newest datasets, 10 at most.
        include_datasets: Flag,
        /// False: without the number of its datasets.
        include_dataset_count: Flag,
        /// False: without its extras.
        include_extras: Flag,
        /// False: without its members.
        include_users: Flag,
        /// False: without the groups above it.
        include_groups: Flag,
        /// False: without the number of its followers.
        include_followers: Flag,
        /// True: with the number of its members.
        include_member_count: Flag,
    }
}

impl Action for Show {
    const NAME: &'static str = "group_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = (Arc<Group>, Options);
    type Output = Raw;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<(Arc<Group>, Options)> {
        permitted(ctx, Family::Group, params)
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, (group, options): (Arc<Group>, Options)) -> Result<Raw> {
        view::one(ctx, Family::Group, &group.row, options)
    }
}

/// The one that may be shown, and what of it.
///
/// # Errors
/// Validation, NotFound, Denied.
pub fn permitted(ctx: &mut Ctx, family: Family, params: &ShowParams) -> Result<(Arc<Group>, Options)> {
    let key = needed(params.id.as_ref(), "id")?;
    let public = ctx.app.settings.auth.public_user_details;
    let asked = flag(params.include_users, false)?;
    let options = Options {
        count: flag(params.include_dataset_count, true)?,
        extras: flag(params.include_extras, true)?,
        users: flag(params.include_users, public)?,
        groups: flag(params.include_groups, true)?,
        followers: flag(params.include_followers, true)?,
        members: flag(params.include_member_count, false)?,
        datasets: flag(params.include_datasets, false)?,
    };
    let group = allow::find(ctx, family, key, "")?;
    allow::may_read(ctx, &group.row, asked)?;
    Ok((group, options))
}
