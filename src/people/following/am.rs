//! `am_following_dataset`, `am_following_group`, `am_following_user`.

use action::Ctx;
use base::{Error, Result};
use catalog::member::db::Followed;

use super::{Object, db, needed};

of_each_kind! {
    Read, "What.", (String, Object), bool, allow, follows;
    "am_following_dataset", Dataset, DatasetParams,
        "Tells whether the caller follows a dataset.",
        "Id or name of the dataset.";
    "am_following_group", Group, GroupParams,
        "Tells whether the caller follows an organization or group.",
        "Id or name of the organization or group.";
    "am_following_user", User, UserParams,
        "Tells whether the caller follows another user.",
        "Id or name of the user.";
}

fn allow(ctx: &mut Ctx, kind: Followed, key: Option<&String>) -> Result<(String, Object)> {
    let object = needed(ctx, kind, key)?;
    let own = ctx.actor.id().ok_or_else(|| Error::denied(""))?.to_owned();
    Ok((own, object))
}

fn follows(ctx: &mut Ctx, kind: Followed, (user, object): (String, Object)) -> Result<bool> {
    Ok(!object.deleted && db::since(ctx.db()?, &user, kind, &object.id)?.is_some())
}
