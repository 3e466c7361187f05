//! `unfollow_dataset`, `unfollow_group`, `unfollow_user`.

use action::Ctx;
use base::{Error, Result};
use catalog::member::db::Followed;

use super::{db, own_and};

of_each_kind! {
    Write, "What.", (String, String), (), allow, unfollow;
    "unfollow_dataset", Dataset, DatasetParams,
        "Ends the caller's following of a dataset; nothing happens if he does not follow it.",
        "Id or name of the dataset.";
    "unfollow_group", Group, GroupParams,
        "Ends the caller's following of an organization or group; nothing happens if he does not follow it.",
        "Id or name of the organization or group.";
    "unfollow_user", User, UserParams,
        "Ends the caller's following of a user; nothing happens if he does not follow him.",
        "Id or name of the user.";
}

fn unfollow(ctx: &mut Ctx, kind: Followed, (user, object): (String, String)) -> Result<()> {
    db::delete(ctx.db()?, &user, kind, &object)
}

fn allow(ctx: &mut Ctx, kind: Followed, key: Option<&String>) -> Result<(String, String)> {
    let (own, object) = own_and(ctx, kind, (key, "unfollow"))?;
    let object = object.ok_or_else(|| Error::invalid_text("Error validating the schema of the object to unfollow."))?;
    Ok((own, object.id))
}
