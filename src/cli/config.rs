//! `kurak config`.

use base::Result;
use clap::Subcommand;
use serde_json::{Map, Value};

use super::print;
use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Print the options in force, secrets hidden
    Print {
        /// As a JSON object
        #[arg(long)]
        json: bool,
    },
}

pub fn run(config: &Config, command: &Command) -> Result<()> {
    let Command::Print { json } = command;
    let mut options = config.printable();
    options.retain(|(name, _)| name != "kurak.data");
    options.push(("kurak.data".to_owned(), config.data.display().to_string()));
    options.sort();
    if *json {
        let object: Map<String, Value> = options.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        return print::json(&Value::Object(object));
    }
    let unread = config.not_honoured();
    let rows: Vec<Vec<String>> = options
        .into_iter()
        .map(|(name, value)| {
            let note = unread.iter().find(|(unread, _)| *unread == name).map(|(_, meaning)| format!("does nothing: {meaning}"));
            vec![name, value.replace('\n', " "), note.unwrap_or_default()]
        })
        .collect();
    print::table(&["option", "value", ""], &rows)
}
