//! The index beside its database: is it of this one, does it hold the same, and how it is built anew. Called by commands
//! when nobody serves, and by a running server for commands that ask it.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result};
use model::Document;
use store::{Feed, Lane, Pools, documents};

use crate::db;

/// Datasets read at a time.
const PAGE: i64 = 500;
/// How long a difference may last that is only a change on its way.
const SETTLE: Duration = Duration::from_millis(1_500);

/// How long a replay or a build at a start may take.
const CATCH_UP: Duration = Duration::from_secs(3_600);

/// What index and database do not agree on, by dataset id.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the database alone.
    pub missing: Vec<String>,
    /// In both, in different versions.
    pub stale: Vec<String>,
    /// In the index alone.
    pub surplus: Vec<String>,
}

impl Differences {
    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.stale.is_empty() && self.surplus.is_empty()
    }

    fn ids(&self) -> impl Iterator<Item = &String> {
        self.missing.iter().chain(&self.stale).chain(&self.surplus)
    }
}

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
        index.clear()?;
    }
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
        apply.prepare(&mut connection)?;
        store::follower::settled(&mut connection)?
    };
    apply.builder()(&app.pools, watermark)?()
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

/// Compares every entry of the index with the database. What differs is looked at a second time, because a change may be
/// on its way.
///
/// # Errors
/// Unavailable, if the database does not answer.
pub fn check(app: &App, told: &mut dyn FnMut(u64)) -> Result<Differences> {
    let first = compare(app, None, told)?;
    if first.is_empty() {
        return Ok(first);
    }
    std::thread::sleep(SETTLE);
    compare(app, Some(&first.ids().cloned().collect()), &mut |_| ())
}

fn compare(app: &App, only: Option<&HashSet<String>>, told: &mut dyn FnMut(u64)) -> Result<Differences> {
    let mut indexed: HashMap<String, i64> = HashMap::new();
    app.index.versions(&mut |id, version| {
        if only.is_none_or(|only| only.contains(id)) {
            indexed.insert(id.to_owned(), version);
        }
    })?;
    let mut found = Differences::default();
    let mut visit = |documents: Vec<Document>| {
        told(u64::try_from(documents.len()).unwrap_or_default());
        for document in documents.into_iter().filter(|document| document.state != "deleted") {
            match indexed.remove(&document.id) {
                None => found.missing.push(document.id),
                Some(version) if version != document.version => found.stale.push(document.id),
                Some(_) => {}
            }
        }
    };
    let mut connection = app.pools.get(Lane::Job)?;
    if let Some(only) = only {
        visit(documents::list(&mut connection, &only.iter().cloned().collect::<Vec<_>>())?);
    } else {
        let mut after = String::new();
        loop {
            let page = documents::page_after(&mut connection, &after, PAGE)?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id);
            visit(page);
        }
    }
    found.surplus = indexed.into_keys().collect();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use kit::TestApp;
    use serde_json::json;

    use super::*;

    fn portal() -> TestApp {
        TestApp::with(|settings| settings.auth.create_unowned_dataset = true)
    }

    fn id(portal: &TestApp, name: &str) -> String {
        portal.ok("package_create", json!({"name": name}))["id"].as_str().unwrap().to_owned()
    }

    #[test]
    fn differences_are_found_and_a_rebuild_mends_them() {
        let portal = portal();
        let (kept, lost) = (id(&portal, "kept"), id(&portal, "lost"));
        let mark = portal.app.index.mark().unwrap();
        assert!(check(&portal.app, &mut |_| ()).unwrap().is_empty());
        portal.app.index.apply(&[search::Change::Remove(lost.clone())], &mark).unwrap();
        db::execute(&portal.app.pools, &format!("update package_document set version = version + 1 where id = '{kept}'"));
        let found = check(&portal.app, &mut |_| ()).unwrap();
        assert_eq!(found, Differences { missing: vec![lost], stale: vec![kept], surplus: vec![] });
        rebuild(&portal.app).unwrap();
        assert!(check(&portal.app, &mut |_| ()).unwrap().is_empty());
    }

    #[test]
    fn the_index_of_another_database_is_emptied() {
        let (portal, folder) = (portal(), tempfile::tempdir().unwrap());
        drop(id(&portal, "one"));
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
}
