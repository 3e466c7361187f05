//! `kurak db`.

use base::{Error, Result};
use clap::Subcommand;
use store::Lane;

use super::print;
use crate::{Database, Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// Make the tables
    Init(Parts),
    /// Bring the tables to the newest version
    Upgrade(Parts),
    /// Say whether the tables lack something
    #[command(alias = "check")]
    PendingMigrations {
        /// Bring them to the newest version
        #[arg(long)]
        apply: bool,
    },
    /// Users who share an e-mail address
    #[command(name = "duplicate_emails")]
    DuplicateEmails,
    /// Print the version of the tables
    Version,
    /// Remove all tables and everything in them
    Clean {
        /// Do it without a question
        #[arg(long)]
        yes: bool,
    },
}

/// CKAN's options for parts of the tables. Here they come together: taken for scripts.
#[derive(clap::Args)]
pub struct Parts {
    #[arg(short, long, hide = true)]
    plugin: Option<String>,
    #[arg(short, long, hide = true)]
    version: Option<String>,
    #[arg(long, hide = true)]
    skip_plugins: bool,
    #[arg(long, hide = true)]
    skip_core: bool,
}

impl Command {
    /// True for what makes tables.
    pub fn begins(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Upgrade(_) | Self::PendingMigrations { apply: true })
    }
}

pub fn run(config: &Config, command: &Command) -> Result<()> {
    let migrating = Config { migrate: true, ..config.clone() };
    match command {
        // Making the tables also makes the user that the site acts as.
        Command::Init(_) => {
            print::line(format!("Initialising DB: SUCCESS ({})", version(&Kurak::tools(migrating)?.app().pools)?))
        }
        Command::PendingMigrations { apply: false } => {
            let behind = store::migrate::is_behind(&mut *Database::connect(config)?.pools.get(Lane::Job)?)?;
            print::line(if behind { "the tables are older than this program" } else { "the tables are up to date" })
        }
        Command::DuplicateEmails => print::line("No duplicate emails found: the database gives each active user his own"),
        Command::Upgrade(_) | Command::PendingMigrations { apply: true } => {
            print::line(format!("Upgrading DB: SUCCESS ({})", version(&Database::open(&migrating)?.pools)?))
        }
        Command::Version => print::line(version(&Database::connect(config)?.pools)?),
        Command::Clean { yes } => clean(config, *yes),
    }
}

fn version(pools: &store::Pools) -> Result<String> {
    let version = store::migrate::version(&mut *pools.get(Lane::Job)?)?;
    Ok(version.unwrap_or_else(|| "none: the database is empty".to_owned()))
}

fn clean(config: &Config, yes: bool) -> Result<()> {
    if !yes {
        return Err(Error::bad_request("this removes every dataset, user and harvest; say --yes if that is meant"));
    }
    if crate::control::is_served(&config.data) {
        return Err(Error::unavailable("a server runs on this data folder; stop it first"));
    }
    let database = Database::connect(config)?;
    store::migrate::downgrade(&mut *database.pools.get(Lane::Job)?)?;
    print::line("Cleaning DB: SUCCESS")
}
