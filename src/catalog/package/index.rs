//! What follows from a change: the index, the documents in memory, what they quote, who may do what.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use action::App;
use base::{Error, Result, time::Stamp};
use diesel::{PgConnection, QueryDsl, RunQueryDsl};
use model::{Document, document};
use search::{Mark, SearchDocument};
use store::{Apply, Change, Lane, Pools, changes::Entity, documents, error, quotes::Group, schema::site};

use super::rebuild::{Making, entry};
use crate::resource::searched_fields;

/// Documents taken at a time.
pub(super) const CHUNK: usize = 500;
/// Of a batch larger than this only documents that are in memory already are kept there.
const WARM: usize = 50;

/// Carries changes over to everything that this process derives from the database.
pub struct Applier {
    app: Arc<App>,
    origin: String,
    recent: Recent,
    /// Something was taken in since the last commit.
    dirty: bool,
}

/// The versions that were carried over lately: a change may come with a document that is older than what another node
/// wrote and the log already brought.
#[derive(Default)]
struct Recent {
    young: HashMap<String, i64>,
    old: HashMap<String, i64>,
    turned: Option<Instant>,
}

impl Recent {
    /// A change is handed over within seconds.
    const TURN: Duration = Duration::from_secs(60);

    fn is_newer(&self, id: &str, version: i64) -> bool {
        self.young.get(id).or_else(|| self.old.get(id)).is_none_or(|known| *known < version)
    }

    fn set(&mut self, id: &str, version: i64) {
        if self.turned.is_none_or(|at| at.elapsed() > Self::TURN) {
            self.old = std::mem::take(&mut self.young);
            self.turned = Some(Instant::now());
        }
        self.young.insert(id.to_owned(), version);
    }
}

impl Applier {
    /// For the follower of this program.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        Self { app, origin: String::new(), recent: Recent::default(), dirty: false }
    }

    fn mark(&self, watermark: u64) -> Mark {
        Mark { origin: self.origin.clone(), watermark }
    }

    /// These datasets as they are now: what is at hand, and the rest from the database, where what is purged is missing.
    fn documents(&self, pools: &Pools, chunk: &[(&str, Option<&Arc<Document>>)]) -> Result<Vec<Arc<Document>>> {
        let is_new = |document: &&Arc<Document>| self.recent.is_newer(&document.id, document.version);
        let (mut found, mut missing) = (Vec::with_capacity(chunk.len()), Vec::new());
        for (id, document) in chunk {
            match document.filter(is_new) {
                Some(document) => found.push(Arc::clone(document)),
                None => missing.push((*id).to_owned()),
            }
        }
        if !missing.is_empty() {
            found.extend(documents::list(&mut *pools.get(Lane::Job)?, &missing)?.into_iter().map(Arc::new));
        }
        Ok(found)
    }

    fn index_changes(&mut self, pools: &Pools, chunk: &[(&str, Option<&Arc<Document>>)]) -> Result<Vec<search::Change>> {
        let documents = self.documents(pools, chunk)?;
        let warm = chunk.len() <= WARM;
        let mut gone: BTreeSet<&str> = chunk.iter().map(|(id, _)| *id).collect();
        let mut changes = Vec::with_capacity(chunk.len());
        for document in documents {
            gone.remove(document.id.as_str());
            self.recent.set(&document.id, document.version);
            let entry = if document.state == "deleted" {
                self.app.index.release(&document.id);
                None
            } else {
                entry(&self.app, &document)
            };
            let is_sound = entry.is_some() || document::is_sound(&document.body);
            // What cannot be taken must not stay as it was either: who may see it may have changed.
            let gone = || search::Change::Remove(document.id.clone());
            changes.push(entry.map_or_else(gone, |entry| search::Change::Put(Box::new(entry))));
            if is_sound && (warm || self.app.documents.holds(&document.id)) {
                self.app.documents.put(document);
            }
        }
        for id in gone {
            self.app.documents.purge(id);
            self.app.index.release(id);
            self.recent.set(id, i64::MAX);
            changes.push(search::Change::Remove(id.to_owned()));
        }
        Ok(changes)
    }

    /// Datasets whose index entry names an organization, group or vocabulary that is called otherwise now, or came or went.
    fn renamed(&self, connection: &mut PgConnection, changes: &[Change]) -> Result<Vec<String>> {
        let vocabularies = self.app.quotes.vocabularies();
        let before: Vec<Arc<Group>> = changes
            .iter()
            .filter(|change| change.entity == Entity::Group.as_str())
            .filter_map(|change| self.app.quotes.find(&change.id))
            .collect();
        self.app.quotes.reload(connection)?;
        let changed = |old: &Group| {
            let now = self.app.quotes.find(&old.row.id);
            now.is_some_and(|now| now.row.name != old.row.name || now.row.state != old.row.state)
        };
        let renamed: Vec<String> = before.iter().filter(|old| changed(old)).map(|old| old.row.id.clone()).collect();
        let mut datasets = if renamed.is_empty() { Vec::new() } else { documents::ids_quoting(connection, &renamed)? };
        let now = self.app.quotes.vocabularies();
        let renamed: Vec<String> = vocabularies
            .iter()
            .filter(|(id, name)| now.get(*id).is_some_and(|now| now != *name))
            .map(|(id, _)| id.clone())
            .collect();
        if !renamed.is_empty() {
            datasets.extend(documents::ids_with_tags_of(connection, &renamed)?);
        }
        Ok(datasets)
    }
}

