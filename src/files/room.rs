//! The storages of a site, and the files that are on their way into them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use base::{Error, Result};
use serde_json::Value;

use crate::{
    arrival::{Arrival, Arriving, IN},
    s3::S3,
    storage::{Storage, StorageSettings},
};

/// What a file among the parameters of an action begins with. No request can hold such a text: NUL is refused.
const MARK: &str = "\0file:";
/// A file that nobody holds is left alone for so long: its owner may just be about to lock it.
const GRACE: Duration = Duration::from_secs(30);
/// So old is what lies in a bucket when it is clear that nobody is still bringing it.
const STRAY: Duration = Duration::from_secs(24 * 3_600);
/// Between two looks through the buckets.
const LOOK: Duration = Duration::from_secs(3_600);
const MEGABYTE: u64 = 1024 * 1024;

/// `ckan.storage_path`, `ckan.max_*`, `ckan.upload.*`, `ckan.files.*`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where files go; nowhere: nothing can be uploaded.
    pub root: Option<PathBuf>,
    /// `ckan.uploads_enabled`.
    pub uploads_enabled: bool,
    /// `ckan.max_resource_size`, in MB.
    pub max_resource_size: u64,
    /// `ckan.max_image_size`, in MB.
    pub max_image_size: u64,
    /// `ckan.mimetype_guess` is `file_contents`: types are told by what is in a file, not by its name.
    pub guess_by_content: bool,
    /// `ckan.upload.group.mimetypes` and `ckan.upload.user.mimetypes`.
    pub group_media_types: Vec<String>,
    pub user_media_types: Vec<String>,
    /// `ckan.upload.group.types` and `ckan.upload.user.types`: what stands before the slash.
    pub group_types: Vec<String>,
    pub user_types: Vec<String>,
    /// `ckan.files.inline_content_types`: what browsers may show instead of saving it.
    pub inline_types: Vec<String>,
    /// `ckan.files.storage.<name>.*`.
    pub storages: BTreeMap<String, StorageSettings>,
    /// `ckan.files.default_storages.default`, `admin`, `user`, `group`, `resource`.
    pub default_storage: String,
    pub admin_storage: String,
    pub user_storage: String,
    pub group_storage: String,
    pub resource_storage: String,
    /// `ckan.files.owner.cascade_access`: kind of owner → the storages where its rights count; none: in all.
    pub cascade: BTreeMap<String, Vec<String>>,
    /// `ckan.files.owner.transfer_as_update`.
    pub transfer_as_update: bool,
    /// `ckan.files.owner.scan_as_update`.
    pub scan_as_update: bool,
    /// `ckan.files.authenticated_uploads.allow` and `.storages`.
    pub authenticated_uploads: bool,
    pub authenticated_storages: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let kinds = ["package", "resource", "group", "organization"];
        Self {
            root: None,
            uploads_enabled: true,
            max_resource_size: 10,
            max_image_size: 2,
            guess_by_content: false,
            group_media_types: words("image/png image/gif image/jpeg"),
            user_media_types: words("image/png image/gif image/jpeg"),
            group_types: words("image"),
            user_types: words("image"),
            inline_types: Vec::new(),
            storages: BTreeMap::new(),
            default_storage: "default".to_owned(),
            admin_storage: "admins".to_owned(),
            user_storage: "users".to_owned(),
            group_storage: "groups".to_owned(),
            resource_storage: "resources".to_owned(),
            cascade: kinds.map(|kind| (kind.to_owned(), Vec::new())).into(),
            transfer_as_update: true,
            scan_as_update: true,
            authenticated_uploads: false,
            authenticated_storages: Vec::new(),
        }
    }
}

impl Settings {
    /// True for the name of a storage that is there without being configured.
    #[must_use]
    pub fn is_built_in(&self, name: &str) -> bool {
        let all = [&self.default_storage, &self.admin_storage, &self.user_storage, &self.group_storage, &self.resource_storage];
        all.into_iter().any(|known| known == name)
    }

