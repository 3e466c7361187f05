//! A user as he may be seen by the caller. His address is for himself and for sysadmins only.

use action::Ctx;
use catalog::member::{
    db::Account,
    view::{self, Own, UserFields},
};
use serde_json::{Map, Value};

/// The user; `own` adds what only he himself and sysadmins may see.
#[must_use]
pub fn fields<'a>(ctx: &Ctx, account: &'a Account, own: bool) -> UserFields<'a> {
    let mut fields = view::fields(ctx, account);
    fields.own = own.then_some(Own { apikey: (), email: account.row.email.as_deref() });
    fields
}

/// [`fields`], for who adds to them.
#[must_use]
pub fn user(ctx: &Ctx, account: &Account, own: bool) -> Map<String, Value> {
    view::document(&fields(ctx, account, own))
}
