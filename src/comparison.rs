//! Is in the index what the database says: all of it, document by document, whole documents and not their versions alone.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use action::App;
use base::Result;
use catalog::package::rebuild::entry;
use model::Document;
use search::Prints;
use serde_json::{Value, json};
use store::{Lane, documents};

/// Datasets read at a time.
const PAGE: i64 = 500;
/// How long a difference may last that is only a change on its way.
pub const SETTLE: Duration = Duration::from_millis(1_500);

/// How often [`whole`] looks again at what is written meanwhile.
const LOOKS: usize = 4;

/// Versions of datasets, by id; what is purged has none.
pub type Versions = HashMap<String, i64>;

/// What index and database do not agree on, by dataset id.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// In the database alone.
    pub missing: Vec<String>,
    /// In both, but not the same.
    pub stale: Vec<String>,
    /// In the index alone.
    pub surplus: Vec<String>,
    /// In the database alone, because the index cannot take them; with the reasons.
    pub quarantined: BTreeMap<String, String>,
}

impl Differences {
    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.missing.len() + self.stale.len() + self.surplus.len() + self.quarantined.len()
    }

    /// Those that taking them again may mend.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.missing.iter().chain(&self.stale).chain(&self.surplus)
    }

    /// As commands tell it.
    #[must_use]
    pub fn told(&self, count: u64) -> Value {
        json!({"count": count, "missing": self.missing, "stale": self.stale, "surplus": self.surplus,
            "quarantined": self.quarantined})
    }

    /// Leaves out what was written again since a first look, and answers it: a change of it may be on its way.
    pub fn take_moved(&mut self, before: &Versions, now: &Versions) -> Vec<String> {
        let mut moved = Vec::new();
        for ids in [&mut self.missing, &mut self.stale, &mut self.surplus] {
            moved.extend(ids.extract_if(.., |id| before.get(id) != now.get(id)));
        }
        moved
    }

    fn extend(&mut self, other: Self) {
        self.missing.extend(other.missing);
        self.stale.extend(other.stale);
        self.surplus.extend(other.surplus);
        self.quarantined.extend(other.quarantined);
    }

    fn add(&mut self, app: &App, documents: &[Document], mut indexed: Prints) {
        for document in documents.iter().filter(|document| document.state != "deleted") {
            let known = indexed.remove(&document.id);
            let expected = entry(app, document).map(|entry| (entry.version, entry.print()));
            match (expected, known) {
                (Some(expected), Some(known)) if expected == known => {}
                (Some(_), Some(_)) => self.stale.push(document.id.clone()),
                (Some(_), None) => match app.index.quarantine_reason(&document.id) {
                    Some(reason) => drop(self.quarantined.insert(document.id.clone(), reason)),
                    None => self.missing.push(document.id.clone()),
                },
                (None, Some(_)) => self.surplus.push(document.id.clone()),
                (None, None) => {
                    let reason = app.index.quarantine_reason(&document.id).unwrap_or_default();
                    self.quarantined.insert(document.id.clone(), reason);
                }
            }
        }
        self.surplus.extend(indexed.into_keys());
    }
}

/// Compares every dataset. What differs is looked at again, because a change may be on its way: what is written all the time
/// is left out after a few looks. `told` hears how many datasets were seen since it last heard.
///
/// # Errors
/// Unavailable, if the database does not answer.
pub fn whole(app: &App, told: &mut dyn FnMut(u64)) -> Result<Differences> {
    let mut certain = Differences::default();
    let (mut suspects, mut before) = (Vec::new(), Versions::new());
    let mut after = Some(String::new());
    while let Some(begin) = after {
        let part = part(app, &begin, PAGE)?;
        told(u64::try_from(part.seen).unwrap_or_default());
        before.extend(
            part.found.ids().filter_map(|id| part.versions.get_key_value(id)).map(|(id, version)| (id.clone(), *version)),
        );
        suspects.extend(part.found.ids().cloned());
        certain.quarantined.extend(part.found.quarantined);
        after = part.next;
    }
    for _look in 0..LOOKS {
        if suspects.is_empty() {
            break;
        }
        std::thread::sleep(SETTLE);
        let (mut found, now) = of(app, &suspects)?;
        suspects = found.take_moved(&before, &now);
        certain.extend(found);
        before = now;
    }
    Ok(certain)
}

/// What was found of some datasets.
#[derive(Debug)]
pub struct Part {
    pub found: Differences,
    /// As the database has them.
    pub versions: Versions,
    /// How many there were.
    pub seen: usize,
    /// Where to go on; `None` after the last.
    pub next: Option<String>,
}

