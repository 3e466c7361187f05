//! `get_site_user`.

use action::{Action, Ctx, Kind};
use base::{Error, Result, secret::Secret};
use catalog::member::db::UserRow;
use serde::Serialize;

use super::{db, ensure_site_user};
use crate::token;

/// What lists call the token of the site's user.
const TOKEN: &str = "get_site_user";

action::declare! {
    /// Returns the user that the site itself acts as, with an API token of his. Sysadmins only.
    ///
    /// The token stays the same until it is revoked.
    pub struct Show;
    /// Nothing.
    pub struct ShowParams {}
}

/// The user, as services need him who act for the site.
#[derive(Serialize)]
pub struct SiteUser {
    name: String,
    id: String,
    /// A token that works: CKAN's keys do not any more, so a key of theirs would be of no use.
    apikey: String,
}

impl Action for Show {
    const NAME: &'static str = "get_site_user";
    /// CKAN answers it to GET although it may make the user.
    const KIND: Kind = Kind::Read;
    type Params = ShowParams;
    type Subject = ();
    type Output = SiteUser;

    fn allow(ctx: &mut Ctx, _params: &ShowParams) -> Result<()> {
        // What it answers is good for everything: nobody gets it by what is not.
        if ctx.actor.is_sysadmin() && ctx.actor.scopes().is_empty() {
            return Ok(());
        }
        Err(Error::denied("Only internal services allowed to use this action"))
    }

    fn run(ctx: &mut Ctx, _params: ShowParams, (): ()) -> Result<SiteUser> {
        let (user, token) = match kept(ctx, false)? {
            Some(kept) => kept,
            None => ctx.apart(made)?,
        };
        Ok(SiteUser { name: user.name, id: user.id, apikey: token.reveal().to_owned() })
    }
}

/// The site's user and his token, if it is there, can be opened and was not revoked.
fn kept(ctx: &mut Ctx, lock: bool) -> Result<Option<(UserRow, Secret)>> {
    let name = ctx.app.settings.site_id.clone();
    let sealed = db::site_token(ctx.db()?, lock)?;
    // Sealed under another secret: of no use to anybody.
    let Some(token) = sealed.and_then(|sealed| ctx.app.sealer.open(&sealed).ok()) else { return Ok(None) };
    let Some(user) = db::find_by_name(ctx.db()?, &name)? else { return Ok(None) };
    let owner = token::db::find_by_hash(ctx.db()?, &auth::token::hash(token.reveal()))?.map(|(_id, owner)| owner);
    Ok((owner.as_ref() == Some(&user.id)).then_some((user, token)))
}

/// Makes what is missing; whoever comes second finds what the first one made.
fn made(ctx: &mut Ctx) -> Result<(UserRow, Secret)> {
    let actor = ensure_site_user(ctx)?;
    if let Some(kept) = kept(ctx, true)? {
        return Ok(kept);
    }
    let user = db::find_by_name(ctx.db()?, actor.name())?.ok_or_else(|| Error::internal("the site user is missing"))?;
    let (_id, token) = token::create::store(ctx, &user.id, TOKEN)?;
    let sealed = ctx.app.sealer.seal(&token)?;
    db::keep_site_token(ctx.db()?, &sealed)?;
    Ok((user, token))
}
