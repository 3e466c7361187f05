//! A page of a listing: what changed is read, mapped and stored in one transaction with the cursor behind it.

use std::collections::{HashMap, HashSet};

use action::Ctx;
use base::{Kind, Result, id, name, time::Stamp};
use catalog::package::{Incoming, Outcome, store_many};
use serde_json::Value;
use store::Lane;

use super::{
    db::{self, ContentRow, Counts, FaultRow, Known, ObjectRow},
    groups, hash,
    work::{Run, Step, fault_row, text_of},
};
use crate::{
    object,
    protocol::{Item, Mapped, Page, Place, State},
};

/// How often a page is tried while the database is away.
const PATIENCE: u32 = 5;

/// An item that has to be written.
struct Entry<'a> {
    item: &'a Item,
    object_id: String,
    known: Option<Known>,
    package_id: String,
    raw_hash: hash::Hash,
    content_hash: hash::Hash,
    mapped: std::result::Result<Mapped, String>,
}

/// What a page comes to, before it is written.
#[derive(Default)]
struct Plan<'a> {
    entries: Vec<Entry<'a>>,
    unchanged: i64,
    /// Datasets to take over from deleted sources.
    inherited: Vec<String>,
}

/// What stands behind a name that somebody else has.
fn suffix(guid: &str) -> String {
    let mut short = hex::encode(hash::of_guid(guid));
    short.truncate(8);
    format!("-{short}")
}

/// The objects whose datasets have such a name although nobody has the plain one any more: who had it was deleted since,
/// such as the one in whose place the remote made them.
fn names_to_give_back(
    connection: &mut store::Connection,
    source: &str,
    items: &[&Item],
    known: &HashMap<String, Known>,
) -> Result<HashSet<String>> {
    let packages: Vec<&str> = known.values().filter_map(|known| known.package_id.as_deref()).collect();
    let names = catalog::package::db::names_of(connection, &packages)?;
    let mut plain: HashMap<String, String> = HashMap::new();
    for item in items {
        let object_id = object::id_of(source, &item.guid);
        let package = known.get(&object_id).and_then(|known| known.package_id.as_ref());
        let name = package.and_then(|package| names.get(package)).and_then(|name| name.strip_suffix(&suffix(&item.guid)));
        plain.extend(name.map(|name| (object_id, name.to_owned())));
    }
    if plain.is_empty() {
        return Ok(HashSet::new());
    }
    let wanted: Vec<&str> = plain.values().map(String::as_str).collect();
    let taken = catalog::package::db::names_taken(connection, &wanted)?;
    let is_free = |name: &String| taken.get(name).is_none_or(|(_, state)| state == "deleted");
    Ok(plain.into_iter().filter(|(_, name)| is_free(name)).map(|(object_id, _)| object_id).collect())
}

/// Why an item of the listing is not taken; `None` when it is.
fn passed_over(state: &State) -> Option<&'static str> {
    match state {
        State::Active => None,
        State::Deleted => Some("Passed over: the portal says that this dataset is deleted"),
        State::Draft => Some("Passed over: the portal says that this dataset is a draft"),
    }
}

impl Run {
    /// Stores a page and moves the cursor behind it.
    ///
    /// # Errors
    /// What the database says, when it stays away.
    pub fn import(&mut self, page: Page) -> Result<Step> {
        let mut fresh = Vec::with_capacity(page.items.len());
        let mut hashes = Vec::with_capacity(page.items.len() * 16);
        let mut is_new = false;
        for item in &page.items {
            let short = hash::of_guid(&item.guid);
            // What is deleted there counts as not met, so that the sweep finds it.
            if item.state == State::Deleted {
                let first = self.passed.insert(short);
                self.mark.passed += u64::from(first);
                is_new |= first;
            } else if self.seen.insert(short) {
                is_new = true;
                hashes.extend_from_slice(&short);
                if item.state == State::Active {
                    fresh.push(item);
                }
            }
        }
        let stuck = !is_new && !page.items.is_empty() && page.next.is_some();
        self.advance(&page, stuck);
        let step = self.store(&fresh, &page, &hashes, true)?;
        if step == Step::On && stuck {
            return self.in_fence(|run, ctx| {
                let text = "The listing repeats itself; it was not read to its end";
                let row = fault_row(&run.job.id, None, None, "Gather", text);
                run.put_faults(ctx, vec![row])
            });
        }
        Ok(step)
    }

    fn advance(&mut self, page: &Page, stuck: bool) {
        self.mark.page += 1;
        self.mark.unsteady |= page.shifted || (self.mark.total.is_some() && page.total != self.mark.total);
        self.mark.total = page.total.or(self.mark.total);
        self.mark.incomplete |= page.incomplete || stuck;
        self.mark.listed = stuck || page.next.is_none();
        self.mark.place = page.next.clone().unwrap_or_default();
    }

