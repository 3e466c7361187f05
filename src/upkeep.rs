//! The index beside its database: is it of this one, and how it is built anew. Called by commands
//! when nobody serves, and by a running server for commands that ask it.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result};
use catalog::package::index::unpack;
use serde_json::Value;
use store::{Feed, Lane, Pools};

use crate::db;

/// How long a replay or a build at a start may take.
const CATCH_UP: Duration = Duration::from_secs(3_600);

/// Empties an index that belongs to another database, to a copy of this one or to one that was set back in time; the
/// follower then builds it anew. (A copy has the same `site.instance`, so that the mark alone would let it pass.)
///
/// # Errors
/// Unavailable, if the folder or the database does not answer.
pub fn keep_if_of_this_database(index: &search::Index, folder: &Path, pools: &Pools) -> Result<()> {
    let path = folder.join("database");
    let mut connection = pools.get(Lane::Job)?;
    let identity = db::identity(&mut connection)?;
    let settled = store::follower::settled(&mut connection)?;
    let is_ours = fs::read_to_string(&path).is_ok_and(|text| text == identity);
    if is_ours && index.mark().is_none_or(|mark| mark.watermark <= settled) {
        return Ok(());
    }
    if index.mark().is_some() {
        tracing::warn!("the index is of another database: it is built anew");
    }
    // Also what was built for it and not finished.
    index.clear()?;
    fs::write(&path, identity).map_err(|error| Error::unavailable(format!("{}: {error}", path.display())))
}

/// Builds the index anew and puts it in the place of the old one. Not beside a follower: that one does it itself.
///
/// # Errors
/// Unavailable, if the folder or the database does not answer; the old index then stays.
pub fn rebuild(app: &Arc<App>) -> Result<()> {
    let mut apply = catalog::follower(app);
    let watermark = {
        let mut connection = app.pools.get(Lane::Job)?;
        let settled = store::follower::settled(&mut connection)?;
        apply.prepare(&mut connection)?;
        settled
    };
    apply.builder()(&app.pools, watermark)?.put_in_place()
}

/// Waits until the index holds what was committed before; for commands while nobody serves.
///
/// # Errors
/// Unavailable, if it does not come to its end.
pub fn catch_up(feed: &Feed) -> Result<()> {
    let begin = Instant::now();
    while !feed.is_ready() {
        if begin.elapsed() > CATCH_UP {
            return Err(Error::unavailable("the index does not catch up with the database"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// What the index holds of a dataset, by its id or name: the dataset as a search answers it, without what it quotes.
///
/// # Errors
/// NotFound, when it is not in the index; Internal, if its entry is damaged.
pub fn entry(app: &App, name: &str) -> Result<Value> {
    let missing = || Error::not_found("there is no such dataset in the index");
    // Nothing that means more than itself to a query.
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(missing());
    }
    let request =
        search::Request { fq: vec![format!("name:\"{name}\" OR id:\"{name}\"")], rows: 1, ..search::Request::default() };
    let found = app.current_index().search(&request)?;
    let (_, _, body) = unpack(&found.hits.first().ok_or_else(missing)?.stored)?;
    serde_json::from_str(&format!("{body}}}")).map_err(Error::internal)
}

/// Waits until searches see all that is committed by now; false when they do not in that time.
#[must_use]
pub fn sees_all(feed: &Feed, patience: Duration) -> bool {
    let begin = Instant::now();
    feed.hurry();
    while !feed.sees(begin, 0) {
        if begin.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

#[cfg(test)]
mod tests {
    use kit::TestApp;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_index_of_another_database_is_emptied() {
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        let folder = tempfile::tempdir().unwrap();
        drop(portal.ok("package_create", json!({"name": "one"})));
        let index = search::Index::open(folder.path()).unwrap();
        let keep = || keep_if_of_this_database(&index, folder.path(), &portal.app.pools).unwrap();
        keep();
        let mark = |watermark| search::Mark { origin: "x".to_owned(), watermark };
        index.apply(&[], &mark(1)).unwrap();
        keep();
        assert_eq!(index.mark(), Some(mark(1)));
        // A backup was played back: the log has not come that far yet.
        index.apply(&[], &mark(u64::MAX >> 1)).unwrap();
        keep();
        assert_eq!(index.mark(), None);
        index.apply(&[], &mark(1)).unwrap();
        fs::write(folder.path().join("database"), "of a copy").unwrap();
        keep();
        assert_eq!(index.mark(), None);
    }

    #[test]
    fn searches_see_all_when_it_is_said() {
        let portal = TestApp::with(|settings| settings.auth.create_unowned_dataset = true);
        let feed = portal.app.feed().unwrap();
        assert!(!sees_all(feed, Duration::ZERO), "nobody can have looked at the log since");
        for name in ["one", "two"] {
            drop(portal.ok("package_create", json!({"name": name})));
        }
        assert!(sees_all(feed, Duration::from_secs(30)));
        assert_eq!(portal.app.index.count(), 2);
    }
}
