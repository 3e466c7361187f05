//! `api_token_create`.

use action::{Action, Ctx, Kind};
use base::{Error, ErrorDict, Result, loose::Natural, secret::Secret, time::Stamp};
use catalog::member::db::{UserRow, find_user};
use serde::Serialize;
use store::changes;

use super::db;

/// Seconds of a hundred years.
const LONGEST: usize = 100 * 366 * 24 * 3_600;
/// Scopes of a token.
const SCOPES: usize = 50;
/// Bytes of the longest id; CKAN's have 43.
const ID: usize = 100;

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
        /// After so many units the token is worth nothing; left out: never.
        expires_in: Natural,
        /// Seconds of a unit: 3600 for hours, 86400 for days; left out: 1.
        unit: Natural,
        /// The actions that the token is good for: names, beginnings with a * behind them, or read; left out: all.
        scopes: Vec<String>,
        /// The id that the token had elsewhere, so that a token of CKAN goes on working; sysadmins only.
        id: String,
        /// When it was made there; sysadmins only.
        created_at: String,
        /// When it was last used there; sysadmins only.
        last_access: String,
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
        let wanted = wanted(ctx, params)?;
        let (id, token) = keep(ctx, &user.id, wanted)?;
        Ok(NewToken { token: token.reveal().to_owned(), id })
    }
}

/// What a token shall be like.
struct Wanted {
    name: String,
    id: Option<String>,
    created: Stamp,
    last_access: Option<Stamp>,
    expires: Option<Stamp>,
    scopes: Vec<String>,
}

/// Reads it; gathers all faults.
fn wanted(ctx: &mut Ctx, params: CreateParams) -> Result<Wanted> {
    let mut errors = ErrorDict::default();
    let created = Stamp::now();
    let expires = expires(ctx, &params, created, &mut errors);
    if params.scopes.as_ref().is_some_and(Vec::is_empty) {
        errors.add("scopes", "Name at least one; leave it out for a token that is good for everything");
    }
    let scopes = params.scopes.unwrap_or_default();
    check_scopes(ctx, &scopes, &mut errors)?;
    let sysadmin = ctx.actor.is_sysadmin();
    let given = |text: Option<String>| text.filter(|text| sysadmin && !text.is_empty());
    let id = given(params.id);
    if let Some(id) = &id {
        if !(1..=ID).contains(&id.len()) || id.contains(char::is_control) {
            errors.add("id", "Invalid id provided");
        } else if db::find(ctx.db()?, id)?.is_some() {
            errors.add("id", "A token of this id is there already");
        }
    }
    let mut date = |field: &str, text: Option<String>| {
        let text = given(text)?;
        let date = Stamp::parse(&text);
        if date.is_none() {
            errors.add(field, "Date format incorrect");
        }
        date
    };
    let before = date("created_at", params.created_at);
    let last_access = date("last_access", params.last_access);
    errors.into_result()?;
    Ok(Wanted { name: params.name.unwrap_or_default(), id, created: before.unwrap_or(created), last_access, expires, scopes })
}

/// When it ends. Where the portal wants tokens to end (CKAN's plugin `expire_api_token`), both parameters are needed.
fn expires(ctx: &Ctx, params: &CreateParams, now: Stamp, errors: &mut ErrorDict) -> Option<Stamp> {
    let must = ctx.app.settings.tokens.must_expire;
    for (field, value) in [("expires_in", params.expires_in), ("unit", params.unit)] {
        match value {
            None if must => errors.add(field, "Missing value"),
            Some(Natural(0)) => errors.add(field, "Must be a positive integer"),
            _ => {}
        }
    }
    let Natural(count) = params.expires_in?;
    let seconds = count.checked_mul(params.unit.map_or(1, |Natural(unit)| unit)).filter(|seconds| *seconds <= LONGEST);
    let ends = seconds.and_then(|seconds| i64::try_from(seconds).ok()?.checked_mul(1_000_000)?.checked_add(now.micros()));
    let ends = ends.and_then(Stamp::from_micros);
    if ends.is_none() {
        errors.add("expires_in", "A token lasts a hundred years at most");
    }
    ends
}

/// Only actions that there are; and a token that is not good for everything makes none that is good for more.
fn check_scopes(ctx: &Ctx, scopes: &[String], errors: &mut ErrorDict) -> Result<()> {
    if scopes.len() > SCOPES {
        errors.add("scopes", format!("A token has {SCOPES} scopes at most"));
        return Ok(());
    }
    let rows = &ctx.app.rows;
    let fits = |scope: &String| match scope.strip_suffix('*') {
        Some(beginning) => rows.iter().any(|row| row.name.starts_with(beginning)),
        None => scope == "read" || ctx.app.row(scope).is_some(),
    };
    for scope in scopes.iter().filter(|scope| !fits(scope)) {
        let shown: String = scope.chars().take(100).collect();
        errors.add("scopes", format!("No action is called {shown}"));
    }
    let own = ctx.actor.scopes();
    if own.is_empty() || (!scopes.is_empty() && scopes.iter().all(|scope| own.contains(scope))) {
        return Ok(());
    }
    Err(Error::denied("The token may make only tokens that are good for no more than itself"))
}

/// Makes a token of that name for a user, good for everything and for ever: its id and the token.
///
/// # Errors
/// What the database says.
pub fn store(ctx: &mut Ctx, user_id: &str, name: &str) -> Result<(String, Secret)> {
    let (name, created) = (name.to_owned(), Stamp::now());
    keep(ctx, user_id, Wanted { name, id: None, created, last_access: None, expires: None, scopes: Vec::new() })
}

fn keep(ctx: &mut Ctx, user_id: &str, wanted: Wanted) -> Result<(String, Secret)> {
    let made = auth::token::create()?;
    let hash = auth::token::hash(made.token.reveal());
    let Wanted { name, id, created, last_access, expires, scopes } = &wanted;
    let (created, last_access, expires) = (*created, *last_access, *expires);
    let id = id.clone().unwrap_or(made.id);
    db::insert(ctx.db()?, &db::New { id: &id, name, user_id, hash: &hash, created, last_access, expires, scopes })?;
    ctx.log(changes::Entity::Token, &id, changes::Kind::Create)?;
    Ok((id, made.token))
}
