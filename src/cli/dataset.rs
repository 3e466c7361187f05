//! `kurak dataset`.

use base::{Error, Result};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{act, input, print};
use crate::{Kurak, config::Config};

/// Datasets that are asked for at a time.
const PAGE: usize = 1_000;

#[derive(Subcommand)]
pub enum Command {
    /// Print a dataset as JSON
    Show {
        /// Id or name
        dataset: String,
    },
    /// Ids and names of all datasets, those too that not everybody sees
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Mark a dataset as deleted
    Delete {
        /// Id or name
        dataset: String,
    },
    /// Remove a dataset and everything of it for good
    Purge {
        /// Id or name
        dataset: String,
    },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    let kurak = Kurak::tools(config)?;
    match command {
        Command::Show { dataset } => print::json(&act(&kurak, "package_show", input([("id", &dataset)]))?),
        Command::List { json } => list(&kurak, json),
        Command::Delete { dataset } => {
            let before = act(&kurak, "package_show", input([("id", &dataset)]))?;
            act(&kurak, "package_delete", input([("id", &dataset)]))?;
            let text = |key: &str| before.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            print::line(format!("{} {} -> deleted", text("name"), text("state")))
        }
        Command::Purge { dataset } => {
            act(&kurak, "dataset_purge", input([("id", &dataset)]))?;
            print::line(format!("{dataset} purged"))
        }
    }
}

/// The database is asked and not an index, which only a server has.
fn list(kurak: &Kurak, as_json: bool) -> Result<()> {
    let mut rows: Vec<Value> = Vec::new();
    let mut after = String::new();
    let mut connection = kurak.app().pools.get(store::Lane::Job)?;
    loop {
        let limit = i64::try_from(PAGE).map_err(Error::internal)?;
        let page = store::documents::page_after(&mut connection, &after, limit)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.id);
        let row = |document: &model::Document| json!({"id": document.id, "name": document.name, "state": document.state});
        rows.extend(page.iter().map(row));
    }
    if !as_json {
        print::line(format!("count = {}", rows.len()))?;
    }
    print::list(&Value::Array(rows), &["id", "name", "state"], as_json)
}
