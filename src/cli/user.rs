//! `kurak user`.

use std::io::IsTerminal;

use action::Ctx;
use base::{Error, Result};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{act, input, pairs, print};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// Make a user: user add NAME email=… password=… [fullname=…]
    Add {
        name: String,
        /// email=… password=… fullname=…
        #[arg(value_name = "NAME=VALUE")]
        fields: Vec<String>,
    },
    /// All users
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Give a user a new password, read from standard input; his sessions end
    #[command(name = "setpass")]
    SetPass {
        name: String,
        /// The password itself; others on this machine may see it
        #[arg(short, long)]
        password: Option<String>,
    },
    /// Print a user as JSON
    Show { name: String },
    /// Delete a user; what is his stays
    Remove { name: String },
    /// API tokens
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it once: token add USER NAME [expires_in=30 unit=86400] [id=…]
    Add {
        user: String,
        name: String,
        /// expires_in=… unit=… scopes=…; id=… brings a token of CKAN along, which goes on working
        #[arg(value_name = "NAME=VALUE")]
        fields: Vec<String>,
        /// Print the token alone
        #[arg(short, long)]
        quiet: bool,
    },
    /// The tokens of a user
    List {
        user: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token by its id
    Revoke { id: String },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    let kurak = Kurak::tools(config)?;
    match command {
        Command::Add { name, fields } => add(&kurak, &name, &fields),
        Command::List { json } => {
            let mut input = input([]);
            input.insert("include_site_user".to_owned(), Value::Bool(true));
            print::list(&act(&kurak, "user_list", input)?, &["name", "fullname", "email", "state", "sysadmin", "created"], json)
        }
        Command::SetPass { name, password } => set_password(&kurak, &name, password),
        Command::Show { name } => print::json(&act(&kurak, "user_show", input([("id", &name)]))?),
        Command::Remove { name } => {
            let mut ctx = Ctx::job(kurak.app(), kurak.site());
            people::user::remove(&mut ctx, &name)?;
            ctx.finish()?;
            print::line(format!("Deleted user: {name}"))
        }
        Command::Token(command) => token(&kurak, command),
    }
}

/// Makes a user who can use the API at once; without a password he gets a random one that nobody knows.
pub fn add(kurak: &Kurak, name: &str, fields: &[String]) -> Result<()> {
    let mut user = pairs(fields)?;
    user.insert("name".to_owned(), json!(name));
    if !user.contains_key("password") {
        user.insert("password".to_owned(), Value::String(auth::token::random_text()?));
    }
    act(kurak, "user_create", user)?;
    print::line(format!("Successfully created user: {name}"))
}

/// The password is the first line of standard input, unless somebody says it where others on the machine can read it.
fn set_password(kurak: &Kurak, name: &str, said: Option<String>) -> Result<()> {
    let line = match said {
        Some(password) => password,
        None => {
            if std::io::stdin().is_terminal() {
                eprint!("Password (it is shown): ");
            }
            let mut line = String::new();
            std::io::stdin().read_line(&mut line).map_err(Error::internal)?;
            line
        }
    };
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Error::bad_request("no password was given"));
    }
    act(kurak, "user_patch", input([("id", name), ("password", password)]))?;
    print::line(format!("Password updated for user: {name}"))
}

fn token(kurak: &Kurak, command: TokenCommand) -> Result<()> {
    match command {
        TokenCommand::Add { user, name, fields, quiet } => {
            let mut sent = pairs(&fields)?;
            sent.extend(input([("user", &user), ("name", &name)]));
            let made = act(kurak, "api_token_create", sent)?;
            let token = made.get("token").and_then(Value::as_str).unwrap_or_default();
            print::line(if quiet { token.to_owned() } else { format!("API Token created:\n\t{token}") })
        }
        TokenCommand::List { user, json } => {
            let tokens = act(kurak, "api_token_list", input([("user_id", &user)]))?;
            print::list(&tokens, &["id", "name", "created_at", "last_access"], json)
        }
        TokenCommand::Revoke { id } => {
            // To the action a token that there is not is one that is revoked.
            if people::token::db::find(Ctx::job(kurak.app(), kurak.site()).db()?, &id)?.is_none() {
                return Err(Error::not_found("API Token not found"));
            }
            act(kurak, "api_token_revoke", input([("jti", &id)]))?;
            print::line("API Token has been revoked")
        }
    }
}
