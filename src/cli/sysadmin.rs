//! `kurak sysadmin`.

use action::Ctx;
use base::{Error, Result};
use clap::Subcommand;
use serde_json::Value;

use super::{act, input, print, user};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// Make a user a sysadmin: sysadmin add NAME [--create] [email=… password=…]
    Add {
        name: String,
        /// Make the user if there is none
        #[arg(long)]
        create: bool,
        /// email=… password=… of a new user
        #[arg(value_name = "NAME=VALUE")]
        fields: Vec<String>,
    },
    /// All sysadmins
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Take the right away; the user stays
    Remove { name: String },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    let kurak = Kurak::tools(config)?;
    match command {
        Command::Add { name, create, fields } => {
            if act(&kurak, "user_show", input([("id", &name)])).is_err() {
                if !create && fields.is_empty() {
                    return Err(Error::not_found(format!("User \"{name}\" not found; --create makes one")));
                }
                user::add(&kurak, &name, &fields)?;
            }
            set(&kurak, &name, true)?;
            print::line(format!("Added {name} as sysadmin"))
        }
        Command::List { json } => {
            let Value::Array(users) = act(&kurak, "user_list", input([]))? else {
                return Err(Error::internal("user_list answers a list"));
            };
            let admins = users.into_iter().filter(|user| user.get("sysadmin") == Some(&Value::Bool(true))).collect();
            print::list(&Value::Array(admins), &["name", "fullname", "email", "state", "created"], json)
        }
        Command::Remove { name } => {
            set(&kurak, &name, false)?;
            print::line(format!("Access removed from {name}"))
        }
    }
}

fn set(kurak: &Kurak, name: &str, sysadmin: bool) -> Result<()> {
    let mut ctx = Ctx::job(kurak.app(), kurak.site());
    people::user::set_sysadmin(&mut ctx, name, sysadmin)?;
    ctx.finish()
}
