//! `kurak clean`.

use base::{Error, Result};
use clap::Subcommand;
use serde_json::{Map, Value};

use super::{act, print};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// Remove old activities: those of a span of time, or older than so many days
    Activities {
        /// Where the span begins, ISO 8601
        #[arg(long, value_name = "DATE")]
        start_date: Option<String>,
        /// Where it ends, ISO 8601
        #[arg(long, value_name = "DATE")]
        end_date: Option<String>,
        /// How many days activities stay
        #[arg(long, value_name = "DAYS")]
        offset_days: Option<u32>,
        /// How many of the newest of each object stay
        #[arg(long, value_name = "NUMBER")]
        keep: Option<u32>,
        /// Do it without a question
        #[arg(short, long)]
        force: bool,
    },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    let Command::Activities { start_date, end_date, offset_days, keep, force } = command;
    if !force {
        return Err(Error::bad_request("this removes activities for good; say --force if that is meant"));
    }
    let number = |number: Option<u32>| number.map(Value::from);
    let text = |text: Option<String>| text.map(Value::String);
    let fields = [
        ("start_date", text(start_date)),
        ("end_date", text(end_date)),
        ("offset_days", number(offset_days)),
        ("keep", number(keep)),
    ];
    let input: Map<String, Value> = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let done = act(&Kurak::tools(config)?, "activity_delete", input)?;
    print::line(done.get("message").and_then(Value::as_str).unwrap_or_default())
}
