//! Who may change what belongs to an organization or group (ckan-api 5.2). Each rule hands over what may be touched.

use std::sync::Arc;

use action::Ctx;
use auth::Permission;
use base::{Error, Result};
use model::Document;
use store::quotes::GroupRow;

use super::db::{self, UserRow};
use crate::{group, package};

/// Characters of a kind that a message repeats.
const SHOWN: usize = 50;

/// What can belong to an organization or group.
pub enum Object {
    User(Box<UserRow>),
    Package(Arc<Document>),
    /// The one above.
    Group(Box<GroupRow>),
}

/// `member_create`, `member_delete`: admins, and for the datasets of a group whoever has a role there. Hands over the
/// organization or group and the thing.
///
/// # Errors
/// NotFound for either; Validation for a kind that cannot belong to one; Denied.
pub fn may_change(ctx: &mut Ctx, group: &str, object: &str, kind: &str) -> Result<(GroupRow, Object)> {
    let group = group::db::find(ctx.db()?, group)?.ok_or_else(|| Error::not_found("Group was not found."))?;
    let object = find(ctx, object, kind)?;
    let permission = match object {
        Object::Package(_) if !group.is_organization => Permission::ManageGroup,
        _ => Permission::Admin,
    };
    if ctx.actor.may(permission, &group.id) {
        return Ok((group, object));
    }
    Err(Error::denied(format!("User {} not authorized to edit group {}", ctx.actor.name(), group.id)))
}

fn find(ctx: &mut Ctx, key: &str, kind: &str) -> Result<Object> {
    let missing = |what: &str| Error::not_found(format!("{what} was not found."));
    match kind.to_lowercase().as_str() {
        "user" => db::find_user(ctx.db()?, key)?.map(|user| Object::User(Box::new(user))).ok_or_else(|| missing("User")),
        "package" => package::allow::find(ctx, key, "Package was not found.").map(Object::Package),
        "group" => group::db::find(ctx.db()?, key)?.map(|row| Object::Group(Box::new(row))).ok_or_else(|| missing("Group")),
        _ => Err(Error::invalid_text(format!("{} isn't a valid model", titled(kind)))),
    }
}

/// As Python's `title` has it: each word with a capital.
fn titled(text: &str) -> String {
    let mut inside = false;
    let mut title = String::new();
    for letter in text.chars().take(SHOWN) {
        if inside {
            title.extend(letter.to_lowercase());
        } else {
            title.extend(letter.to_uppercase());
        }
        inside = letter.is_alphabetic();
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_called_as_python_calls_classes() {
        assert_eq!(titled("foo"), "Foo");
        assert_eq!(titled("tag_EXTRA"), "Tag_Extra");
        assert_eq!(titled(&"x".repeat(100)).len(), SHOWN);
    }
}
