//! Who follows what. Must never tell the change log: nothing in memory or in the index knows of it.

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

/// The same, as CKAN's schemas of following ask for it.
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
