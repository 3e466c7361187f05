//! `api_token_list`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, time::Stamp};
use catalog::{member::db::find_user, package::allow::needed};
use serde::Serialize;

use super::db;

action::declare! {
    /// Returns the API tokens of a user, oldest first; never the tokens themselves.
    pub struct List;
    /// Whose.
    pub struct ListParams {
        /// Id or name of the user.
        user_id: String,
        /// The same, as older clients send it.
        user: String,
    }
}

/// A token without its secret: CKAN's five members, and when it ends and what it is good for where that is not all.
#[derive(Serialize)]
pub struct TokenView {
    id: String,
    name: String,
    user_id: String,
    created_at: Stamp,
    last_access: Option<Stamp>,
    /// Only where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Stamp>,
    /// Only where it has some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
}

impl Action for List {
    const NAME: &'static str = "api_token_list";
    const KIND: Kind = Kind::Read;
    type Params = ListParams;
    type Subject = String;
    type Output = Vec<TokenView>;

    fn allow(ctx: &mut Ctx, params: &ListParams) -> Result<String> {
        let key = needed(params.user_id.as_ref().filter(|id| !id.is_empty()).or(params.user.as_ref()), "user_id")?;
        let user = find_user(ctx.db()?, key)?;
        match user {
            Some(user) if ctx.actor.is_sysadmin() || ctx.actor.id() == Some(&user.id) => Ok(user.id),
            None if ctx.actor.is_sysadmin() => Err(Error::not_found("User not found")),
            _ => Err(Error::denied("")),
        }
    }

    fn run(ctx: &mut Ctx, _params: ListParams, user_id: String) -> Result<Vec<TokenView>> {
        let view = |row: db::TokenRow| TokenView {
            id: row.id,
            name: row.name,
            user_id: row.user_id,
            created_at: Stamp::from_naive(row.created_at),
            last_access: row.last_access.map(Stamp::from_naive),
            expires_at: row.expires_at.map(Stamp::from_naive),
            scopes: row.scopes,
        };
        Ok(db::list(ctx.db()?, &user_id)?.into_iter().map(view).collect())
    }
}
