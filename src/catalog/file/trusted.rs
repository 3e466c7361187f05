//! Files for services that share a secret with the site: they make tokens of their own, and nobody's rights are asked for.

use action::Ctx;
use auth::jwt;
use base::{Error, Result};

use super::db::{self, FileRow};

/// The file that a token is good for.
///
/// # Errors
/// NotFound, whatever is wrong with the token: it must not tell which files there are.
pub fn find(ctx: &mut Ctx, token: &str) -> Result<FileRow> {
    let missing = || Error::not_found("");
    let tokens = &ctx.app.settings.tokens;
    let secret = tokens.jwt_secret.clone().ok_or_else(missing)?;
    let found = match jwt::file(token, &secret, tokens.jwt_algorithm).ok_or_else(missing)? {
        jwt::File::Id(id) => db::find(ctx.db()?, &id, false)?.map(|(file, _owner)| file),
        jwt::File::Place { storage, location } => db::at(ctx.db()?, &storage, &location)?,
    };
    found.ok_or_else(missing)
}
