//! `kurak jobs`: what runs in the background. Today these are harvests.

use base::Result;
use clap::Subcommand;

use super::{harvester, input};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// All jobs, newest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub fn run(config: Config, command: &Command) -> Result<()> {
    let Command::List { json } = command;
    harvester::list_jobs(&Kurak::tools(config)?, input([]), *json)
}