    /// Bytes of the largest file of a resource.
    #[must_use]
    pub fn resource_bytes(&self) -> u64 {
        self.max_resource_size.saturating_mul(MEGABYTE)
    }

    /// True when CKAN would use its new storages for this one, because it or the default one is configured: it says some
    /// things otherwise then.
    #[must_use]
    pub fn is_configured(&self, storage: &str) -> bool {
        self.storages.contains_key(storage) || self.storages.contains_key(&self.default_storage)
    }

    /// Bytes of the largest picture.
    #[must_use]
    pub fn image_bytes(&self) -> u64 {
        self.max_image_size.saturating_mul(MEGABYTE)
    }
}

/// See the module.
pub struct Files {
    storages: BTreeMap<String, Storage>,
    incoming: Option<PathBuf>,
    arrivals: Arrivals,
    /// When buckets were looked through for what nobody speaks of.
    looked: Mutex<Option<Instant>>,
}

/// While it lives, a parameter stands for the arrived file.
pub struct Ticket {
    arrivals: Arrivals,
    arrival: Arc<Arrival>,
}

type Arrivals = Arc<Mutex<HashMap<String, Arc<Arrival>>>>;

impl Files {
    /// The storages that are configured, and CKAN's own four and the default one where they are not.
    ///
    /// # Errors
    /// BadRequest, for options of a storage that do not go together.
    pub fn new(settings: &Settings) -> Result<Self> {
        let mut all = settings.storages.clone();
        if let Some(root) = &settings.root {
            let root = StorageSettings { path: root.clone(), ..StorageSettings::default() };
            let base = all.get(&settings.default_storage).unwrap_or(&root).clone();
            let mut add = |name: &str, storage: StorageSettings| {
                all.entry(name.to_owned()).or_insert(storage);
            };
            add(&settings.default_storage, root.below("files"));
            add(
                &settings.resource_storage,
                StorageSettings { max_size: Some(settings.resource_bytes()), ..base.below("resources") },
            );
            let either = |types: &[String], kinds: &[String]| if types.is_empty() { kinds.to_vec() } else { types.to_vec() };
            for (name, kind, types) in [
                (&settings.user_storage, "user", either(&settings.user_media_types, &settings.user_types)),
                (&settings.group_storage, "group", either(&settings.group_media_types, &settings.group_types)),
                (&settings.admin_storage, "admin", Vec::new()),
            ] {
                add(
                    name,
                    StorageSettings {
                        max_size: Some(settings.image_bytes()),
                        types,
                        public: true,
                        ..base.below(&format!("storage/uploads/{kind}"))
                    },
                );
            }
        }
        let mut background = None;
        let storages = all.into_iter().map(|(name, settings)| Ok((name.clone(), Storage::new(name, settings, &mut background)?)));
        let storages = storages.collect::<Result<BTreeMap<_, _>>>()?;
        let incoming = settings.root.as_ref().map(|root| root.join(".incoming"));
        Ok(Self { storages, incoming, arrivals: Arrivals::default(), looked: Mutex::default() })
    }

    /// All of them.
    pub fn storages(&self) -> impl Iterator<Item = &Storage> {
        self.storages.values()
    }

    /// The storage of that name.
    #[must_use]
    pub fn storage(&self, name: &str) -> Option<&Storage> {
        self.storages.get(name)
    }

    /// The same, for those who know that it has to be there.
    ///
    /// # Errors
    /// Unavailable, if it is not.
    pub fn needed(&self, name: &str) -> Result<&Storage> {
        self.storage(name).ok_or_else(|| Error::unavailable(format!("the storage {name} is not configured")))
    }

