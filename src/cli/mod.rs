//! CKAN's command line, a file a command. Exit codes: 0 done, 1 failed, 2 called wrongly.
//!
//! Commands work through the actions, as the site's own user, on the database; a running server follows. Must never
//! write an index that a server owns.

mod clean;
mod config;
mod config_tool;
mod database;
mod dataset;
mod demo;
mod doctor;
mod fixture_portal;
mod generate;
mod harvester;
mod jobs;
mod notify;
mod print;
mod run;
mod search_index;
mod signals;
mod sysadmin;
mod user;
mod views;

use std::{path::PathBuf, process::ExitCode};

use base::{Error, ErrorDict, Kind, Result};
use clap::{Parser, Subcommand};
use serde_json::{Map, Value};

use crate::{Kurak, config::Config, telemetry};

#[derive(Parser)]
#[command(name = "kurak", version, about = "A catalog server that speaks CKAN", disable_help_subcommand = true)]
struct Arguments {
    /// ckan.ini or kurak.toml
    #[arg(short, long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the catalog
    Run(run::Arguments),
    /// The tables of the database
    #[command(subcommand)]
    Db(database::Command),
    /// Users and their tokens
    #[command(subcommand)]
    User(user::Command),
    /// Users who may do everything
    #[command(subcommand)]
    Sysadmin(sysadmin::Command),
    /// Datasets
    #[command(subcommand)]
    Dataset(dataset::Command),
    /// Views of resources
    #[command(subcommand)]
    Views(views::Command),
    /// The search index
    #[command(subcommand)]
    SearchIndex(search_index::Command),
    /// Harvest sources and their jobs
    #[command(subcommand)]
    Harvester(harvester::Command),
    /// Background jobs
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// E-mails to people
    #[command(subcommand)]
    Notify(notify::Command),
    /// Remove what is old
    #[command(subcommand)]
    Clean(clean::Command),
    /// The configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Change options of a ckan.ini
    ConfigTool(config_tool::Arguments),
    /// Write files to begin with
    #[command(subcommand)]
    Generate(generate::Command),
    /// A portal with sample data, ready to be looked at
    Demo(demo::Arguments),
    /// Serve a folder or dump of packages as a CKAN of its own
    FixturePortal(fixture_portal::Arguments),
    /// Look for what is wrong with this installation
    Doctor(doctor::Arguments),
}

