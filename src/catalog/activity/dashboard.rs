//! `dashboard_activity_list`.

use action::{Action, Ctx, Documented, Kind};
use base::Result;

use super::{
    allow,
    db::{self, Scope, Wanted},
    of_package::run,
    recent::{PartParams, part},
    view::View,
};
use crate::member;

/// See its help text.
pub struct List;

impl Documented for List {
    const DOC: &'static str = " Returns the caller's own activities and those of what he follows, newest first.\n\n \
        `is_new`: it happened since he looked last, and he did not do it himself.\n";
}

impl Action for List {
    const NAME: &'static str = "dashboard_activity_list";
    const KIND: Kind = Kind::Read;
    type Params = PartParams;
    type Subject = (String, Wanted);
    type Output = Vec<View>;

    fn allow(ctx: &mut Ctx, params: &PartParams) -> Result<(String, Wanted)> {
        permitted(ctx, params)
    }

    fn run(ctx: &mut Ctx, _params: PartParams, (user, wanted): (String, Wanted)) -> Result<Vec<View>> {
        marked(ctx, &user, &wanted)
    }
}

/// Whose dashboard, and which part of it.
///
/// # Errors
/// Validation; Denied for nobody.
pub fn permitted(ctx: &Ctx, params: &PartParams) -> Result<(String, Wanted)> {
    let mut wanted = part(ctx, params, Scope::Packages)?;
    let user = allow::logged_in(ctx)?;
    wanted.scope = Scope::Dashboard(user.clone());
    Ok((user, wanted))
}

/// The list, with what is new in it.
///
/// # Errors
/// What the database says.
pub fn marked(ctx: &mut Ctx, user: &str, wanted: &Wanted) -> Result<Vec<View>> {
    let mut list = run(ctx, wanted)?;
    // Who has never looked has seen what was there before he came.
    let seen = match db::last_viewed(ctx.db()?, user)? {
        Some(seen) => Some(seen),
        None => member::db::find_user(ctx.db()?, user)?.map(|user| user.created),
    };
    for view in &mut list {
        let foreign = view.user_id.as_deref() != Some(user);
        view.is_new = Some(foreign && seen.is_none_or(|seen| view.timestamp.naive() > seen));
    }
    Ok(list)
}
