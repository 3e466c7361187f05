//! The one way in which datasets are stored. The API, harvests, bulk loads and the command line all end here; a single
//! write is a batch of one.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use action::Ctx;
use base::{Error, Kind, Result, id, limits, time::Stamp};
use model::{
    Document, Package,
    check::package::{self as rules, Draft, Setting},
    document,
    license::Register,
};
use serde_json::{Map, Value, json};
use store::{Change, changes, quotes::GroupRow};

use super::{check, db};
use crate::{
    activity, collaborator, relationship, resource,
    resource_view::{db::ViewRow, defaults},
};

/// Datasets that are rewritten at a time.
const BATCH: usize = 500;

/// A dataset to store, as clients shape it.
pub struct Incoming {
    /// The dataset that it replaces, or the id that the new one shall get.
    pub id: Option<String>,
    pub dict: Map<String, Value>,
    /// True: merge into the existing dataset's top level (`package_patch`) instead of replacing it.
    pub patch: bool,
}

/// What became of one dataset of a batch.
#[derive(Clone, Debug)]
pub enum Outcome {
    Created(Box<Stored>),
    Updated(Box<Stored>),
    /// Equal to what is stored: nothing was written.
    Unchanged(Box<Stored>),
    /// Not stored; the others of the batch are.
    Rejected(Error),
}

/// A dataset as it stands after the write.
#[derive(Clone, Debug)]
pub struct Stored {
    pub package: Package,
    /// Ids of its groups.
    pub groups: Vec<String>,
    pub body: Arc<str>,
    /// Counts its writes.
    pub revision: i64,
}

struct Ready {
    package: Package,
    groups: Vec<String>,
    revision: i64,
    body: Arc<str>,
    plugin_data: Option<Value>,
    /// Whether everybody may see it is not as it was.
    turned: bool,
}

impl Ready {
    fn render(package: Package, groups: Vec<String>, revision: i64) -> Result<Self> {
        let body = document::body(&package)?;
        if body.len() > limits::DOCUMENT_BYTES {
            return Err(Error::invalid("resources", format!("The dataset is larger than {} bytes", limits::DOCUMENT_BYTES)));
        }
        Ok(Self { package, groups, revision, body: body.into(), plugin_data: None, turned: false })
    }

    fn document(&self) -> Document {
        document_of(&self.package, &self.groups, self.revision, &self.body)
    }
}

fn document_of(package: &Package, groups: &[String], revision: i64, body: &Arc<str>) -> Document {
    Document {
        id: package.id.clone(),
        name: package.name.clone(),
        version: revision,
        owner_org: package.owner_org.clone(),
        groups: groups.to_vec(),
        labels: labels(package),
        state: package.state.clone(),
        private: package.private,
        metadata_modified: package.metadata_modified.unwrap_or_else(Stamp::now),
        body: Arc::clone(body),
    }
}

/// Stores datasets in the transaction of `ctx`. Which may be touched must have been asked before; what is invalid is
/// rejected for itself, with all its faults.
///
/// # Errors
/// What the database says; then the whole transaction is lost.
pub fn store_many(ctx: &mut Ctx, batch: Vec<Incoming>) -> Result<Vec<Outcome>> {
    let ids: Vec<String> = batch.iter().filter_map(|incoming| incoming.id.clone()).filter(|id| !id.contains('\0')).collect();
    let existing = if ids.is_empty() { HashMap::new() } else { db::lock_many(ctx.db()?, &ids)? };
    store_locked(ctx, batch, &existing)
}

/// As [`store_many`], for datasets whose locked state is at hand.
///
/// # Errors
/// As [`store_many`].
pub fn store_locked(ctx: &mut Ctx, batch: Vec<Incoming>, existing: &HashMap<String, Document>) -> Result<Vec<Outcome>> {
    let now = Stamp::now();
    let mut drafts = Vec::with_capacity(batch.len());
    for incoming in batch {
        drafts.push(read(ctx, incoming, existing, now)?);
    }
    let mentioned: Vec<&Draft> = drafts.iter().filter_map(|(draft, _)| draft.as_ref().ok()).collect();
    let mut known = check::Known::about(ctx, &mentioned)?;
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(drafts.len());
    let mut ready = Vec::new();
    for (draft, old) in drafts {
        let outcome = match draft.and_then(|draft| settle(ctx, &mut known, draft, old, now)) {
            Err(error) if error.kind() == Kind::Unavailable => return Err(error),
            Err(error) => Some(Outcome::Rejected(error)),
            Ok(Settled::Unchanged(stored)) => Some(Outcome::Unchanged(stored)),
            Ok(Settled::Changed(changed)) => {
                ready.push(*changed);
                None
            }
        };
        outcomes.push(outcome);
    }
    let mut written = write(ctx, ready, true)?.into_iter();
    outcomes
        .into_iter()
        .map(|outcome| outcome.or_else(|| written.next()).ok_or_else(|| Error::internal("a dataset got lost in its batch")))
        .collect()
}

