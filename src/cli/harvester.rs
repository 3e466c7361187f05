//! `kurak harvester`. Sources and jobs live in the database: a running server's worker takes a job up, and without a
//! server this command works on it itself.

use std::time::Duration;

use base::{Error, Result};
use clap::Subcommand;
use serde_json::{Map, Value};

use super::{act, input, pairs, print, signals::Signals};
use crate::{Kurak, config::Config, control};

/// How often a job is looked at.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Subcommand)]
pub enum Command {
    /// Portals to harvest from
    #[command(subcommand)]
    Source(SourceCommand),
    /// Harvest a source now, or with no name: start what is due
    Run {
        /// Id or name of a source
        source: Option<String>,
        /// Delete what a held job did not dare to
        #[arg(long, requires = "source")]
        force: bool,
    },
    /// Runs over sources
    #[command(subcommand)]
    Job(JobCommand),
    /// All sources, newest first
    Sources {
        /// `all`: taken for scripts
        #[arg(hide = true)]
        all: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// All jobs, newest first
    Jobs {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// End a job: by its id, or the last one of a source
    JobAbort { id: String },
    /// End jobs that run for longer than so many days
    AbortFailedJobs {
        #[arg(default_value_t = 7)]
        days: u32,
    },
}

#[derive(Subcommand)]
pub enum SourceCommand {
    /// All sources, newest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a source: source create NAME URL [TYPE] [title=… frequency=… config=…]
    Create {
        name: String,
        url: String,
        #[arg(default_value = "ckan")]
        r#type: String,
        #[arg(value_name = "NAME=VALUE")]
        fields: Vec<String>,
    },
    /// Harvest a source now and wait for its end
    Run {
        /// Id or name
        source: String,
        /// Delete what a held job did not dare to
        #[arg(long)]
        force: bool,
    },
    /// Print a source as JSON
    Show {
        /// Id or name
        source: String,
    },
    /// Delete a source; its datasets stay
    Remove {
        /// Id or name
        source: String,
    },
    /// Purge every dataset that a source brought, and its jobs
    Clear {
        /// Id or name
        source: String,
    },
    /// Forget the jobs that are over, of one source or of all
    ClearHistory {
        /// Id or name
        source: Option<String>,
        /// But for those that brought what is there
        #[arg(short, long)]
        keep_current: bool,
    },
}

#[derive(Subcommand)]
pub enum JobCommand {
    /// Jobs, newest first
    List {
        /// Only those of this source, by id or name
        source: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub fn run(config: Config, command: Command) -> Result<()> {
    match command {
        Command::Source(SourceCommand::Show { source }) => {
            print::json(&act(&Kurak::tools(config)?, "harvest_source_show", input([("id", &source)]))?)
        }
        Command::Source(SourceCommand::Remove { source }) => {
            act(&Kurak::tools(config)?, "harvest_source_delete", input([("id", &source)]))?;
            print::line(format!("Removed harvest source: {source}"))
        }
        Command::Source(SourceCommand::Clear { source }) => clear(&Kurak::tools(config)?, &source),
        Command::Source(SourceCommand::ClearHistory { source, keep_current }) => {
            let mut fields = Map::from_iter([("keep_current".to_owned(), Value::Bool(keep_current))]);
            let action = if source.is_some() { "harvest_source_job_history_clear" } else { "harvest_sources_job_history_clear" };
            fields.extend(source.map(|source| ("id".to_owned(), Value::String(source))));
            act(&Kurak::tools(config)?, action, fields)?;
            print::line("Cleared the history of jobs")
        }
        Command::Jobs { json } => list_jobs(&Kurak::tools(config)?, input([]), json),
        Command::JobAbort { id } => {
            act(&Kurak::tools(config)?, "harvest_job_abort", input([("id", &id)]))?;
            print::line(format!("Job is ended: {id}"))
        }
        Command::AbortFailedJobs { days } => {
            let fields = Map::from_iter([("life_span".to_owned(), Value::from(days))]);
            let done = act(&Kurak::tools(config)?, "harvest_abort_failed_jobs", fields)?;
            print::line(base::loose::text_of(&done))
        }
        Command::Sources { all: _, json } | Command::Source(SourceCommand::List { json }) => {
            let sources = act(&Kurak::tools(config)?, "harvest_source_list", limit())?;
            print::list(&sources, &["id", "title", "url", "type", "active", "frequency", "next_run"], json)
        }
        Command::Source(SourceCommand::Create { name, url, r#type, fields }) => {
            let mut source = pairs(&fields)?;
            source.extend(input([("name", &name), ("url", &url), ("source_type", &r#type)]));
            let made = act(&Kurak::tools(config)?, "harvest_source_create", source)?;
            print::line(made.get("id").and_then(Value::as_str).unwrap_or_default())
        }
        Command::Source(SourceCommand::Run { source, force }) | Command::Run { source: Some(source), force } => {
            run_source(config, &source, force)
        }
        Command::Run { source: None, .. } => {
            act(&Kurak::tools(config)?, "harvest_jobs_run", input([]))?;
            print::line("what was due is waiting; a running server works on it")
        }
        Command::Job(JobCommand::List { source, json }) => {
            let mut fields = input([]);
            fields.extend(source.map(|source| ("source_id".to_owned(), Value::String(source))));
            list_jobs(&Kurak::tools(config)?, fields, json)
        }
    }
}

/// A call clears a part; there is nobody here to call again but this.
fn clear(kurak: &Kurak, source: &str) -> Result<()> {
    loop {
        match act(kurak, "harvest_source_clear", input([("id", source)])) {
            Err(error) if error.kind() == base::Kind::Unavailable => std::thread::sleep(LOOK),
            outcome => {
                outcome?;
                return print::line(format!("Cleared harvest source: {source}"));
            }
        }
    }
}

fn limit() -> Map<String, Value> {
    Map::from_iter([("limit".to_owned(), Value::from(1_000))])
}

/// Prints jobs.
///
/// # Errors
/// What the action says.
pub fn list_jobs(kurak: &Kurak, fields: Map<String, Value>, as_json: bool) -> Result<()> {
    let members = [
        "id",
        "source_id",
        "status",
        "created",
        "finished",
        "stats.added",
        "stats.updated",
        "stats.not modified",
        "stats.deleted",
        "stats.errored",
    ];
    print::list(&act(kurak, "harvest_job_list", fields)?, &members, as_json)
}

fn run_source(config: Config, source: &str, force: bool) -> Result<()> {
    let signals = Signals::listen()?;
    let kurak = if control::is_served(&config.data) { Kurak::tools(config)? } else { Kurak::open(config)? };
    let mut fields = input([("source_id", source)]);
    fields.insert("force".to_owned(), Value::Bool(force));
    let job = act(&kurak, "harvest_job_create", fields)?;
    let id = job.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(job) = follow(&kurak, &id, &signals)? else {
        return Err(Error::unavailable(format!("left while job {id} runs; a server, or the next run, goes on with it")));
    };
    tell(&job)
}

/// Waits for the end of a job with a bar; `None` when a signal came first.
///
/// # Errors
/// What the action says.
pub fn follow(kurak: &Kurak, id: &str, signals: &Signals) -> Result<Option<Value>> {
    let bar = print::bar(0, "datasets")?;
    loop {
        let job = act(kurak, "harvest_job_show", input([("id", id)]))?;
        let number = |path: &str| job.pointer(path).and_then(Value::as_u64);
        if let Some(total) = number("/progress/total") {
            bar.set_length(total);
        }
        bar.set_position(number("/progress/seen").unwrap_or_default());
        if !matches!(status(&job), "New" | "Running") {
            bar.finish_and_clear();
            return Ok(Some(job));
        }
        if signals.came_within(LOOK) {
            bar.abandon();
            return Ok(None);
        }
    }
}

fn status(job: &Value) -> &str {
    job.get("status").and_then(Value::as_str).unwrap_or_default()
}

/// What a job did, in one line.
#[must_use]
pub fn counts(job: &Value) -> String {
    let names = [
        ("added", "added"),
        ("updated", "updated"),
        ("not modified", "unchanged"),
        ("deleted", "deleted"),
        ("errored", "rejected"),
    ];
    let number = |name: &str| job.pointer(&format!("/stats/{name}")).and_then(Value::as_i64).unwrap_or_default();
    names.iter().map(|(name, word)| format!("{} {word}", number(name))).collect::<Vec<_>>().join(", ")
}

/// The most frequent errors of a job, a line each.
pub fn reasons(job: &Value) -> Vec<String> {
    let lists = ["gather_error_summary", "object_error_summary"].map(|name| job.get(name).and_then(Value::as_array));
    let line = |item: &Value| {
        let message = item.get("message").and_then(Value::as_str).unwrap_or_default();
        let message: String = message.chars().filter(|character| !character.is_control()).take(200).collect();
        format!("{} × {message}", item.get("error_count").and_then(Value::as_i64).unwrap_or_default())
    };
    lists.into_iter().flatten().flatten().map(line).collect()
}

/// True when the listing broke off, or nothing of it could be read at all.
fn has_failed(job: &Value) -> bool {
    let note = job.get("note").and_then(Value::as_str).unwrap_or_default();
    let has_errors = job.get("gather_error_summary").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
    let has_seen = job.pointer("/progress/seen").and_then(Value::as_i64).is_some_and(|seen| seen > 0);
    note.starts_with(harvest::run::BROKEN) || (has_errors && !has_seen)
}

fn tell(job: &Value) -> Result<()> {
    print::line(format!("{}: {}", status(job), counts(job)))?;
    reasons(job).iter().try_for_each(|reason| print::line(format!("  {reason}")))?;
    let note = job.get("note").and_then(Value::as_str);
    match status(job) {
        "Finished" if !has_failed(job) => note.map_or(Ok(()), print::line),
        _ => Err(Error::internal(note.unwrap_or("the job did not come to its end"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_is_told_in_words() {
        let job = json!({"stats": {"added": 3, "updated": 0, "not modified": 2, "deleted": 0, "errored": 1},
            "object_error_summary": [{"message": "bad\nname", "error_count": 1}], "gather_error_summary": []});
        assert_eq!(counts(&job), "3 added, 0 updated, 2 unchanged, 0 deleted, 1 rejected");
        assert_eq!(reasons(&job), ["1 × badname"]);
        assert!(!has_failed(&job));
    }

    #[test]
    fn a_job_that_brought_nothing_has_failed() {
        for (note, gather, seen, failed) in [
            (None, json!([]), 0, false),
            (Some("The listing is not complete: nothing was deleted"), json!([{"message": "x"}]), 5, false),
            (Some("The listing could not be read to its end: nothing was deleted"), json!([{"message": "x"}]), 5, true),
            (Some("the key cannot be opened"), json!([{"message": "x"}]), 0, true),
        ] {
            let job = json!({"note": note, "gather_error_summary": gather, "progress": {"seen": seen}});
            assert_eq!(has_failed(&job), failed, "{job}");
        }
    }
}
