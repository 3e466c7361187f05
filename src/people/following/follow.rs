//! `follow_dataset`, `follow_group`, `follow_user`.

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result, time::Stamp};
use catalog::{group, member::db::Followed, package};
use serde::Serialize;

use super::{db, find};

/// That a user follows something.
#[derive(Serialize)]
pub struct Following {
    follower_id: String,
    object_id: String,
    datetime: Stamp,
}

macro_rules! follow {
    ($name:literal, $action:ident, $params:ident, $kind:expr, $doc:literal, $id_doc:literal) => {
        action::declare! {
            #[doc = $doc]
            pub struct $action;
            /// What.
            pub struct $params {
                #[doc = $id_doc]
                id: String,
            }
        }

        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Write;
            type Params = $params;
            /// Id of the caller and of what he wants to follow.
            type Subject = (String, String);
            type Output = Following;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<(String, String)> {
                allow(ctx, $kind, params.id.as_deref())
            }

            fn run(ctx: &mut Ctx, _params: $params, subject: (String, String)) -> Result<Following> {
                follow(ctx, $kind, subject)
            }
        }
    };
}

follow!(
    "follow_dataset",
    Dataset,
    DatasetParams,
    Followed::Dataset,
    "Lets the caller follow a dataset that he may read.",
    "Id or name of the dataset."
);
follow!(
    "follow_group",
    Group,
    GroupParams,
    Followed::Group,
    "Lets the caller follow an organization or group that he may read.",
    "Id or name of the organization or group."
);
follow!("follow_user", User, UserParams, Followed::User, "Lets the caller follow another user.", "Id or name of the user.");

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<Dataset>(), Row::of::<Group>(), Row::of::<User>()]
}

/// Everybody with a name, what he may read. What does not exist is a fault of the input, as CKAN's answers show.
fn allow(ctx: &mut Ctx, kind: Followed, key: Option<&str>) -> Result<(String, String)> {
    let word = kind.as_str();
    let own = ctx.actor.id().ok_or_else(|| Error::denied(format!("You must be logged in to follow {word}s")))?.to_owned();
    let object = match key.filter(|key| !key.is_empty()) {
        Some(key) => find(ctx, kind, key)?,
        None => None,
    };
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