struct Old {
    package: Package,
    groups: Vec<String>,
    revision: i64,
    body: Arc<str>,
}

fn read(ctx: &Ctx, incoming: Incoming, existing: &HashMap<String, Document>, now: Stamp) -> Result<(Result<Draft>, Option<Old>)> {
    let old = match incoming.id.as_ref().and_then(|id| existing.get(id)) {
        Some(document) => Some(Old {
            package: document::parse(&document.body)?,
            groups: document.groups.clone(),
            revision: document.version,
            body: document.body.clone(),
        }),
        None => None,
    };
    let mut dict = incoming.dict;
    if incoming.patch
        && let Some(old) = &old
    {
        dict = merge(&old.package, dict)?;
    }
    if !ctx.app.settings.files.guess_by_content {
        resource::upload::guess_types(&mut dict);
    }
    let mut applied = match check::schema(ctx, &mut dict, old.as_ref().map(|old| &old.package)) {
        Ok(applied) => applied,
        Err(error) => return Ok((Err(error), old)),
    };
    let vocabularies = ctx.app.quotes.vocabularies();
    let setting = Setting {
        now,
        is_sysadmin: ctx.actor.is_sysadmin(),
        existing: old.as_ref().map(|old| (&old.package, old.groups.as_slice())),
        locale: &ctx.app.settings.locale_default,
        formats: &ctx.app.settings.formats,
        vocabularies: &vocabularies,
        own: applied.own(),
        datastore: ctx.app.settings.has_plugin("datastore"),
    };
    let draft = rules::read(&dict, setting).map(|mut draft| {
        draft.package.fields = std::mem::take(&mut applied.fields);
        draft.errors.join(std::mem::take(&mut applied.errors));
        if let (None, Some(id)) = (&old, incoming.id) {
            draft.package.id = id;
        }
        draft
    });
    Ok((draft, old))
}

/// The stored dataset with the sent keys in place of its own.
fn merge(package: &Package, sent: Map<String, Value>) -> Result<Map<String, Value>> {
    let Value::Object(mut dict) = serde_json::to_value(package).map_err(Error::internal)? else {
        return Err(Error::internal("a dataset is an object"));
    };
    dict.extend(sent);
    Ok(dict)
}

enum Settled {
    Unchanged(Box<Stored>),
    Changed(Box<Ready>),
}

fn settle(ctx: &mut Ctx, known: &mut check::Known, mut draft: Draft, old: Option<Old>, now: Stamp) -> Result<Settled> {
    check::check(ctx, known, &mut draft, old.as_ref().map(|old| &old.package));
    if !draft.errors.is_empty() {
        return Err(Error::validation(draft.errors));
    }
    let present = old.as_ref().map(|old| old.groups.clone()).unwrap_or_default();
    let groups = check::groups(ctx, &draft, &present)?;
    let mut package = draft.package;
    if package.id.is_empty() {
        package.id = id::new();
    }
    if old.is_none() {
        package.creator_user_id = ctx.actor.id().map(str::to_owned);
    }
    if let Some(old) = &old {
        package.relationships_as_subject.clone_from(&old.package.relationships_as_subject);
        package.relationships_as_object.clone_from(&old.package.relationships_as_object);
    }
    licensed(&ctx.app.settings.licenses, &mut package);
    resource::upload::link(&ctx.app.site().url, &mut package);
    rules::settle(&mut package, old.as_ref().map(|old| &old.package), now)?;
    let plugin_data = match (draft.plugin_data, &old) {
        (Some(sent), Some(old)) if db::plugin_data(ctx.db()?, &old.package.id)?.as_ref() == Some(&sent) => None,
        (sent, _) => sent,
    };
    if let Some(old) = &old {
        let modified = std::mem::replace(&mut package.metadata_modified, old.package.metadata_modified);
        let same = package == old.package && groups == old.groups && plugin_data.is_none();
        if same && modified.is_none_or(|modified| modified == now) {
            return Ok(Settled::Unchanged(Box::new(Stored {
                package: old.package.clone(),
                groups,
                body: Arc::clone(&old.body),
                revision: old.revision,
            })));
        }
        package.metadata_modified = modified;
    }
    if let Some(old) = &old {
        resource::upload::clear(ctx, &old.package, &package)?;
    }
    if let Some(deleted) = known.name_to_free(&package) {
        let deleted = deleted.to_owned();
        free_name(ctx, &deleted)?;
    }
    let ready = Ready::render(package, groups, old.as_ref().map_or(1, |old| old.revision + 1))?;
    let turned = old.as_ref().is_some_and(|old| is_public(&old.package) != is_public(&ready.package));
    let ready = Ready { plugin_data, turned, ..ready };
    known.take(&ready.package);
    Ok(Settled::Changed(Box::new(ready)))
}