    /// True when files can be taken.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.incoming.is_some()
    }

    /// Begins a file of at most `limit` bytes for a storage that a client calls so and says to be of that type.
    ///
    /// # Errors
    /// Unavailable, if there is no place for files, or the disk does not take it.
    pub fn begin(&self, storage: &str, said: (&str, &str), limit: u64) -> Result<Arriving> {
        let folder = self.incoming.as_deref().ok_or_else(|| Error::unavailable("no ckan.storage_path"))?;
        fs::create_dir_all(folder).map_err(|error| Error::unavailable(format!("{}: {error}", folder.display())))?;
        Arriving::begin(folder, self.storage(storage), said, limit)
    }

    /// Makes a file a parameter.
    #[must_use]
    pub fn ticket(&self, arrival: Arrival) -> Ticket {
        let arrival = Arc::new(arrival);
        lock(&self.arrivals).insert(arrival.id.clone(), Arc::clone(&arrival));
        Ticket { arrivals: Arc::clone(&self.arrivals), arrival }
    }

    /// The file that a parameter stands for.
    #[must_use]
    pub fn arrival(&self, parameter: &Value) -> Option<Arc<Arrival>> {
        lock(&self.arrivals).get(parameter.as_str()?.strip_prefix(MARK)?).cloned()
    }

    /// The parameters with what is in the files in place of the files: equal requests are equal then.
    #[must_use]
    pub fn told(&self, parameters: &Value) -> Value {
        match parameters {
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), self.told(value))).collect(),
            Value::Array(items) => items.iter().map(|item| self.told(item)).collect(),
            other => self.arrival(other).map_or_else(
                || other.clone(),
                |file| Value::String(format!("{MARK}{} {} {}", file.sha256, file.filename, file.declared)),
            ),
        }
    }

    /// True when an arrived file can be put into that storage: it arrived on the disk and that is where the storage is, or
    /// in the storage's own bucket.
    #[must_use]
    pub fn fits(&self, arrival: &Arrival, storage: &str) -> bool {
        let bucket = self.storage(storage).and_then(Storage::s3).map(|_s3| storage);
        arrival.id.split_once(IN).map(|(_id, bucket)| bucket) == bucket
    }

    /// Puts an arrived file into its place.
    ///
    /// # Errors
    /// Unavailable, if the storage does not do it.
    pub fn place(&self, arrival: &str, storage: &str, location: &str) -> Result<()> {
        let note = self.incoming.as_deref().unwrap_or(Path::new("")).join(arrival);
        let to = self.needed(storage)?;
        match (arrival.split_once(IN), to.s3()) {
            (None, _) => to.place(&note, location),
            (Some((id, bucket)), Some(s3)) if bucket == storage => {
                s3.place(id, location)?;
                drop(fs::remove_file(note));
                Ok(())
            }
            (Some(_elsewhere), _) => Err(Error::internal(format!("{arrival} did not arrive in the storage {storage}"))),
        }
    }

    /// Looks for arrived files that no process holds any more, and removes those that no write speaks of.
    ///
    /// # Errors
    /// What `is_wanted` says.
    pub fn sweep(&self, mut is_wanted: impl FnMut(&str) -> Result<bool>) -> Result<()> {
        let Some(folder) = &self.incoming else { return Ok(()) };
        let mut away = BTreeSet::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_young = |modified: SystemTime| modified.elapsed().is_ok_and(|age| age < GRACE);
            if entry.metadata().and_then(|found| found.modified()).is_ok_and(is_young) {
                continue;
            }
            let Ok(file) = fs::File::open(&path) else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            if file.try_lock().is_err() || is_wanted(&name)? {
                continue;
            }
            let origin = name.split_once(IN);
            // A bucket that does not answer is waited for once.
            if origin.is_some_and(|(_id, bucket)| away.contains(bucket)) {
                continue;
            }
            tracing::info!(file = %path.display(), "removing an upload that broke off");
            if let Some((id, bucket)) = origin {
                let upload = fs::read_to_string(&path).unwrap_or_default();
                let gone = self.bucket(bucket).and_then(|s3| s3.discard(id, &upload));
                if let Err(error) = gone {
                    tracing::warn!(%error, storage = bucket, "an upload that broke off is not gone yet");
                    away.insert(bucket.to_owned());
                    continue;
                }
            }
            drop(fs::remove_file(&path));
        }
        self.sweep_buckets(is_wanted)
    }

    /// The same for what lies in buckets with no file here that tells of it: another node brought it, and is no more.
    fn sweep_buckets(&self, mut is_wanted: impl FnMut(&str) -> Result<bool>) -> Result<()> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return Ok(());
        }
        for (name, s3) in self.storages.iter().filter_map(|(name, storage)| Some((name, storage.s3()?))) {
            for id in s3.strays(STRAY)? {
                if !is_wanted(&format!("{id}{IN}{name}"))? {
                    s3.discard(&id, "")?;
                }
            }
        }
        *looked = Some(Instant::now());
        Ok(())
    }

    fn bucket(&self, storage: &str) -> Result<&Arc<S3>> {
        self.needed(storage)?.s3().ok_or_else(|| Error::unavailable(format!("the storage {storage} is not in S3")))
    }
}

