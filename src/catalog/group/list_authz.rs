//! `group_list_authz`: the groups whose datasets somebody may choose.

use std::collections::HashSet;

use action::{Action, Ctx, Kind, Raw};
use base::Result;
use store::quotes::GroupRow;

use super::{
    Family,
    view::{self, Options},
};
use crate::{
    flag::{Flag, flag},
    member,
};

action::declare! {
    /// Returns the groups that the caller may put datasets into: those where he has a role; a sysadmin's are all.
    pub struct ListAuthz;
    /// Which of them, and how much of each.
    pub struct ListAuthzParams {
        /// Accepted for CKAN's sake: there is no dataset whose groups could be left out.
        available_only: Flag,
        /// True: also a sysadmin gets only those where he has a role.
        am_member: Flag,
        /// True: with the number of datasets.
        include_dataset_count: Flag,
        /// True: with the number of members.
        include_member_count: Flag,
    }
}

impl Action for ListAuthz {
    const NAME: &'static str = "group_list_authz";
    const KIND: Kind = Kind::Read;
    type Params = ListAuthzParams;
    type Subject = ();
    type Output = Raw;

    fn allow(_ctx: &mut Ctx, _params: &ListAuthzParams) -> Result<()> {
        Ok(())
    }

    fn run(ctx: &mut Ctx, params: ListAuthzParams, (): ()) -> Result<Raw> {
        let all = ctx.actor.is_sysadmin() && !flag(params.am_member, false)?;
        let options = Options {
            count: flag(params.include_dataset_count, false)?,
            members: flag(params.include_member_count, false)?,
            ..Options::default()
        };
        // A role that holds from above is none for this list.
        let own = match ctx.actor.id().map(str::to_owned) {
            Some(id) if !all => member::db::of_user(ctx.db()?, &id)?,
            _ => HashSet::new(),
        };
        let mine = |row: &GroupRow| !row.is_organization && row.state == "active" && (all || own.contains(&row.id));
        let mut groups = ctx.app.quotes.filter(|group| mine(&group.row));
        groups.sort_by_cached_key(|group| (group.row.display_name().to_lowercase(), group.row.name.clone()));
        view::all(ctx, Family::Group, &groups, options)
    }
}