/// A deleted dataset is called by its id from now on; its document too.
fn free_name(ctx: &mut Ctx, id: &str) -> Result<()> {
    rewrite(ctx, (&[id.to_owned()], false), |package, _groups| {
        id.clone_into(&mut package.name);
        true
    })
    .map(drop)
}

/// `license_title`, `license_url` and `isopen` follow from `license_id`.
fn licensed(licenses: &Register, package: &mut Package) {
    let found = package.license_id.as_deref().and_then(|id| licenses.find(id));
    package.isopen = found.is_some_and(|license| license.is_open);
    package.license_title = found.map(|license| license.title.clone()).or_else(|| package.license_id.clone());
    package.license_url = found.and_then(|license| Some(license.url.clone()).filter(|url| !url.is_empty()));
}

/// True when everybody may see it.
fn is_public(package: &Package) -> bool {
    package.state == "active" && !package.private
}

/// The permission labels of a dataset (ckan-api 5.3).
fn labels(package: &Package) -> Vec<String> {
    if is_public(package) {
        return vec!["public".to_owned()];
    }
    let mut labels = match (&package.owner_org, &package.creator_user_id) {
        (Some(owner), _) => vec![format!("member-{owner}")],
        (None, Some(creator)) => vec![format!("creator-{creator}")],
        (None, None) => Vec::new(),
    };
    // Also where the portal has no collaborators: then nobody holds it, and it is there when that changes.
    labels.push(format!("collaborator-{}", package.id));
    labels
}

/// `told`: the changes are activities.
fn write(ctx: &mut Ctx, batch: Vec<Ready>, told: bool) -> Result<Vec<Outcome>> {
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let change = |seq, ready: &Ready| Change {
        seq,
        entity: changes::Entity::Package.as_str().to_owned(),
        id: ready.package.id.clone(),
        document: Some(Arc::new(ready.document())),
    };
    let views = new_views(ctx, &batch);
    let rows = batch.iter().map(|ready| Ok((row(ctx, ready, told)?.to_string(), Arc::clone(&ready.body))));
    let mut rows = rows.collect::<Result<Vec<_>>>()?;
    if ctx.may_commit()
        && let [ready] = &*batch
        && ready.revision == 1
        && ready.plugin_data.is_none()
        && views.is_empty()
        && let Some(row) = rows.pop()
    {
        let app = Arc::clone(&ctx.app);
        let seq = app.creates.write(row, |rows| db::store(ctx.statement()?, rows))?;
        ctx.committed(change(seq, ready));
    } else {
        let sequence = db::store(ctx.db()?, &rows.iter().collect::<Vec<_>>())?;
        for (ready, data) in batch.iter().filter_map(|ready| Some((ready, ready.plugin_data.as_ref()?))) {
            db::put_plugin_data(ctx.db()?, &ready.package.id, data)?;
        }
        ctx.stored(sequence.into_iter().zip(&batch).map(|(seq, ready)| change(seq, ready)).collect())?;
        defaults::store(ctx, &views)?;
        let turned: Vec<String> = batch.iter().filter(|ready| ready.turned).map(|ready| ready.package.id.clone()).collect();
        relationship::write::refresh_around(ctx, &turned)?;
    }
    Ok(batch
        .into_iter()
        .map(|ready| {
            let stored =
                Box::new(Stored { package: ready.package, groups: ready.groups, body: ready.body, revision: ready.revision });
            if stored.revision == 1 { Outcome::Created(stored) } else { Outcome::Updated(stored) }
        })
        .collect())
}

