//! `*_follower_count`, `*_followee_count`, `followee_count`.

use action::{Action, Ctx, Kind, Row};
use base::Result;
use catalog::member::db::{Followed, followers};

use super::{
    Object,
    db::{self, Followees as Wanted},
    needed,
};

macro_rules! count {
    ($name:literal, $action:ident, $params:ident, $kind:expr, $count:expr, $doc:literal, $id_doc:literal) => {
        action::declare! {
            #[doc = $doc]
            pub struct $action;
            /// Of what.
            pub struct $params {
                #[doc = $id_doc]
                id: String,
            }
        }

        impl Action for $action {
            const NAME: &'static str = $name;
            const KIND: Kind = Kind::Read;
            type Params = $params;
            type Subject = Object;
            type Output = i64;

            fn allow(ctx: &mut Ctx, params: &$params) -> Result<Object> {
                needed(ctx, $kind, params.id.as_ref())
            }

            fn run(ctx: &mut Ctx, _params: $params, object: Object) -> Result<i64> {
                if object.deleted { Ok(0) } else { $count(ctx, &object.id) }
            }
        }
    };
}

count!(
    "dataset_follower_count",
    DatasetFollowers,
    DatasetFollowersParams,
    Followed::Dataset,
    |ctx, id| count_followers(ctx, Followed::Dataset, id),
    "Returns how many users follow a dataset.",
    "Id or name of the dataset."
);
count!(
    "group_follower_count",
    GroupFollowers,
    GroupFollowersParams,
    Followed::Group,
    |ctx, id| count_followers(ctx, Followed::Group, id),
    "Returns how many users follow a group.",
    "Id or name of the group."
);
count!(
    "organization_follower_count",
    OrganizationFollowers,
    OrganizationFollowersParams,
    Followed::Group,
    |ctx, id| count_followers(ctx, Followed::Group, id),
    "Returns how many users follow an organization.",
    "Id or name of the organization."
);
count!(
    "user_follower_count",
    UserFollowers,
    UserFollowersParams,
    Followed::User,
    |ctx, id| count_followers(ctx, Followed::User, id),
    "Returns how many users follow a user.",
    "Id or name of the user."
);
count!(
    "followee_count",
    Followees,
    FolloweesParams,
    Followed::User,
    |ctx, id| count_followees(ctx, id, &Wanted::ALL),
    "Returns how many users, datasets, groups and organizations a user follows. Of datasets those that the caller may read.",
    "Id or name of the user."
);
count!(
    "dataset_followee_count",
    DatasetFollowees,
    DatasetFolloweesParams,
    Followed::User,
    |ctx, id| count_followees(ctx, id, &[Wanted::Datasets]),
    "Returns how many datasets a user follows that the caller may read.",
    "Id or name of the user."
);
count!(
    "user_followee_count",
    UserFollowees,
    UserFolloweesParams,
    Followed::User,
    |ctx, id| count_followees(ctx, id, &[Wanted::Users]),
    "Returns how many users a user follows.",
    "Id or name of the user."
);
count!(
    "group_followee_count",
    GroupFollowees,
    GroupFolloweesParams,
    Followed::User,
    |ctx, id| count_followees(ctx, id, &[Wanted::Groups]),
    "Returns how many groups a user follows.",
    "Id or name of the user."
);
count!(
    "organization_followee_count",
    OrganizationFollowees,
    OrganizationFolloweesParams,
    Followed::User,
    |ctx, id| count_followees(ctx, id, &[Wanted::Organizations]),
    "Returns how many organizations a user follows.",
    "Id or name of the user."
);

/// The actions of this file.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![
        Row::of::<DatasetFollowees>(),
        Row::of::<DatasetFollowers>(),
        Row::of::<Followees>(),
        Row::of::<GroupFollowees>(),
        Row::of::<GroupFollowers>(),
        Row::of::<OrganizationFollowees>(),
        Row::of::<OrganizationFollowers>(),
        Row::of::<UserFollowees>(),
        Row::of::<UserFollowers>(),
    ]
}

fn count_followers(ctx: &mut Ctx, kind: Followed, id: &str) -> Result<i64> {
    let counts = followers(ctx.db()?, kind, &[id.to_owned()])?;
    Ok(counts.get(id).copied().unwrap_or_default())
}

fn count_followees(ctx: &mut Ctx, id: &str, wanted: &[Wanted]) -> Result<i64> {
    let labels = ctx.actor.labels();
    wanted.iter().try_fold(0, |sum, what| Ok(sum + db::count_followees(ctx.db()?, id, *what, labels.as_deref())?))
}
