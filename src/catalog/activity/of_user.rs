//! `user_activity_list`.

use action::{Action, Ctx, Documented, Kind};
use base::{Error, ErrorDict, Result};

use super::{
    allow,
    db::{Scope, Wanted},
    of_package::{ListParams, run, wanted},
    view::View,
};
use crate::member;

/// See its help text.
pub struct OfUser;

impl Documented for OfUser {
    const DOC: &'static str = " Returns the activities by and about a user, newest first.\n";
}

impl Action for OfUser {
    const NAME: &'static str = "user_activity_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = Wanted;
    type Output = Vec<View>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<Wanted> {
        let mut errors = ErrorDict::default();
        let (id, wanted) = wanted(ctx, params, &mut errors);
        errors.into_result()?;
        if ctx.actor.is_anonymous() && !ctx.app.settings.auth.public_user_details {
            return Err(Error::denied(""));
        }
        let user = member::db::find_user(ctx.db()?, &id)?.ok_or_else(|| Error::not_found(""))?;
        Ok(Wanted { scope: Scope::User(user.id), hidden: allow::hidden(ctx), types: None, ..wanted })
    }

    fn run(ctx: &mut Ctx, _params: ListParams, wanted: Wanted) -> Result<Vec<View>> {
        run(ctx, &wanted)
    }
}
