//! `kurak search-index`. The index has one owner: while a server runs, it does what is asked, and the command waits.

use base::{Error, Result};
use clap::Subcommand;
use serde_json::Value;
use store::Lane;

use super::print;
use crate::{Kurak, comparison, config::Config, control, db, upkeep};

#[derive(Subcommand)]
pub enum Command {
    /// Build the index anew from the database; searches go on answering from the old one
    #[command(alias = "rebuild-fast", alias = "clear-orphans")]
    Rebuild {
        /// Say nothing but faults
        #[arg(short, long)]
        quiet: bool,
        #[command(flatten)]
        parts: Parts,
    },
    /// Ids that are in the index and not in the database
    ListOrphans,
    /// Ids that are in the database and not in the index
    ListUnindexed,
    /// Compare every entry of the index with the database; fails when they differ
    Check {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what the index holds of a dataset
    Show { name: String },
    /// Empty the index; the next start builds it anew
    Clear {
        #[arg(hide = true)]
        dataset: Option<String>,
    },
}

/// CKAN's options for parts of a rebuild. All is built anew in any case: taken for scripts.
#[derive(clap::Args)]
pub struct Parts {
    #[arg(short, long, hide = true)]
    verbose: bool,
    #[arg(short = 'i', long, hide = true)]
    force: bool,
    #[arg(short, long, hide = true)]
    only_missing: bool,
    #[arg(short = 'e', long, hide = true)]
    commit_each: bool,
    #[arg(long, hide = true)]
    keep_orphans: bool,
    #[arg(hide = true)]
    dataset: Option<String>,
}

pub fn run(config: Config, command: &Command) -> Result<()> {
    match command {
        Command::Rebuild { quiet, parts: _ } => rebuild(config, *quiet),
        Command::Check { json } => tell(&check(config)?, *json),
        Command::ListOrphans => names(&check(config)?, "surplus"),
        Command::ListUnindexed => names(&check(config)?, "missing"),
        Command::Show { name } => show(config, name),
        // What was taken out alone would be put back: the index says what the database says.
        Command::Clear { dataset: Some(_) } => Err(Error::bad_request(
            "a dataset leaves the index with `dataset purge`; what the index has wrong `search-index rebuild` mends",
        )),
        Command::Clear { dataset: None } => clear(config),
    }
}

fn rebuild(config: Config, quiet: bool) -> Result<()> {
    let wheel = if quiet { indicatif::ProgressBar::hidden() } else { print::wheel("building the index".to_owned())? };
    let count = if let Some(done) = control::ask(&config.data, "rebuild", &mut |_| ())? {
        done.get("count").and_then(Value::as_u64).unwrap_or_default()
    } else {
        let kurak = Kurak::with_index(config)?;
        upkeep::rebuild(kurak.app())?;
        kurak.app().index.count()
    };
    wheel.finish_and_clear();
    if quiet { Ok(()) } else { print::line(format!("{count} datasets are in the index")) }
}

fn names(found: &Value, what: &str) -> Result<()> {
    let ids = found.get(what).and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).try_for_each(print::line)
}

fn show(config: Config, name: &str) -> Result<()> {
    if let Some(entry) = control::ask(&config.data, &format!("show {name}"), &mut |_| ())? {
        return print::json(&entry);
    }
    let mut kurak = Kurak::with_index(config)?;
    upkeep::catch_up(&kurak.follow()?)?;
    print::json(&upkeep::entry(kurak.app(), name)?)
}

fn check(config: Config) -> Result<Value> {
    let bar = print::bar(0, "datasets")?;
    let found = if let Some(done) = control::ask(&config.data, "check", &mut |seen| bar.inc(seen))? {
        done
    } else {
        let mut kurak = Kurak::with_index(config)?;
        upkeep::catch_up(&kurak.follow()?)?;
        bar.set_length(db::count_documents(&mut *kurak.app().pools.get(Lane::Job)?)?);
        let found = comparison::whole(kurak.app(), &mut |seen| bar.inc(seen))?;
        found.told(kurak.app().index.count())
    };
    bar.finish_and_clear();
    Ok(found)
}

fn tell(found: &Value, as_json: bool) -> Result<()> {
    if as_json {
        print::json(found)?;
    }
    let mut counts = Vec::new();
    for what in ["missing", "stale", "surplus"] {
        let ids = found.get(what).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if !as_json {
            ids.iter().try_for_each(|id| print::line(format!("{what}: {}", id.as_str().unwrap_or_default())))?;
        }
        if !ids.is_empty() {
            counts.push(format!("{} {what}", ids.len()));
        }
    }
    let left_out = found.get("quarantined").and_then(Value::as_object).cloned().unwrap_or_default();
    if !as_json {
        let told = |(id, reason): (&String, &Value)| {
            print::line(format!("cannot be taken: {id}: {}", reason.as_str().unwrap_or_default()))
        };
        left_out.iter().try_for_each(told)?;
    }
    if !left_out.is_empty() && counts.is_empty() {
        return Err(Error::internal(format!(
            "{} datasets cannot be taken into the index; the rest equals the database",
            left_out.len()
        )));
    }
    if !counts.is_empty() {
        return Err(Error::internal(format!(
            "index and database differ: {}; `kurak search-index rebuild` mends it",
            counts.join(", ")
        )));
    }
    let count = found.get("count").and_then(Value::as_u64).unwrap_or_default();
    if as_json { Ok(()) } else { print::line(format!("the index equals the database: {count} datasets")) }
}

fn clear(config: Config) -> Result<()> {
    if control::is_served(&config.data) {
        return Err(Error::unavailable("a server runs on this data folder; stop it first, or use `search-index rebuild`"));
    }
    Kurak::with_index(config)?.app().index.clear()?;
    print::line("the index is empty; the next start builds it anew")
}
