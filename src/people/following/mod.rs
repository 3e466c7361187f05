//! Who follows what. Must never tell the change log: nothing in memory or in the index knows of it.

/// An action that there is for datasets, for organizations and groups, and for users: what it takes, who may, what it does.
macro_rules! of_each_kind {
    (
        $mode:ident, $about:literal, $subject:ty, $output:ty, $allow:path, $run:path;
        $($name:literal, $kind:ident, $params:ident, $doc:literal, $id_doc:literal;)+
    ) => {
        $(
            action::declare! {
                #[doc = $doc]
                pub struct $kind;
                #[doc = $about]
                pub struct $params {
                    #[doc = $id_doc]
                    id: String,
                }
            }

            impl action::Action for $kind {
                const NAME: &'static str = $name;
                const KIND: action::Kind = action::Kind::$mode;
                type Params = $params;
                type Subject = $subject;
                type Output = $output;

                fn allow(ctx: &mut action::Ctx, params: &$params) -> base::Result<$subject> {
                    $allow(ctx, catalog::member::db::Followed::$kind, params.id.as_ref())
                }

                fn run(ctx: &mut action::Ctx, _params: $params, subject: $subject) -> base::Result<$output> {
                    $run(ctx, catalog::member::db::Followed::$kind, subject)
                }
            }
        )+

        /// The actions of this file.
        #[must_use]
        pub fn rows() -> Vec<action::Row> {
            vec![$(action::Row::of::<$kind>()),+]
        }
    };
}

pub mod am;
pub mod count;
pub mod db;
pub mod follow;
pub mod followees;
pub mod followers;
pub mod unfollow;

use action::{Ctx, Row};
use base::{Error, Result};
use catalog::member::{db::Followed, db::find_user};

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    [am::rows(), count::rows(), follow::rows(), followees::rows(), followers::rows(), unfollow::rows()].concat()
}

/// What is followed, found by id or name.
pub struct Object {
    pub id: String,
    /// Deleted ones have no followers any more.
    pub deleted: bool,
}

/// The dataset, organization, group or user by id or name, whatever its state.
///
/// # Errors
/// What the database says.
pub fn find(ctx: &mut Ctx, kind: Followed, key: &str) -> Result<Option<Object>> {
    if key.contains('\0') {
        return Ok(None);
    }
    Ok(match kind {
        Followed::Dataset => store::documents::find(ctx.db()?, key)?
            .map(|document| Object { deleted: document.state == "deleted", id: document.id }),
        Followed::Group => {
            ctx.app.quotes.find(key).map(|group| Object { id: group.row.id.clone(), deleted: group.row.state == "deleted" })
        }
        Followed::User => find_user(ctx.db()?, key)?.map(|user| Object { deleted: user.state == "deleted", id: user.id }),
    })
}

/// The caller's id, and what he sent the id or name of, if there is such a thing.
///
/// # Errors
/// Denied for who has no name; what the database says.
pub fn own_and(ctx: &mut Ctx, kind: Followed, (key, verb): (Option<&String>, &str)) -> Result<(String, Option<Object>)> {
    let denied = || Error::denied(format!("You must be logged in to {verb} {}s", kind.as_str()));
    let own = ctx.actor.id().ok_or_else(denied)?.to_owned();
    let object = match key.filter(|key| !key.is_empty()) {
        Some(key) => find(ctx, kind, key)?,
        None => None,
    };
    Ok((own, object))
}

/// As [`find`], as CKAN's schemas of following ask for it.
///
/// # Errors
/// Validation: `id: ["Missing value"]` or `id: ["Not found: …"]`.
pub fn needed(ctx: &mut Ctx, kind: Followed, key: Option<&String>) -> Result<Object> {
    let key = catalog::package::allow::needed(key, "id")?;
    find(ctx, kind, key)?.ok_or_else(|| Error::invalid("id", format!("Not found: {}", word(kind))))
}

/// How CKAN's messages call the kind.
fn word(kind: Followed) -> &'static str {
    match kind {
        Followed::Dataset => "Dataset",
        Followed::Group => "Group",
        Followed::User => "User",
    }
}
