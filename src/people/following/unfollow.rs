//! `unfollow_dataset`, `unfollow_group`, `unfollow_user`.

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result};
use catalog::member::db::Followed;

use super::{db, find};

macro_rules! unfollow {
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
            /// Id of the caller and of what he wants to follow no longer.
            type Subject = (String, String);
            type Output = ();

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<(String, String)> {
                allow(ctx, $kind, params.id.as_deref())
            }

            fn run(ctx: &mut Ctx, _params: $params, (user, object): (String, String)) -> Result<()> {
                db::delete(ctx.db()?, &user, $kind, &object)
            }
        }
    };
}

unfollow!(
    "unfollow_dataset",
    Dataset,
    DatasetParams,
    Followed::Dataset,
    "Ends the caller's following of a dataset; nothing happens if he does not follow it.",
    "Id or name of the dataset."
);
unfollow!(
    "unfollow_group",
    Group,
    GroupParams,
    Followed::Group,
    "Ends the caller's following of an organization or group; nothing happens if he does not follow it.",
    "Id or name of the organization or group."
);
unfollow!(
    "unfollow_user",
    User,
    UserParams,
    Followed::User,
    "Ends the caller's following of a user; nothing happens if he does not follow him.",
    "Id or name of the user."
);

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<Dataset>(), Row::of::<Group>(), Row::of::<User>()]
}

fn allow(ctx: &mut Ctx, kind: Followed, key: Option<&str>) -> Result<(String, String)> {
    let missing = || Error::denied(format!("You must be logged in to unfollow {}s", kind.as_str()));
    let own = ctx.actor.id().ok_or_else(missing)?.to_owned();
    let object = match key.filter(|key| !key.is_empty()) {
        Some(key) => find(ctx, kind, key)?,
        None => None,
    };
    let object = object.ok_or_else(|| Error::invalid_text("Error validating the schema of the object to unfollow."))?;
    Ok((own, object.id))
}
