//! `user_patch`.

use action::{Action, Ctx, Dict, FileField, Kind};
use base::{Error, Result};
use catalog::{
    member::db::{UserRow, find_user},
    package::allow::needed,
    picture,
};
use serde_json::{Map, Value};

use super::{
    allow,
    update::{fields, locked, store},
};

action::declare! {
    /// Changes what is sent of a user; all else stays.
    ///
    /// Users change themselves; sysadmins change everybody, their names too.
    pub struct Patch;
    /// The user; `id` may be his name.
    pub struct PatchParams(fields());
}

impl Action for Patch {
    const NAME: &'static str = "user_patch";
    const KIND: Kind = Kind::Write;
    const FILES: &'static [FileField] = picture::OF_USER;
    type Params = PatchParams;
    type Subject = UserRow;
    type Output = Map<String, Value>;

    fn allow(ctx: &mut Ctx, params: &PatchParams) -> Result<UserRow> {
        let key = params.0.text("id");
        if ctx.actor.is_sysadmin() {
            let user = find_user(ctx.db()?, needed(key.as_ref(), "id")?)?.ok_or_else(|| Error::not_found(""))?;
            return locked(ctx, &user);
        }
        let key = key.ok_or_else(|| Error::invalid_text("Missing id, can not get User object"))?;
        let user = find_user(ctx.db()?, &key)?.ok_or_else(|| Error::denied("User not found"))?;
        allow::may_update(ctx, &user)?;
        locked(ctx, &user)
    }

    fn run(ctx: &mut Ctx, params: PatchParams, before: UserRow) -> Result<Map<String, Value>> {
        let Dict(mut dict) = params.0;
        dict.retain(|_, value| !value.is_null());
        // What user_show tells of him stands for what was not sent.
        dict.entry("email").or_insert_with(|| before.email.clone().map_or(Value::Null, Value::String));
        dict.entry("name").or_insert_with(|| Value::String(before.name.clone()));
        store(ctx, &Dict(dict), &before, false)
    }
}