/// The search document of a dataset.
///
/// # Errors
/// Internal, if its document is damaged.
pub fn search_document(app: &App, document: &Document) -> Result<SearchDocument> {
    let mut package = document::parse(&document.body)?;
    let vocabularies = app.quotes.vocabularies();
    for vocabulary in package.tags.iter_mut().filter_map(|tag| tag.vocabulary_id.as_mut()) {
        if let Some(name) = vocabularies.get(vocabulary.as_str()) {
            vocabulary.clone_from(name);
        }
    }
    let organization = document.owner_org.as_deref().and_then(|id| app.quotes.find(id));
    let groups: Vec<String> = document
        .groups
        .iter()
        .filter_map(|id| app.quotes.find(id))
        .filter(|group| group.row.state == "active")
        .map(|group| group.row.name.clone())
        .collect();
    let name = organization.as_ref().map(|group| group.row.name.as_str());
    let mut entry = search::search_document(&package, name, &groups, document, pack(document));
    entry.resource_fields(&package.resources, searched_fields(app).into_iter());
    Ok(entry)
}

/// What else the index keeps of a dataset: name, version, state, whether it is private, `metadata_modified`, labels.
type Head<'a> = (Cow<'a, str>, i64, Cow<'a, str>, bool, i64, Vec<String>);

/// What the index keeps of a dataset: its organization, its groups, the rest of the document, and the body.
fn pack(document: &Document) -> String {
    let (name, state) = (Cow::from(&document.name), Cow::from(&document.state));
    let head: Head<'_> =
        (name, document.version, state, document.private, document.metadata_modified.micros(), document.labels.clone());
    let head = serde_json::json!(head);
    let owner = document.owner_org.as_deref().unwrap_or_default();
    format!("{owner}\n{}\n{head}\n{}", document.groups.join(","), document.body)
}

fn parts(stored: &str) -> Result<[&str; 4]> {
    let mut parts = stored.splitn(4, '\n');
    let mut next = || parts.next().ok_or_else(|| Error::internal("an index entry is damaged"));
    Ok([next()?, next()?, next()?, next()?])
}

fn owner_and_groups<'a>(owner: &'a str, groups: &'a str) -> (Option<&'a str>, impl Iterator<Item = &'a str>) {
    (Some(owner).filter(|owner| !owner.is_empty()), groups.split(',').filter(|group| !group.is_empty()))
}

/// Reads what [`pack`] wrote: organization, groups, body.
///
/// # Errors
/// Internal, if it is damaged.
pub fn unpack(stored: &str) -> Result<(Option<&str>, Vec<&str>, &str)> {
    let [owner, groups, _head, body] = parts(stored)?;
    let (owner, groups) = owner_and_groups(owner, groups);
    Ok((owner, groups.collect(), body))
}

/// Reads the whole document that [`pack`] wrote.
///
/// # Errors
/// As [`unpack`].
fn unpack_whole(id: String, stored: &str) -> Result<Document> {
    let [owner, groups, head, body] = parts(stored)?;
    let (name, version, state, private, modified, labels): Head<'_> = serde_json::from_str(head).map_err(Error::internal)?;
    let (owner, groups) = owner_and_groups(owner, groups);
    Ok(Document {
        id,
        name: name.into_owned(),
        version,
        owner_org: owner.map(str::to_owned),
        groups: groups.map(str::to_owned).collect(),
        labels,
        state: state.into_owned(),
        private,
        metadata_modified: Stamp::from_micros(modified).ok_or_else(|| Error::internal("an index entry is damaged"))?,
        body: body.into(),
    })
}

