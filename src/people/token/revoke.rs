//! `api_token_revoke`.

use action::{Action, Ctx, Kind};
use base::{Error, Result};
use catalog::package::allow::needed;
use store::changes;

use super::db;

action::declare! {
    /// Revokes an API token, by its id or by the token itself. It stops working at once.
    pub struct Revoke;
    /// Which token.
    pub struct RevokeParams {
        /// Id of the token, as api_token_list shows it.
        jti: String,
        /// The token itself.
        token: String,
    }
}

impl Action for Revoke {
    const NAME: &'static str = "api_token_revoke";
    const KIND: Kind = Kind::Write;
    type Params = RevokeParams;
    /// The token's id; nothing when a sysadmin names one that does not exist.
    type Subject = Option<String>;
    type Output = ();

    fn allow(ctx: &mut Ctx, params: &RevokeParams) -> Result<Option<String>> {
        let found = match params.jti.as_deref().filter(|id| !id.is_empty()) {
            Some(id) if id.contains('\0') => None,
            Some(id) => db::find(ctx.db()?, id)?,
            None => {
                let token = needed(params.token.as_ref(), "token")?;
                match db::find_by_hash(ctx.db()?, &auth::token::hash(token))? {
                    None => of_ckan(ctx, token)?,
                    found => found,
                }
            }
        };
        match found {
            Some((id, owner)) if ctx.actor.is_sysadmin() || ctx.actor.id() == Some(&owner) => Ok(Some(id)),
            None if ctx.actor.is_sysadmin() => Ok(None),
            _ => Err(Error::denied("")),
        }
    }

    fn run(ctx: &mut Ctx, _params: RevokeParams, id: Option<String>) -> Result<()> {
        let Some(id) = id else { return Ok(()) };
        db::delete(ctx.db()?, &id)?;
        ctx.log(changes::Entity::Token, &id, changes::Kind::Delete)
    }
}

/// Id and owner of a token that CKAN gave out.
fn of_ckan(ctx: &mut Ctx, token: &str) -> Result<Option<(String, String)>> {
    let settings = &ctx.app.settings.tokens;
    let read = |secret| auth::jwt::read(token, secret, settings.jwt_algorithm);
    let Some(claims) = settings.jwt_secret.as_ref().and_then(read) else { return Ok(None) };
    db::find(ctx.db()?, &claims.id)
}
