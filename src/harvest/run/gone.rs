//! What has vanished at its source: known here, and not met in a complete listing. Deleted, unless that looks like a
//! fault of the remote.

use base::Result;
use catalog::package::delete_many;
use store::Lane;

use super::{
    db, hash,
    work::{BROKEN, End, Run, Step},
};

/// Deletions are held when more than this share of a source's datasets would go …
const HOLD_PERCENT: usize = 20;
/// … and more than this many.
const HOLD_COUNT: usize = 50;
/// Datasets that are asked for one by one when the listing changed while it was read.
const ASK: usize = 200;
/// Rows looked at, and datasets deleted, at a time.
const CHUNK: usize = 200;

/// How the end of a job looks.
pub enum Sweep {
    Done(Option<String>),
    Held(String),
    Out(End),
}

struct Gone {
    object_id: String,
    guid: String,
    package_id: Option<String>,
}

/// Deletes what has vanished.
///
/// # Errors
/// What the database says.
pub fn sweep(run: &mut Run) -> Result<Sweep> {
    if run.mark.incomplete {
        let why = if run.mark.broken { BROKEN } else { "The listing is not complete" };
        return Ok(Sweep::Done(Some(format!("{why}: nothing was deleted"))));
    }
    let (mut gone, live) = find(run)?;
    let going = gone.iter().filter(|gone| gone.package_id.is_some()).count();
    if gone.is_empty() {
        return Ok(Sweep::Done(None));
    }
    if let Some(note) = hold(going, live, run.seen.is_empty()).filter(|_| !run.job.force) {
        return Ok(Sweep::Held(note));
    }
    let met = u64::try_from(run.seen.len()).unwrap_or(u64::MAX).saturating_add(run.mark.passed);
    if run.mark.unsteady || run.mark.total.is_some_and(|total| total != met) {
        if gone.len() > ASK {
            let note = "The listing changed while it was read: nothing was deleted; the next harvest looks again";
            return Ok(Sweep::Done(Some(note.to_owned())));
        }
        gone.retain(|gone| !run.shared.is_stopping() && matches!(run.protocol.is_there(&gone.guid), Ok(false)));
    }
    for chunk in gone.chunks(CHUNK) {
        if run.shared.is_stopping() {
            return Ok(Sweep::Out(End::Stopped));
        }
        let step = run.in_fence(|run, ctx| {
            let packages: Vec<String> = chunk.iter().filter_map(|gone| gone.package_id.clone()).collect();
            let deleted = delete_many(ctx, &packages)?;
            let objects: Vec<String> = chunk.iter().map(|gone| gone.object_id.clone()).collect();
            db::mark_gone(ctx.db()?, &objects, &run.job.id)?;
            let counts = db::Counts { deleted: i64::try_from(deleted).unwrap_or(0), ..db::Counts::default() };
            db::save(ctx.db()?, &run.job.id, &counts, None, None)
        })?;
        if let Step::Out(end) = step {
            return Ok(Sweep::Out(end));
        }
    }
    Ok(Sweep::Done(None))
}

/// What of the source's current objects was not met, and how many of them have a dataset.
fn find(run: &Run) -> Result<(Vec<Gone>, usize)> {
    let (mut gone, mut live, mut after) = (Vec::new(), 0, String::new());
    loop {
        let mut connection = run.shared.app.pools.get(Lane::Job)?;
        let rows = db::current_after(&mut connection, &run.source.id, &after, 2_000)?;
        drop(connection);
        let Some((last, _, _)) = rows.last() else { return Ok((gone, live)) };
        after.clone_from(last);
        for (object_id, guid, package_id) in rows {
            live += usize::from(package_id.is_some());
            if !run.seen.contains(&hash::of_guid(&guid)) {
                gone.push(Gone { object_id, guid, package_id });
            }
        }
    }
}

/// Why nothing is deleted for now; `None` when it may be.
fn hold(going: usize, live: usize, is_empty: bool) -> Option<String> {
    let many = going > HOLD_COUNT && going.saturating_mul(100) > live.saturating_mul(HOLD_PERCENT);
    ((is_empty && going > 0) || many).then(|| {
        format!(
            "{going} of {live} datasets are gone at the source. Nothing was deleted. If that is right: \
             `kurak harvester run NAME --force`, or harvest_job_create with force=true"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_much_at_once_is_held() {
        for (going, live, is_empty, held) in [
            (1, 2, false, false),
            (50, 60, false, false),
            (51, 255, false, false),
            (51, 254, false, true),
            (60, 100, false, true),
            (3, 3, true, true),
            (0, 0, true, false),
        ] {
            assert_eq!(hold(going, live, is_empty).is_some(), held, "{going} of {live}");
        }
    }
}