/// The views that come with the resources of new datasets; only datasets that get some.
fn new_views(ctx: &Ctx, batch: &[Ready]) -> Vec<(Document, Vec<ViewRow>)> {
    let of = |ready: &Ready| ready.package.resources.iter().flat_map(|one| defaults::of_new(&ctx.app.settings, one)).collect();
    let new = batch.iter().filter(|ready| ready.revision == 1).map(|ready| (ready, of(ready)));
    new.filter(|(_, views): &(_, Vec<_>)| !views.is_empty()).map(|(ready, views)| (ready.document(), views)).collect()
}

/// The row that `store_packages` takes.
fn row(ctx: &Ctx, ready: &Ready, told: bool) -> Result<Value> {
    let package = &ready.package;
    let resources: Vec<Value> = package.resources.iter().map(resource_row).collect::<Result<_>>()?;
    let kind = match (ready.revision, package.state.as_str()) {
        (1, _) => changes::Kind::Create,
        (_, "deleted") => changes::Kind::Delete,
        _ => changes::Kind::Update,
    };
    let activity = told.then(|| activity::write::of_package(ctx, package, &ready.groups, kind)).flatten();
    Ok(json!({
        "id": package.id, "name": package.name, "title": package.title, "version": package.version, "url": package.url,
        "author": package.author, "author_email": package.author_email, "maintainer": package.maintainer,
        "maintainer_email": package.maintainer_email, "notes": package.notes, "license_id": package.license_id,
        "type": package.r#type, "state": package.state, "private": package.private, "owner_org": package.owner_org,
        "creator_user_id": package.creator_user_id, "metadata_created": package.metadata_created,
        "metadata_modified": package.metadata_modified, "extras": package.extras,
        "title_translated": package.title_translated, "notes_translated": package.notes_translated, "fields": package.fields,
        "revision": ready.revision, "kind": kind.as_str(), "labels": labels(package), "group_ids": ready.groups,
        "resources": resources, "activity": activity,
        "tags": package.tags.iter().map(|tag| json!({"id": tag.id, "name": tag.name, "vocabulary_id": tag.vocabulary_id})).collect::<Vec<_>>(),
    }))
}

fn resource_row(resource: &model::Resource) -> Result<Value> {
    let extras = Value::Object(resource.extras.clone());
    let bare = model::Resource { extras: Map::new(), ..resource.clone() };
    let mut row = serde_json::to_value(bare).map_err(Error::internal)?;
    if let Some(row) = row.as_object_mut() {
        row.insert("extras".to_owned(), extras);
    }
    Ok(row)
}

/// Marks datasets as deleted; those that are gone or deleted already are passed over. Their collaborators are let go.
/// Answers how many were marked.
///
/// # Errors
/// What the database says.
pub fn delete_many(ctx: &mut Ctx, ids: &[String]) -> Result<usize> {
    if collaborator::db::remove_of_packages(ctx.db()?, ids)? > 0 {
        ctx.log(changes::Entity::Member, ids.first().map_or("", String::as_str), changes::Kind::Update)?;
    }
    rewrite(ctx, (ids, true), |package, _groups| {
        let alive = package.state != "deleted";
        "deleted".clone_into(&mut package.state);
        alive
    })
}

/// Puts datasets into a group or takes them out of it. Nothing else of them changes, not even `metadata_modified`.
/// Answers how many were not as they should be.
///
/// # Errors
/// What the database says.
pub fn regroup_many(ctx: &mut Ctx, ids: &[String], group: &GroupRow, inside: bool) -> Result<usize> {
    let app = Arc::clone(&ctx.app);
    let name = |id: &String| {
        if *id == group.id {
            group.name.clone()
        } else {
            app.quotes.find(id).map(|group| group.row.name.clone()).unwrap_or_default()
        }
    };
    rewrite(ctx, (ids, false), |_package, groups| {
        if groups.contains(&group.id) == inside {
            return false;
        }
        if inside {
            groups.push(group.id.clone());
            groups.sort_by_cached_key(name);
        } else {
            groups.retain(|id| *id != group.id);
        }
        true
    })
}

/// Gives datasets to an organization, or to none. Nothing else of them changes, not even `metadata_modified`. Answers
/// how many had another owner.
///
/// # Errors
/// What the database says.
pub fn give_many(ctx: &mut Ctx, ids: &[String], owner: Option<&str>) -> Result<usize> {
    rewrite(ctx, (ids, false), |package, _groups| {
        let changed = package.owner_org.as_deref() != owner;
        package.owner_org = owner.map(str::to_owned);
        changed
    })
}