    /// Plans and writes; a page that the database refuses is written in halves, down to the dataset that it is about.
    fn store(&mut self, items: &[&Item], page: &Page, hashes: &[u8], is_last: bool) -> Result<Step> {
        let mut patience = PATIENCE;
        loop {
            let error = match self.plan(items).and_then(|plan| self.write(plan, page, hashes, is_last)) {
                Ok(step) => return Ok(step),
                Err(error) => error,
            };
            if error.kind() == Kind::Unavailable || (error.kind() == Kind::Conflict && patience > 3) {
                patience -= 1;
                if patience == 0 || !self.shared.pause(std::time::Duration::from_secs(2)) {
                    return Err(error);
                }
                continue;
            }
            if items.len() > 1 {
                let (left, right) = items.split_at(items.len() / 2);
                let step = self.store(left, page, hashes, false)?;
                return if step == Step::On { self.store(right, page, hashes, is_last) } else { Ok(step) };
            }
            let Some(item) = items.first() else { return Err(error) };
            let refused = Plan { entries: vec![self.refused(item, &text_of(&error))?], ..Plan::default() };
            return self.write(refused, page, hashes, is_last);
        }
    }

    /// What is known of the item stays known: its dataset must not be cut off from it.
    fn refused<'a>(&self, item: &'a Item, message: &str) -> Result<Entry<'a>> {
        let object_id = object::id_of(&self.source.id, &item.guid);
        let known = db::known(&mut *self.shared.app.pools.get(Lane::Job)?, std::slice::from_ref(&object_id))?.pop();
        Ok(Entry {
            item,
            object_id,
            known,
            package_id: String::new(),
            raw_hash: [0; 32],
            content_hash: [0; 32],
            mapped: Err(message.to_owned()),
        })
    }

    /// Looks up what is known of the items, and reads those that changed.
    fn plan<'a>(&self, items: &[&'a Item]) -> Result<Plan<'a>> {
        let ids: Vec<String> = items.iter().map(|item| object::id_of(&self.source.id, &item.guid)).collect();
        let mut connection = self.shared.app.pools.get(Lane::Job)?;
        let mut known: HashMap<String, Known> =
            db::known(&mut connection, &ids)?.into_iter().map(|known| (known.id.clone(), known)).collect();
        let renamed = names_to_give_back(&mut connection, &self.source.id, items, &known)?;
        drop(connection);
        let mut plan = Plan::default();
        for (item, object_id) in items.iter().zip(ids) {
            let mut known = known.remove(&object_id);
            if let Some(known) = known.as_mut().filter(|_| renamed.contains(&object_id)) {
                // Read again, although it did not change.
                (known.raw_hash, known.content_hash) = (None, None);
            }
            match self.read(item, object_id, known) {
                Some(entry) => plan.entries.push(entry),
                None => plan.unchanged += 1,
            }
        }
        if plan.entries.is_empty() {
            return Ok(plan);
        }
        self.settle_ids(&mut plan)?;
        let mapped: Vec<&Mapped> = plan.entries.iter().filter_map(|entry| entry.mapped.as_ref().ok()).collect();
        groups::make_missing(self, &mapped)?;
        for mapped in plan.entries.iter_mut().filter_map(|entry| entry.mapped.as_mut().ok()) {
            groups::place(&self.shared.app, mapped, &self.source);
        }
        self.settle_names(&mut plan)?;
        self.settle_resources(&mut plan)?;
        Ok(plan)
    }

    /// Reads an item; `None` when it did not change.
    fn read<'a>(&self, item: &'a Item, object_id: String, known: Option<Known>) -> Option<Entry<'a>> {
        let usable = known.as_ref().filter(|known| known.current && known.package_id.is_some() && !self.protocol.is_forced());
        let raw_hash = hash::of_text(&self.fingerprint, &item.raw);
        if usable.is_some_and(|known| known.raw_hash.as_deref() == Some(&raw_hash)) {
            return None;
        }
        let package_id = match known.as_ref().and_then(|known| known.package_id.clone()) {
            Some(package_id) => package_id,
            None if id::is_uuid(&item.guid) && item.guid.len() == 36 => item.guid.to_ascii_lowercase(),
            None => id::of_name("harvest-package", &format!("{} {}", self.source.id, item.guid)),
        };
        let mut content_hash = [0; 32];
        let mapped = match self.protocol.parse(item) {
            Err(message) => Err(message),
            // A portal that harvests itself lists its sources too (ckanext-harvest passes over them).
            Ok(dict) if dict.get("type").and_then(Value::as_str) == Some("harvest") => return None,
            Ok(dict) => {
                content_hash = hash::of_dict(&self.fingerprint, &dict);
                if usable.is_some_and(|known| known.content_hash.as_deref() == Some(&content_hash)) {
                    return None;
                }
                let place = Place {
                    source: &self.source,
                    job_id: &self.job.id,
                    object_id: &object_id,
                    package_id: &package_id,
                    schemas: &self.shared.app.settings.schemas,
                };
                self.protocol.map(dict, place)
            }
        };
        Some(Entry { item, object_id, known, package_id, raw_hash, content_hash, mapped })
    }

    /// A dataset that is here already and did not come from this source is not overwritten, unless its source is gone and
    /// it belongs to the organization that this source harvests for (a source without one is a sysadmin's).
    fn settle_ids<'a>(&self, plan: &mut Plan<'a>) -> Result<()> {
        let is_new = |entry: &Entry| entry.known.as_ref().is_none_or(|known| known.package_id.is_none());
        let new: Vec<&str> = plan.entries.iter().filter(|entry| is_new(entry)).map(|entry| entry.package_id.as_str()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut connection = self.shared.app.pools.get(Lane::Job)?;
        let taken: HashSet<String> = catalog::package::db::ids_taken(&mut connection, &new)?.into_iter().collect();
        if taken.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = taken.iter().cloned().collect();
        let holders = db::holders(&mut connection, &ids)?;
        let owner = self.source.owner_org.as_deref();
        for entry in plan.entries.iter_mut().filter(|entry| is_new(entry) && taken.contains(&entry.package_id)) {
            match holders.get(&entry.package_id) {
                Some(holder) if holder.state != "deleted" => {
                    entry.mapped = Err(format!("Dataset id already exists: it is harvested from \"{}\"", holder.title));
                }
                Some(holder) if owner.is_none() || owner == holder.owner_org.as_deref() => {
                    plan.inherited.push(entry.package_id.clone());
                }
                Some(_) => entry.mapped = Err("Dataset id already exists: it belongs to another organization".to_owned()),
                None => entry.mapped = Err("Dataset id already exists: it was not harvested".to_owned()),
            }
        }
        Ok(())
    }

    /// Names that others have here get the start of a digest of the remote's id behind them, always the same.
    fn settle_names(&self, plan: &mut Plan) -> Result<()> {
        let name_of = |mapped: &Mapped| mapped.dict.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let names: Vec<String> = plan.entries.iter().filter_map(|entry| entry.mapped.as_ref().ok()).map(name_of).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let taken = catalog::package::db::names_taken(&mut *self.shared.app.pools.get(Lane::Job)?, &names)?;
        let mut given: HashSet<String> = HashSet::new();
        for entry in &mut plan.entries {
            let Ok(mapped) = &mut entry.mapped else { continue };
            let mut wanted = name_of(mapped);
            let others = taken.get(&wanted).is_some_and(|(id, state)| *id != entry.package_id && state != "deleted");
            if others || given.contains(&wanted) {
                let kept: String = wanted.chars().take(name::MAX - 9).collect();
                wanted = format!("{}{}", kept.trim_end_matches('-'), suffix(&entry.item.guid));
                mapped.dict.insert("name".to_owned(), Value::String(wanted.clone()));
            }
            given.insert(wanted);
        }
        Ok(())
    }

    /// Resources that another dataset has here get an id of their own, always the same.
    fn settle_resources(&self, plan: &mut Plan) -> Result<()> {
        fn of(mapped: &mut Mapped) -> impl Iterator<Item = &mut Value> {
            let resources = mapped.dict.get_mut("resources").and_then(Value::as_array_mut);
            resources.into_iter().flatten().filter_map(|resource| resource.get_mut("id"))
        }
        let mut ids: Vec<String> = Vec::new();
        for mapped in plan.entries.iter_mut().filter_map(|entry| entry.mapped.as_mut().ok()) {
            ids.extend(of(mapped).filter_map(|id| id.as_str().map(str::to_owned)));
        }
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut owners = catalog::package::db::resource_owners(&mut *self.shared.app.pools.get(Lane::Job)?, &ids)?;
        for entry in &mut plan.entries {
            let Ok(mapped) = &mut entry.mapped else { continue };
            for place in of(mapped) {
                let wanted = place.as_str().unwrap_or_default().to_owned();
                let owner = owners.entry(wanted.clone()).or_insert_with(|| entry.package_id.clone());
                if *owner != entry.package_id {
                    *place = Value::String(id::of_name("harvest-resource", &format!("{} {wanted}", entry.object_id)));
                }
            }
        }
        Ok(())
    }

    fn write(&mut self, plan: Plan, page: &Page, hashes: &[u8], is_last: bool) -> Result<Step> {
        self.in_fence(|run, ctx| {
            let mut counts = Counts { unchanged: plan.unchanged, ..Counts::default() };
            if !plan.inherited.is_empty() {
                db::orphan(ctx.db()?, &plan.inherited, &run.source.id)?;
            }
            run.write_entries(ctx, plan.entries, &mut counts)?;
            if !is_last {
                return db::save(ctx.db()?, &run.job.id, &counts, None, None);
            }
            let mut rows: Vec<FaultRow> =
                page.faults.iter().map(|message| fault_row(&run.job.id, None, None, "Gather", message)).collect();
            rows.extend(
                page.items
                    .iter()
                    .filter_map(|item| Some(fault_row(&run.job.id, None, Some(&item.guid), "Gather", passed_over(&item.state)?))),
            );
            run.put_faults(ctx, rows)?;
            counts.errored += i64::try_from(page.faults.len()).unwrap_or(0);
            let deleted = page.items.iter().filter(|item| item.state == State::Deleted).count();
            counts.seen = i64::try_from(hashes.len() / 16 + page.faults.len() + deleted).unwrap_or(0);
            db::put_seen(ctx.db()?, &run.job.id, run.mark.page, hashes)?;
            let total = run.mark.total.and_then(|total| i64::try_from(total).ok());
            db::save(ctx.db()?, &run.job.id, &counts, Some(&run.cursor()?), total)?;
            if run.mark.listed { db::gathered(ctx.db()?, &run.job.id) } else { Ok(()) }
        })
    }

    fn write_entries(&mut self, ctx: &mut Ctx, entries: Vec<Entry>, counts: &mut Counts) -> Result<()> {
        let mut batch = Vec::with_capacity(entries.len());
        let mut results = Vec::with_capacity(entries.len());
        let mut stored = Vec::with_capacity(entries.len());
        let mut cuts = Vec::with_capacity(entries.len());
        for mut entry in entries {
            match std::mem::replace(&mut entry.mapped, Ok(Mapped::default())) {
                Ok(mapped) => {
                    cuts.push(mapped.cuts);
                    batch.push(Incoming { id: Some(entry.package_id.clone()), dict: mapped.dict, patch: false });
                    stored.push(entry);
                }
                Err(message) => results.push((entry, Err(message))),
            }
        }
        let mut faults: Vec<FaultRow> = Vec::new();
        for ((entry, cuts), outcome) in stored.into_iter().zip(cuts).zip(store_many(ctx, batch)?) {
            let (object, guid) = (Some(entry.object_id.as_str()), Some(entry.item.guid.as_str()));
            faults.extend(cuts.iter().map(|cut| fault_row(&self.job.id, object, guid, "Import", cut)));
            let word = match outcome {
                Outcome::Created(_) => Ok("added"),
                Outcome::Updated(_) => Ok("updated"),
                Outcome::Unchanged(_) => Ok("not modified"),
                Outcome::Rejected(error) => Err(text_of(&error)),
            };
            results.push((entry, word));
        }
        let mut objects = Vec::with_capacity(results.len());
        let mut contents = Vec::new();
        for (entry, outcome) in results {
            if outcome.is_ok() {
                let (object_id, content) = (entry.object_id.clone(), Some(entry.item.raw.clone()));
                contents.push(ContentRow { object_id, content, extras: Value::Object(serde_json::Map::new()) });
            }
            match outcome {
                Ok("added") => counts.added += 1,
                Ok("updated") => counts.updated += 1,
                Ok(_) => counts.unchanged += 1,
                Err(_) => counts.errored += 1,
            }
            if let Err(message) = &outcome {
                faults.push(fault_row(&self.job.id, Some(&entry.object_id), Some(&entry.item.guid), "Import", message));
            }
            objects.push(self.object_row(entry, outcome.ok()));
        }
        db::put_objects(ctx.db()?, &objects)?;
        db::put_contents(ctx.db()?, &contents)?;
        self.put_faults(ctx, faults)
    }

    fn object_row(&self, entry: Entry, outcome: Option<&'static str>) -> ObjectRow {
        let now = Stamp::now().naive();
        let good = outcome.is_some();
        ObjectRow {
            id: entry.object_id,
            source_id: self.source.id.clone(),
            guid: entry.item.guid.clone(),
            package_id: if good { Some(entry.package_id) } else { entry.known.and_then(|known| known.package_id) },
            raw_hash: good.then(|| entry.raw_hash.to_vec()),
            content_hash: good.then(|| entry.content_hash.to_vec()),
            outcome: outcome.unwrap_or("errored"),
            state: if good { "COMPLETE" } else { "ERROR" },
            job_id: self.job.id.clone(),
            metadata_modified: entry.item.modified.as_deref().and_then(Stamp::parse).map(Stamp::naive),
            gathered: now,
            import_finished: Some(now),
            current: true,
        }
    }
}
