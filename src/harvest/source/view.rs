//! Sources as clients see them. The API key is never among what is shown: only its seal is stored.

use std::collections::HashMap;

use action::Ctx;
use base::{Result, time::Stamp};
use chrono::NaiveDateTime;
use serde_json::{Map, Value, json};

use super::db::{self, Source};
use crate::job;

/// `2026-11-24 08:25:00.123456`: how ckanext-harvest writes its times.
#[must_use]
pub fn blank_time(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// `harvest_source_show`: a dataset of type `harvest`.
///
/// # Errors
/// What the database says.
pub fn whole(ctx: &mut Ctx, source: &Source) -> Result<Value> {
    let status = status(ctx, source)?;
    let organization = source.owner_org.as_deref().and_then(|id| ctx.app.quotes.find(id));
    Ok(json!({
        "id": source.id, "name": source.name, "title": source.title, "url": source.url, "notes": source.description,
        "source_type": source.type_, "frequency": source.frequency, "config": source.config, "active": source.active,
        "state": source.state, "private": source.private, "type": "harvest", "owner_org": source.owner_org,
        "organization": organization.map(|group| group.row.organization_quote()), "creator_user_id": source.user_id,
        "publisher_id": source.publisher_id, "metadata_created": Stamp::from_naive(source.created),
        "metadata_modified": Stamp::from_naive(source.modified), "next_run": source.next_run.map(blank_time),
        "author": null, "author_email": null, "maintainer": null, "maintainer_email": null, "version": null,
        "license_id": null, "license_title": null, "isopen": false, "num_resources": 0, "num_tags": 0, "resources": [],
        "tags": [], "groups": [], "extras": [], "relationships_as_subject": [], "relationships_as_object": [],
        "status": status,
    }))
}

/// `harvest_source_show_status`.
///
/// # Errors
/// What the database says.
pub fn status(ctx: &mut Ctx, source: &Source) -> Result<Value> {
    let counts = db::job_counts(ctx.db()?, std::slice::from_ref(&source.id))?;
    let last = job::db::last(ctx.db()?, &source.id)?;
    let last = match last {
        Some(last) => job::view::whole(ctx, &last)?,
        None => Value::Null,
    };
    Ok(json!({
        "job_count": counts.first().map_or(0, |(_, count, _)| *count),
        "last_job": last,
        "total_datasets": db::count_datasets(ctx.db()?, &source.id)?,
        "next_run": source.next_run.map(blank_time),
    }))
}

/// `harvest_source_list`.
///
/// # Errors
/// What the database says.
pub fn list(ctx: &mut Ctx, sources: &[Source], with_last_job: bool) -> Result<Vec<Value>> {
    let ids: Vec<String> = sources.iter().map(|source| source.id.clone()).collect();
    let counts: HashMap<_, _> =
        db::job_counts(ctx.db()?, &ids)?.into_iter().map(|(id, count, last)| (id, (count, last))).collect();
    let last_jobs = if with_last_job { job::db::last_of_each(ctx.db()?, &ids)? } else { HashMap::new() };
    Ok(sources
        .iter()
        .map(|source| {
            let publisher = source.publisher_id.as_deref().and_then(|id| ctx.app.quotes.find(id));
            let mut entry = json!({
                "id": source.id, "name": source.name, "url": source.url, "title": source.title,
                "description": source.description, "config": source.config, "created": blank_time(source.created),
                "type": source.type_, "active": source.active, "user_id": source.user_id.as_deref().unwrap_or_default(),
                "publisher_id": source.publisher_id.as_deref().unwrap_or_default(), "frequency": source.frequency,
                "next_run": source.next_run.map(blank_time), "owner_org": source.owner_org,
                "publisher_title": publisher.map(|group| group.row.title.clone()).unwrap_or_default(),
                "status": short_status(source, counts.get(&source.id)),
            });
            if let (true, Some(entry)) = (with_last_job, entry.as_object_mut()) {
                entry.insert("last_job_status".to_owned(), json!(last_jobs.get(&source.id).map(|job| &job.status)));
            }
            entry
        })
        .collect())
}

fn short_status(source: &Source, counts: Option<&(i64, Option<NaiveDateTime>)>) -> Value {
    let mut status = Map::new();
    let count = counts.map_or(0, |(count, _)| *count);
    status.insert("job_count".to_owned(), json!(count));
    if count == 0 {
        status.insert("msg".to_owned(), json!("No jobs yet"));
    }
    let next = source.next_run.map_or_else(|| "Not yet scheduled".to_owned(), blank_time);
    status.insert("next_harvest".to_owned(), json!(next));
    let last = counts.and_then(|(_, last)| *last).map_or_else(|| "None".to_owned(), blank_time);
    status.insert("last_harvest_request".to_owned(), json!(last));
    Value::Object(status)
}
