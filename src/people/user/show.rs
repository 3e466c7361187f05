//! `user_show`.

use std::collections::HashMap;

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use catalog::{
    flag::{Flag, flag},
    member::db::{Followed, UserRow, accounts, find_user, followers},
};
use serde::Serialize;
use serde_json::{Map, Value, value::RawValue};

use super::{allow, db, view};

action::declare! {
    /// Returns a user, deleted ones too.
    ///
    /// E-mail addresses are shown to the user himself and to sysadmins.
    pub struct Show;
    /// Which user, and how much of him.
    pub struct ShowParams {
        /// Id or name; left out: the caller.
        id: String,
        /// True: with his newest 50 datasets.
        include_datasets: Flag,
        /// True: with the number of his followers.
        include_num_followers: Flag,
        /// True: with the hash of his password; sysadmins only.
        include_password_hash: Flag,
        /// True: with what plugins stored of him; sysadmins only.
        include_plugin_extras: Flag,
    }
}

/// A user and what was asked for beside.
#[derive(Serialize)]
pub struct UserView {
    #[serde(flatten)]
    user: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datasets: Option<Vec<Box<RawValue>>>,
}

impl Action for Show {
    const NAME: &'static str = "user_show";
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = UserRow;
    type Output = UserView;

    fn allow(ctx: &mut Ctx, params: &ShowParams) -> Result<UserRow> {
        let own = ctx.actor.id().map(str::to_owned);
        let key = params.id.clone().filter(|id| !id.is_empty()).or(own).ok_or_else(|| Error::not_found(""))?;
        allow::may_read(ctx)?;
        find_user(ctx.db()?, &key)?.ok_or_else(|| Error::not_found(""))
    }

    fn run(ctx: &mut Ctx, params: ShowParams, user: UserRow) -> Result<UserView> {
        let sysadmin = ctx.actor.is_sysadmin();
        let own = sysadmin || ctx.actor.id() == Some(&user.id);
        let mut found = accounts(ctx.db()?, std::slice::from_ref(&user.id))?;
        let mut account = found.remove(&user.id).ok_or_else(|| Error::not_found(""))?;
        if own {
            account.datasets = db::count_created(ctx.db()?, &user.id)?;
        }
        let mut map = view::user(ctx, &account, own);
        if flag(params.include_num_followers, false)? {
            let counts = followers(ctx.db()?, Followed::User, std::slice::from_ref(&user.id))?;
            map.insert("num_followers".to_owned(), Value::from(counts.get(&user.id).copied().unwrap_or_default()));
        }
        if sysadmin && flag(params.include_password_hash, false)? {
            map.insert("password_hash".to_owned(), user.password_hash.map_or(Value::Null, Value::String));
        }
        if sysadmin && flag(params.include_plugin_extras, false)? {
            map.insert("plugin_extras".to_owned(), user.plugin_extras.unwrap_or(Value::Null));
        }
        let datasets = if flag(params.include_datasets, false)? { Some(datasets(ctx, &user.id, own)?) } else { None };
        Ok(UserView { user: map, datasets })
    }
}

fn datasets(ctx: &mut Ctx, user: &str, all: bool) -> Result<Vec<Box<RawValue>>> {
    let ids = db::newest(ctx.db()?, user, all)?;
    let documents = store::documents::list(ctx.db()?, &ids)?;
    let documents: HashMap<&str, _> = documents.iter().map(|document| (document.id.as_str(), document)).collect();
    let mut whole = Vec::with_capacity(ids.len());
    for document in ids.iter().filter_map(|id| documents.get(id.as_str())) {
        let mut text = String::new();
        ctx.app.quotes.splice(document, &mut text);
        whole.push(RawValue::from_string(text).map_err(Error::internal)?);
    }
    Ok(whole)
}
