//! `kurak jobs`: what runs in the background. Today these are harvests.

use base::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{act, harvester, input, print};
use crate::{Kurak, config::Config};

#[derive(Subcommand)]
pub enum Command {
    /// All jobs, newest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
        /// At most so many
        #[arg(short, long, default_value_t = 1_000)]
        limit: u32,
        /// The ids alone
        #[arg(short, long)]
        ids: bool,
    },
    /// Print a job
    Show { id: String },
    /// End a job that waits or runs
    Cancel { id: String },
    /// End the jobs that wait
    Clear,
    /// Work on jobs: a server does so by itself
    Worker {
        /// Queues; there is one
        #[arg(hide = true)]
        queues: Vec<String>,
        /// Taken for scripts
        #[arg(long, hide = true)]
        burst: bool,
    },
}

pub fn run(config: Config, command: &Command) -> Result<()> {
    let kurak = || Kurak::tools(config);
    match command {
        Command::List { json, limit, ids } => {
            let kurak = kurak()?;
            let fields = [("limit".to_owned(), json!(limit))].into_iter().collect();
            if !ids {
                return harvester::list_jobs(&kurak, fields, *json);
            }
            let jobs = act(&kurak, "harvest_job_list", fields)?;
            let id = |job: &Value| job.get("id").and_then(Value::as_str).map(str::to_owned);
            jobs.as_array().into_iter().flatten().filter_map(id).try_for_each(print::line)
        }
        Command::Show { id } => print::json(&act(&kurak()?, "harvest_job_show", input([("id", id)]))?),
        Command::Cancel { id } => {
            act(&kurak()?, "job_cancel", input([("id", id)]))?;
            print::line(format!("Cancelled job {id}"))
        }
        Command::Clear => {
            act(&kurak()?, "job_clear", input([]))?;
            print::line("Cleared the jobs that waited")
        }
        Command::Worker { .. } => print::line("a running server works on jobs by itself; there is nothing to start"),
    }
}