impl Command {
    /// True for what a new portal begins with: only there a database is made where there is none.
    fn begins(&self) -> bool {
        match self {
            Self::Run(_) | Self::Demo(_) => true,
            Self::Db(command) => command.begins(),
            Self::Sysadmin(command) => matches!(command, sysadmin::Command::Add { create: true, .. }),
            Self::User(command) => matches!(command, user::Command::Add { .. }),
            _ => false,
        }
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kurak: {}", words(&error));
            if error.kind() == Kind::BadRequest { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let Arguments { config, command } = arguments;
    let standard = if matches!(command, Command::Run(_)) { "info" } else { "warn" };
    let begins = command.begins();
    // What makes configurations needs none.
    let config = || -> Result<Config> {
        let config = Config::load(config.as_deref())?;
        let config = Config { begins, ..config };
        telemetry::start(config.log.as_deref().unwrap_or(standard), config.log_format);
        Ok(config)
    };
    match command {
        Command::Run(arguments) => run::run(config()?, &arguments),
        Command::Db(command) => database::run(&config()?, &command),
        Command::User(command) => user::run(config()?, command),
        Command::Sysadmin(command) => sysadmin::run(config()?, command),
        Command::Dataset(command) => dataset::run(config()?, command),
        Command::Views(command) => views::run(config()?, command),
        Command::SearchIndex(command) => search_index::run(config()?, &command),
        Command::Harvester(command) => harvester::run(config()?, command),
        Command::Jobs(command) => jobs::run(config()?, &command),
        Command::Notify(command) => notify::run(config()?, &command),
        Command::Clean(command) => clean::run(config()?, command),
        Command::Config(command) => config::run(&config()?, &command),
        Command::Demo(arguments) => demo::run(config()?, arguments),
        Command::ConfigTool(arguments) => config_tool::run(&arguments),
        Command::Generate(command) => generate::run(&command),
        Command::FixturePortal(arguments) => config().and_then(|_for_the_log| fixture_portal::run(&arguments)),
        Command::Doctor(arguments) => doctor::run(config()?, &arguments),
    }
}

/// What went wrong, for the person at the terminal: also what only the log reads otherwise.
fn words(error: &Error) -> String {
    match error.kind() {
        Kind::Validation => faults(error.dict()),
        _ if !error.log_context().is_empty() => error.log_context().to_owned(),
        Kind::NotFound if error.message().is_empty() => "Not found".to_owned(),
        Kind::Denied if error.message().is_empty() => "Access denied".to_owned(),
        _ => error.message().to_owned(),
    }
}

fn faults(dict: &ErrorDict) -> String {
    let text = |messages: &Value| match messages {
        Value::Array(messages) => messages.iter().map(base::loose::text_of).collect::<Vec<_>>().join(", "),
        other => base::loose::text_of(other),
    };
    let lines: Vec<String> = dict.fields().iter().map(|(field, messages)| format!("{field}: {}", text(messages))).collect();
    lines.join("; ")
}

/// `name=value` arguments, as CKAN takes them.
fn pairs(arguments: &[String]) -> Result<Map<String, Value>> {
    arguments
        .iter()
        .map(|argument| {
            let (name, value) = argument
                .split_once('=')
                .ok_or_else(|| Error::bad_request(format!("expected name=value, found \"{argument}\"")))?;
            Ok((name.to_owned(), Value::String(value.to_owned())))
        })
        .collect()
}

/// Runs an action as the site, and parses its answer.
fn act(kurak: &Kurak, name: &str, input: Map<String, Value>) -> Result<Value> {
    let row = kurak.app().row(name).ok_or_else(|| Error::bad_request(format!("ckan.plugins leaves out the plugin of {name}")))?;
    let answer = (row.call)(kurak.app(), kurak.site(), input, &action::Conditions::default())?;
    serde_json::from_str(&answer.result).map_err(Error::internal)
}

/// An input of texts.
fn input<const N: usize>(fields: [(&str, &str); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_whole() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn ckans_commands_are_understood() {
        for line in [
            "kurak -c x.ini db init",
            "kurak db upgrade -c x.ini",
            "kurak -c x.ini sysadmin add --create confadmin email=c@example.com password=conformance1",
            "kurak -c x.ini sysadmin add confadmin --create",
            "kurak -c x.ini user token add -q confadmin conformance",
            "kurak user token add confadmin conformance --quiet",
            "kurak user token add confadmin conformance expires_in=30 unit=86400 -q",
            "kurak -c x.ini user setpass anna",
            "kurak user add anna email=a@example.org password=secret123",
            "kurak user show anna",
            "kurak user setpass anna -p secret123",
            "kurak dataset list",
            "kurak dataset purge old",
            "kurak jobs list -l 5 -i",
            "kurak jobs worker --burst",
            "kurak jobs cancel x",
            "kurak db init --skip-plugins",
            "kurak db upgrade -p harvest",
            "kurak db pending-migrations --apply",
            "kurak db duplicate_emails",
            "kurak search-index rebuild -v -i -o -e --keep-orphans some-dataset",
            "kurak search-index rebuild-fast",
            "kurak search-index list-orphans",
            "kurak search-index list-unindexed",
            "kurak search-index clear-orphans -v",
            "kurak config search ckan.auth.*",
            "kurak config validate",
            "kurak config-tool ckan.ini -s app:main -e debug=true a=b",
            "kurak generate config ckan.ini",
            "kurak clean activities --offset-days 90 --keep 5 -f",
            "kurak views clear image_view -y",
            "kurak harvester source show sample",
            "kurak harvester source clear-history sample",
            "kurak harvester source clear-history -k",
            "kurak harvester sources all",
            "kurak harvester job-abort sample",
            "kurak harvester abort-failed-jobs 5",
            "kurak -c x.ini run --host 127.0.0.1 --port 5000",
            "kurak run -H 0.0.0.0 -p 80",
            "kurak search-index rebuild -q",
            "kurak harvester source list --json",
            "kurak harvester source run sample",
            "kurak harvester job list",
            "kurak -c x.ini notify send_emails",
            "kurak fixture-portal some/folder --port 5001",
            "kurak demo --port 5005 --data /tmp/x",
        ] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in ["kurak", "kurak db", "kurak run --port http", "kurak user token add onlyone"] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }

    #[test]
    fn pairs_keep_everything_behind_the_first_sign() {
        let read = pairs(&["password=a=b".to_owned(), "email=".to_owned()]).unwrap();
        assert_eq!(read["password"], "a=b");
        assert_eq!(read["email"], "");
        assert_eq!(pairs(&["nothing".to_owned()]).unwrap_err().kind(), Kind::BadRequest);
    }

    #[test]
    fn faults_are_told_in_one_line() {
        let mut dict = ErrorDict::default();
        dict.add("name", "Missing value");
        dict.add("email", "Not an address");
        dict.add("email", "Taken");
        assert_eq!(words(&Error::validation(dict)), "name: Missing value; email: Not an address, Taken");
    }
}