/// Brings the dataset of that id or name from the index into memory; `false` where the database has to be asked. As long as
/// nothing that this process wrote is on its way, the index is as young as the memory is: both are kept by the follower.
#[must_use]
pub fn recall(app: &App, key: &str) -> bool {
    if !app.feed().is_some_and(|feed| feed.is_ready() && !feed.is_behind()) {
        return false;
    }
    let hits = search::guarded(|| app.index.holders(key)).unwrap_or_else(|panic| Err(Error::internal(panic)));
    let found = hits.and_then(|hits| hits.into_iter().map(|hit| unpack_whole(hit.id, &hit.stored)).collect::<Result<Vec<_>>>());
    let mut found = found.unwrap_or_else(|error| {
        tracing::warn!(%error, key, "a dataset cannot be read from the index");
        Vec::new()
    });
    // Its id counts before its name.
    found.retain(|document| document.id == key || document.name == key);
    found.sort_by_key(|document| document.id != key);
    let document = found.into_iter().next();
    document.map(|document| app.documents.put(Arc::new(document))).is_some()
}

impl Apply for Applier {
    fn prepare(&mut self, connection: &mut PgConnection) -> Result<()> {
        self.origin = site::table.select(site::instance).first(connection).map_err(error::of)?;
        self.app.reload_site(connection)?;
        self.app.quotes.reload(connection)
    }

    fn watermark(&self) -> Option<u64> {
        self.app.index.mark().filter(|mark| mark.origin == self.origin).map(|mark| mark.watermark)
    }

    fn take(&mut self, pools: &Pools, changes: &[Change]) -> Result<()> {
        let package = Entity::Package.as_str();
        // The newest document of each; none where one of its changes (a purge) comes without.
        let mut datasets: BTreeMap<&str, Option<&Arc<Document>>> = BTreeMap::new();
        for change in changes.iter().filter(|change| change.entity == package) {
            let document = change.document.as_ref();
            let known = datasets.entry(&change.id).or_insert(document);
            *known = known.zip(document).map(|(one, other)| if one.version < other.version { other } else { one });
        }
        if changes.iter().any(|change| change.entity == Entity::Site.as_str()) {
            self.app.reload_site(&mut *pools.get(Lane::Job)?)?;
        }
        // Addresses of pictures begin with the site's.
        let quoted = [Entity::Group.as_str(), Entity::Vocabulary.as_str(), Entity::Site.as_str()];
        let renamed = if changes.iter().any(|change| quoted.contains(&change.entity.as_str())) {
            self.renamed(&mut *pools.get(Lane::Job)?, changes)?
        } else {
            Vec::new()
        };
        datasets.extend(renamed.iter().map(|id| (id.as_str(), None)));
        if changes.iter().any(|change| change.entity != package) {
            self.app.actors.forget();
        }
        let datasets: Vec<_> = datasets.into_iter().collect();
        for chunk in datasets.chunks(CHUNK) {
            let changes = self.index_changes(pools, chunk)?;
            self.dirty |= !changes.is_empty();
            self.app.index.take(&changes)?;
        }
        Ok(())
    }

    fn commit(&mut self, watermark: u64) -> Result<()> {
        if self.dirty {
            self.app.index.commit(&self.mark(watermark))?;
            self.dirty = false;
        }
        Ok(())
    }

    fn rest(&mut self) -> Result<()> {
        self.app.index.rest()
    }

    fn is_worn(&self) -> bool {
        self.app.index.is_worn()
    }

    fn builder(&self) -> store::feed::Builder {
        let (app, origin) = (Arc::clone(&self.app), self.origin.clone());
        Box::new(move |pools, watermark| Ok(Box::new(Making::all(&app, pools, &Mark { origin, watermark })?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let document = Document {
            id: "1".into(),
            name: "n".into(),
            version: 1,
            owner_org: None,
            groups: vec!["a".into(), "b".into()],
            labels: vec!["creator-\"\n".into(), "public".into()],
            state: "active".into(),
            private: true,
            metadata_modified: Stamp::from_micros(1_234_567).unwrap(),
            body: "{\"x\":\n1".into(),
        };
        let packed = pack(&document);
        assert_eq!(unpack(&packed).unwrap(), (None, vec!["a", "b"], "{\"x\":\n1"));
        assert_eq!(unpack_whole("1".into(), &packed).unwrap(), document);
        assert!(unpack("nothing").is_err() && unpack_whole("1".into(), "\n\n[]\n{").is_err());
    }
}