impl Ticket {
    /// What stands among the parameters for the file.
    #[must_use]
    pub fn parameter(&self) -> Value {
        Value::String(format!("{MARK}{}", self.arrival.id))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock(&self.arrivals).remove(&self.arrival.id);
    }
}

fn lock(arrivals: &Arrivals) -> MutexGuard<'_, HashMap<String, Arc<Arrival>>> {
    arrivals.lock().unwrap_or_else(PoisonError::into_inner)
}

/// True for a parameter that stands for a file.
#[must_use]
pub fn is_file(parameter: &Value) -> bool {
    parameter.as_str().is_some_and(|text| text.starts_with(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Files {
        Files::new(&Settings { root: Some(folder.to_owned()), ..Settings::default() }).unwrap()
    }

    fn left(files: &Files) -> usize {
        fs::read_dir(files.incoming.as_ref().unwrap()).unwrap().count()
    }

    #[test]
    fn a_file_goes_unless_a_write_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let mut arriving = files.begin("resources", ("a.csv", "text/csv"), 10).unwrap();
        arriving.write(b"a,b\n1,2\n").unwrap();
        assert_eq!(left(&files), 1);
        let ticket = files.ticket(arriving.finish().unwrap());
        let arrival = files.arrival(&ticket.parameter()).unwrap();
        assert_eq!((arrival.size, arrival.media_type, arrival.md5.as_str()), (8, "text/csv", "e5ebd4c02cefbe7955977c67ada242b7"));
        drop(ticket);
        arrival.keep();
        files.place(&arrival.id, "resources", "abc/def").unwrap();
        assert_eq!(left(&files), 0);
        assert!(folder.path().join("resources/abc/def").exists());
        drop(arrival);
        let mut broken = files.begin("resources", ("a.csv", ""), 4).unwrap();
        broken.write(b"12345").unwrap();
        assert!(broken.finish().unwrap().too_large);
        assert_eq!(left(&files), 0);
        assert!(files.arrival(&Value::String("\0file:unknown".to_owned())).is_none());
    }

    #[test]
    fn requests_with_the_same_file_are_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let told = |content: &[u8]| {
            let mut arriving = files.begin("resources", ("a.csv", ""), 10).unwrap();
            arriving.write(content).unwrap();
            let ticket = files.ticket(arriving.finish().unwrap());
            files.told(&serde_json::json!({"id": "x", "list": [{"upload": ticket.parameter()}]}))
        };
        assert_eq!(told(b"1"), told(b"1"));
        assert_ne!(told(b"1"), told(b"2"));
    }

    #[test]
    fn what_a_dead_process_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let held = files.begin("resources", ("a", ""), 4).unwrap();
        let old = SystemTime::now() - Duration::from_secs(60);
        let incoming = files.incoming.clone().unwrap();
        for name in ["lost", "wanted"] {
            fs::write(incoming.join(name), "x").unwrap();
        }
        fs::write(incoming.join("young"), "x").unwrap();
        for entry in fs::read_dir(&incoming).unwrap().flatten().filter(|entry| entry.file_name() != "young") {
            fs::File::options().write(true).open(entry.path()).unwrap().set_modified(old).unwrap();
        }
        files.sweep(|id| Ok(id == "wanted")).unwrap();
        assert_eq!(left(&files), 3);
        assert!(!incoming.join("lost").exists());
        drop(held);
        assert_eq!(left(&files), 2);
    }
}
