//! `follow_dataset`, `follow_group`, `follow_user`.

use action::Ctx;
use base::{Error, Result, time::Stamp};
use catalog::{group, member::db::Followed, package};
use serde::Serialize;

use super::{db, own_and};

/// That a user follows something.
#[derive(Serialize)]
pub struct Following {
    follower_id: String,
    object_id: String,
    datetime: Stamp,
}

of_each_kind! {
    Write, "What.", (String, String), Following, allow, follow;
    "follow_dataset", Dataset, DatasetParams,
        "Lets the caller follow a dataset that he may read.",
        "Id or name of the dataset.";
    "follow_group", Group, GroupParams,
        "Lets the caller follow an organization or group that he may read.",
        "Id or name of the organization or group.";
    "follow_user", User, UserParams,
        "Lets the caller follow another user.",
        "Id or name of the user.";
}

/// Everybody with a name, what he may read. What does not exist is a fault of the input, as CKAN's answers show.
fn allow(ctx: &mut Ctx, kind: Followed, key: Option<&String>) -> Result<(String, String)> {
    let (own, object) = own_and(ctx, kind, (key, "follow"))?;
    let word = kind.as_str();
    let fault = || Error::invalid_text(format!("Error validating the schema of the {word} to follow."));
    let id = object.ok_or_else(fault)?.id;
    match kind {
        Followed::Dataset => {
            let document = package::allow::find(ctx, &id, "")?;
            package::allow::may_read(&ctx.actor, &document)?;
        }
        Followed::Group => {
            let found = ctx.app.quotes.find(&id).ok_or_else(fault)?;
            group::allow::may_read(ctx, &found.row, false)?;
        }
        Followed::User if id == own => return Err(Error::invalid_text("You cannot follow yourself")),
        Followed::User => {}
    }
    Ok((own, id))
}

/// Following twice is following once.
fn follow(ctx: &mut Ctx, kind: Followed, (user, object): (String, String)) -> Result<Following> {
    db::insert(ctx.db()?, &user, kind, &object)?;
    let since = db::since(ctx.db()?, &user, kind, &object)?
        .ok_or_else(|| Error::conflict("Somebody else has just changed this. Please try again."))?;
    Ok(Following { follower_id: user, object_id: object, datetime: Stamp::from_naive(since) })
}
