//! `am_following_dataset`, `am_following_group`, `am_following_user`.

use action::{Action, Ctx, Kind, Row};
use base::{Error, Result};
use catalog::member::db::Followed;

use super::{Object, db, needed};

macro_rules! am_following {
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
            const KIND: Kind = Kind::Read;
            type Params = $params;
            type Subject = (String, Object);
            type Output = bool;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<(String, Object)> {
                let object = needed(ctx, $kind, params.id.as_ref())?;
                let own = ctx.actor.id().ok_or_else(|| Error::denied(""))?.to_owned();
                Ok((own, object))
            }

            fn run(ctx: &mut Ctx, _params: $params, (user, object): (String, Object)) -> Result<bool> {
                Ok(!object.deleted && db::since(ctx.db()?, &user, $kind, &object.id)?.is_some())
            }
        }
    };
}

am_following!(
    "am_following_dataset",
    Dataset,
    DatasetParams,
    Followed::Dataset,
    "Tells whether the caller follows a dataset.",
    "Id or name of the dataset."
);
am_following!(
    "am_following_group",
    Group,
    GroupParams,
    Followed::Group,
    "Tells whether the caller follows an organization or group.",
    "Id or name of the organization or group."
);
am_following!(
    "am_following_user",
    User,
    UserParams,
    Followed::User,
    "Tells whether the caller follows another user.",
    "Id or name of the user."
);

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<Dataset>(), Row::of::<Group>(), Row::of::<User>()]
}
