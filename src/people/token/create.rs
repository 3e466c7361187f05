//! `api_token_create`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, secret::Secret};
use catalog::member::db::{UserRow, find_user};
use serde::Serialize;
use store::changes;

use super::db;

action::declare! {
    /// Creates an API token for a user and shows it, this one time.
    ///
    /// Users make tokens for themselves; a sysadmin makes them for everybody.
    pub struct Create;
    /// For whom.
    pub struct CreateParams {
        /// Id or name of the user.
        user: String,
        /// What the token is for; shown in lists.
        name: String,
    }
}

/// The token just made.
#[derive(Serialize)]
pub struct NewToken {
    token: String,
    id: String,
}

impl Action for Create {
    const NAME: &'static str = "api_token_create";
    const KIND: Kind = Kind::Write;
    type Params = CreateParams;
    type Subject = UserRow;
    type Output = NewToken;

    fn allow(ctx: &mut Ctx, params: &CreateParams) -> Result<UserRow> {
        let mut missing = ErrorDict::default();
        for (field, value) in [("user", &params.user), ("name", &params.name)] {
            if value.as_deref().unwrap_or_default().is_empty() {
                missing.add(field, "Missing value");
            }
        }
        missing.into_result()?;
        let user = find_user(ctx.db()?, params.user.as_deref().unwrap_or_default())?;
        let user = user.filter(|user| user.state != "deleted").ok_or_else(|| Error::not_found("User not found"))?;
        if ctx.actor.is_sysadmin() || ctx.actor.id() == Some(&user.id) { Ok(user) } else { Err(Error::denied("")) }
    }

    fn run(ctx: &mut Ctx, params: CreateParams, user: UserRow) -> Result<NewToken> {
        let (id, token) = store(ctx, &user.id, params.name.as_deref().unwrap_or_default())?;
        Ok(NewToken { token: token.reveal().to_owned(), id })
    }
}

/// Makes a token of that name for a user: its id and the token.
///
/// # Errors
/// What the database says.
pub fn store(ctx: &mut Ctx, user_id: &str, name: &str) -> Result<(String, Secret)> {
    let made = auth::token::create()?;
    let hash = auth::token::hash(made.token.reveal());
    db::insert(ctx.db()?, &db::New { id: &made.id, name, user_id, hash: &hash })?;
    ctx.log(changes::Entity::Token, &made.id, changes::Kind::Create)?;
    Ok((made.id, made.token))
}