/// Compares so many datasets behind an id.
///
/// # Errors
/// As [`whole`].
pub fn part(app: &App, after: &str, limit: i64) -> Result<Part> {
    let documents = documents::page_after(&mut *app.pools.get(Lane::Job)?, after, limit)?;
    let is_full = i64::try_from(documents.len()).is_ok_and(|count| count == limit);
    let next = documents.last().filter(|_| is_full).map(|last| last.id.clone());
    let mut found = Differences::default();
    found.add(app, &documents, app.index.prints_between(after, next.as_deref())?);
    Ok(Part { found, versions: versions(&documents), seen: documents.len(), next })
}

fn versions(documents: &[Document]) -> Versions {
    documents.iter().map(|document| (document.id.clone(), document.version)).collect()
}

/// Compares some datasets. Answers also their versions in the database.
///
/// # Errors
/// As [`whole`].
pub fn of(app: &App, ids: &[String]) -> Result<(Differences, Versions)> {
    let documents = documents::list(&mut *app.pools.get(Lane::Job)?, ids)?;
    let mut found = Differences::default();
    found.add(app, &documents, app.index.prints_of(ids)?);
    Ok((found, versions(&documents)))
}

#[cfg(test)]
mod tests {
    use kit::TestApp;

    use super::*;
    use crate::upkeep;

    fn portal() -> TestApp {
        TestApp::with(|settings| settings.auth.create_unowned_dataset = true)
    }

    fn id(portal: &TestApp, name: &str) -> String {
        portal.ok("package_create", json!({"name": name}))["id"].as_str().unwrap().to_owned()
    }

    fn check(portal: &TestApp) -> Differences {
        whole(&portal.app, &mut |_| ()).unwrap()
    }

    #[test]
    fn differences_are_found_and_a_rebuild_mends_them() {
        let portal = portal();
        let (kept, lost, other) = (id(&portal, "kept"), id(&portal, "lost"), id(&portal, "other"));
        let mark = portal.app.index.mark().unwrap();
        assert!(check(&portal).is_empty());
        let document =
            documents::list(&mut portal.app.pools.get(Lane::Job).unwrap(), std::slice::from_ref(&kept)).unwrap().remove(0);
        // The same version, and yet another document; and one that nobody has.
        let mut changed = entry(&portal.app, &document).unwrap();
        changed.labels = vec!["creator-x".to_owned()];
        let mut invented = entry(&portal.app, &document).unwrap();
        invented.id = "zzz".to_owned();
        let put = |entry| search::Change::Put(Box::new(entry));
        portal.app.index.apply(&[search::Change::Remove(lost.clone()), put(changed), put(invented)], &mark).unwrap();
        crate::db::execute(&portal.app.pools, &format!("update package_document set version = version + 1 where id = '{other}'"));
        let mut found = check(&portal);
        found.stale.sort();
        let mut stale = vec![kept, other];
        stale.sort();
        let surplus = vec!["zzz".to_owned()];
        assert_eq!(found, Differences { missing: vec![lost], stale, surplus, ..Differences::default() });
        upkeep::rebuild(&portal.app).unwrap();
        assert!(check(&portal).is_empty());
    }

    #[test]
    fn what_cannot_be_taken_is_left_out_with_its_reason_and_nothing_else_is() {
        let portal = portal();
        let bad = id(&portal, "bad");
        for number in 0..5 {
            drop(id(&portal, &format!("good-{number}")));
        }
        let change = |body: &str| {
            let sql = format!("update package_document set body = {body}, version = version + 1 where id = '{bad}'");
            crate::db::execute(&portal.app.pools, &sql);
            let sql = format!("insert into change_log (entity, id, kind) values ('package', '{bad}', 'update')");
            crate::db::execute(&portal.app.pools, &sql);
        };
        change("'x' || body");
        kit::soon("the damaged one is left out", || portal.app.index.quarantined().len() == 1);
        let count = || portal.ok("package_search", json!({}))["count"].clone();
        kit::soon("and found no more", || count() == 5);
        drop(id(&portal, "later"));
        assert_eq!(count(), 6, "the follower goes on");
        let found = check(&portal);
        assert_eq!(found.quarantined.keys().collect::<Vec<_>>(), [&bad]);
        assert!(!found.quarantined[&bad].is_empty() && found.ids().next().is_none(), "{found:?}");
        upkeep::rebuild(&portal.app).unwrap();
        assert_eq!((count(), check(&portal)), (json!(6), found));
        change("substr(body, 2)");
        kit::soon("what was mended is found", || count() == 7);
        assert_eq!(portal.app.index.quarantined(), []);
        assert!(check(&portal).is_empty());
    }
}
