//! A user as he may be seen by the caller. His address is for himself and for sysadmins only.

use action::Ctx;
use catalog::member::{db::Account, view};
use serde_json::{Map, Value};

/// The user; `own` adds what only he himself and sysadmins may see. `apikey` is always null, as in CKAN today.
#[must_use]
pub fn user(ctx: &Ctx, account: &Account, own: bool) -> Map<String, Value> {
    let mut map = view::public(ctx, account);
    if own {
        map.insert("apikey".to_owned(), Value::Null);
        map.insert("email".to_owned(), account.row.email.clone().map_or(Value::Null, Value::String));
    }
    map
}