/// Changes stored datasets without asking whether they are valid; those that are gone are passed over, and so are those
/// of which `change` says that nothing changed. Answers how many were written. `told`: the changes are activities.
fn rewrite(
    ctx: &mut Ctx,
    (ids, told): (&[String], bool),
    mut change: impl FnMut(&mut Package, &mut Vec<String>) -> bool,
) -> Result<usize> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut written = 0;
    for chunk in ids.chunks(BATCH) {
        let mut batch = Vec::with_capacity(chunk.len());
        for document in db::lock_many(ctx.db()?, chunk)?.into_values() {
            let mut package = document::parse(&document.body)?;
            let mut groups = document.groups;
            let was_public = is_public(&package);
            if change(&mut package, &mut groups) {
                let turned = was_public != is_public(&package);
                batch.push(Ready { turned, ..Ready::render(package, groups, document.version + 1)? });
            }
        }
        batch.sort_by(|one, other| one.package.id.cmp(&other.package.id));
        written += write(ctx, batch, told)?.len();
    }
    Ok(written)
}

/// Renders datasets anew with other relationships: id, those as subject, those as object. What is gone is passed over;
/// dates and history stay.
///
/// # Errors
/// What the database says.
pub fn relate(ctx: &mut Ctx, related: Vec<(String, Vec<Value>, Vec<Value>)>) -> Result<()> {
    let ids: Vec<String> = related.iter().map(|(id, ..)| id.clone()).collect();
    let mut related: HashMap<String, _> = related.into_iter().map(|(id, subject, object)| (id, (subject, object))).collect();
    rewrite(ctx, (&ids, false), |package, _groups| {
        let Some((as_subject, as_object)) = related.remove(&package.id) else { return false };
        package.relationships_as_subject = as_subject;
        package.relationships_as_object = as_object;
        true
    })
    .map(drop)
}

/// Changes datasets by a rule; nobody is told. Answers how many it changed.
///
/// # Errors
/// What the database says.
pub fn change_many(ctx: &mut Ctx, ids: &[String], mut change: impl FnMut(&mut Package)) -> Result<usize> {
    rewrite(ctx, (ids, false), |package, _groups| {
        let before = package.clone();
        change(package);
        *package != before
    })
}

/// Takes tags off every dataset that carries one of them; nothing else of the datasets changes.
///
/// # Errors
/// What the database says.
pub fn untag_many(ctx: &mut Ctx, ids: &[String], tags: &HashSet<String>) -> Result<()> {
    rewrite(ctx, (ids, false), |package, _groups| {
        package.tags.retain(|tag| !tags.contains(&tag.id));
        package.num_tags = package.tags.len();
        true
    })
    .map(drop)
}

impl Stored {
    /// As it is kept.
    pub(crate) fn document(&self) -> Document {
        document_of(&self.package, &self.groups, self.revision, &self.body)
    }

    /// Its `package_show` object, with organization and groups as they are now; its version is told.
    #[must_use]
    pub fn show(&self, ctx: &mut Ctx) -> String {
        ctx.tell_version(document::tag(self.revision, self.package.metadata_modified.unwrap_or_else(Stamp::now)));
        let mut text = String::new();
        ctx.app.quotes.splice_parts(
            &self.body,
            self.package.owner_org.as_deref(),
            self.groups.iter().map(String::as_str),
            &mut text,
        );
        text
    }
}

impl Outcome {
    /// The dataset as it stands, or why it was rejected.
    ///
    /// # Errors
    /// The rejection.
    pub fn into_stored(self) -> Result<Box<Stored>> {
        match self {
            Self::Created(stored) | Self::Updated(stored) | Self::Unchanged(stored) => Ok(stored),
            Self::Rejected(error) => Err(error),
        }
    }
}

/// Stores one dataset; see [`store_locked`].
///
/// # Errors
/// Why it was rejected, or what the database says.
pub fn store_one(ctx: &mut Ctx, incoming: Incoming, existing: Option<Document>) -> Result<Outcome> {
    let existing = existing.into_iter().map(|document| (document.id.clone(), document)).collect();
    let outcome = store_locked(ctx, vec![incoming], &existing)?.pop().ok_or_else(|| Error::internal("a dataset got lost"))?;
    match outcome {
        Outcome::Rejected(error) => Err(error),
        stored => Ok(stored),
    }
}
