//! What waits to be done in the background, as CKAN's job actions tell it: harvests, in a queue called `harvest`. Must
//! never decide what a harvest does.

pub mod cancel;
pub mod clear;
pub mod db;
pub mod list;
pub mod show;

use action::{Ctx, Row};
use base::{Error, Result, time::Stamp};
use serde::Serialize;
use serde_json::Value;

/// The only queue.
const QUEUE: &str = "harvest";

/// The actions of this noun.
#[must_use]
pub fn rows() -> Vec<Row> {
    vec![Row::of::<cancel::Cancel>(), Row::of::<clear::Clear>(), Row::of::<list::List>(), Row::of::<show::Show>()]
}

/// A job (shape `job`).
#[derive(Serialize)]
pub struct View {
    id: String,
    title: String,
    created: String,
    queue: &'static str,
}

impl From<db::Waiting> for View {
    fn from(job: db::Waiting) -> Self {
        let created = Stamp::from_naive(job.created).to_string();
        Self {
            id: job.id,
            title: format!("Harvest {}", job.source),
            created: created.split('.').next().unwrap_or_default().to_owned(),
            queue: QUEUE,
        }
    }
}

/// Sysadmins.
fn allow(ctx: &Ctx) -> Result<()> {
    if ctx.actor.is_sysadmin() { Ok(()) } else { Err(Error::denied("")) }
}

/// Names of queues (`list_of_strings`); none where all are meant.
fn names(queues: Option<&Value>) -> Result<Vec<String>> {
    let Some(queues) = queues else { return Ok(Vec::new()) };
    let list = queues.as_array().ok_or_else(|| Error::invalid("queues", "Not a list"))?;
    let name = |name: &Value| {
        let text = name.as_str().map(str::to_owned);
        text.ok_or_else(|| Error::invalid("queues", format!("Not a string: {name}")))
    };
    list.iter().map(name).collect()
}

/// True when these queues, or all, are asked for and the one of harvests is among them.
fn is_meant(names: &[String]) -> bool {
    names.is_empty() || names.iter().any(|name| name == QUEUE)
}
