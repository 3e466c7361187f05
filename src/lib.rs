//! kurak: a catalog server that speaks CKAN. This is the only place where all parts meet: what follows from a
//! configuration, in the order in which the parts need each other. Must never know a noun of the catalog.

pub mod cli;
pub mod comparison;
pub mod config;
pub mod control;
mod db;
mod formats;
mod licenses;
pub mod telemetry;
mod tending;
pub mod upkeep;
mod watching;

use std::{
    fs,
    io::Write,
    net::SocketAddr,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use action::{App, Ctx, Row};
use auth::Actor;
use base::{Error, Kind, Result, secret::Secret};
use cluster::Cluster;
use config::Config;
use control::Door;
use scheming::Schemas;
use store::{Feed, Follower, Lane, Pools, pool::Sizes};
use tempfile::TempDir;
use tending::Tending;
use watching::Watching;

/// How long a start waits for the database.
const FIRST_CONNECTION: Duration = Duration::from_secs(5);

/// The private PostgreSQL's folder in that of the data.
const PRIVATE: &str = "postgresql";
/// The oldest PostgreSQL that will do, as `server_version_num` says it.
pub const POSTGRESQL: i32 = 140_000;
/// How long a start waits for the index to catch up before it serves all the same.
const CATCH_UP: Duration = Duration::from_millis(500);

/// The program put together. Dropped, it stops its parts in the order in which they lean on each other.
pub struct Kurak {
    door: Option<Door>,
    worker: Option<harvest::Worker>,
    tending: Option<Tending>,
    watching: Option<Watching>,
    follower: Option<Follower>,
    app: Arc<App>,
    site: Actor,
    config: Config,
    /// The index of a command that needs none.
    _scratch: Option<TempDir>,
    // The last: everything above talks to it.
    _database: Database,
}

/// The way to PostgreSQL, and the private one if there is no other.
pub struct Database {
    pub pools: Pools,
    cluster: Option<Cluster>,
}

/// Every action, for those who need the table without a database.
#[must_use]
pub fn rows() -> Vec<Row> {
    [catalog::rows(), people::rows(), harvest::rows()].concat()
}

/// The same by name, as the API document lists them.
#[must_use]
pub fn rows_sorted() -> Vec<Row> {
    let mut rows = rows();
    rows.sort_by_key(|row| row.name);
    rows
}

impl Kurak {
    /// Everything that serving needs: database, index, follower, harvest worker.
    ///
    /// # Errors
    /// Unavailable when there is no database, or another process serves from the same data folder; Internal with what
    /// to do otherwise.
    pub fn open(config: Config) -> Result<Self> {
        let mut kurak = Self::with_index(config)?;
        let begin = Instant::now();
        let feed = kurak.follow()?;
        let options = harvest::Options { allow: kurak.config.settings.fetch_allow.clone(), ..harvest::Options::default() };
        kurak.worker = Some(harvest::Worker::start(Arc::clone(&kurak.app), options)?);
        kurak.tending = Some(Tending::start(&kurak.app)?);
        kurak.watching = Some(Watching::start(&kurak.app)?);
        kurak.door = Some(Door::open(&kurak.app, &kurak.config.data)?);
        while !feed.is_ready() && begin.elapsed() < CATCH_UP {
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(kurak)
    }

    /// The database and the index, for work on the index while nobody serves.
    ///
    /// # Errors
    /// As [`Kurak::open`].
    pub fn with_index(config: Config) -> Result<Self> {
        Database::must_be_there(&config)?;
        make_folder(&config.data)?;
        let folder = config.data.join("index");
        let index = search::Index::open(&folder).map_err(|error| {
            error.context(format!("the index cannot be opened (does another kurak serve from {}?)", config.data.display()))
        })?;
        let database = Database::open(&config)?;
        upkeep::keep_if_of_this_database(&index, &folder, &database.pools)?;
        Self::assemble(config, database, index, None)
    }

    /// Lets the index follow the database: what was committed meanwhile is replayed, an empty index is built.
    ///
    /// # Errors
    /// Internal, if the system gives no thread.
    pub fn follow(&mut self) -> Result<Feed> {
        let follower = Follower::start(self.app.pools.clone(), catalog::follower(&self.app))?;
        let feed = follower.feed();
        self.app.connect(feed.clone());
        self.follower = Some(follower);
        Ok(feed)
    }

    /// What a command needs that works on the database alone. A server beside it, or the next start of one, sees its
    /// changes by the change log.
    ///
    /// # Errors
    /// As [`Kurak::open`].
    pub fn tools(config: Config) -> Result<Self> {
        Database::must_be_there(&config)?;
        make_folder(&config.data)?;
        let scratch = tempfile::tempdir().map_err(Error::internal)?;
        let index = search::Index::open(scratch.path())?;
        let database = Database::open(&config)?;
        Self::assemble(config, database, index, Some(scratch))
    }

    fn assemble(mut config: Config, database: Database, index: search::Index, scratch: Option<TempDir>) -> Result<Self> {
        if config.settings.secret_key.reveal().is_empty() {
            config.settings.secret_key = own_secret(&config.data)?;
        }
        // A command for the database alone does not wait for other servers.
        config.settings.licenses = licenses::load(&config, scratch.is_none())?;
        config.settings.schemas = Arc::new(Schemas::load(&config.schemas)?);
        config.settings.formats = formats::load(&config)?;
        let app = App::new(config.settings.clone(), database.pools.clone(), index, rows())?;
        app.reload_site(&mut *app.pools.get(Lane::Job)?)?;
        app.quotes.reload(&mut *app.pools.get(Lane::Job)?)?;
        let mut ctx = Ctx::job(&app, &Actor::anonymous());
        let site = people::user::ensure_site_user(&mut ctx)?;
        ctx.finish()?;
        Ok(Self {
            door: None,
            worker: None,
            tending: None,
            watching: None,
            follower: None,
            app,
            site,
            config,
            _scratch: scratch,
            _database: database,
        })
    }

    /// The parts that actions work with.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The user that the program acts as.
    #[must_use]
    pub fn site(&self) -> &Actor {
        &self.site
    }

    /// What it was told.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Serves on an address until what comes back is told to stop.
    ///
    /// # Errors
    /// Internal, if the address cannot be taken.
    pub fn serve(&self, address: SocketAddr) -> Result<web::Running> {
        let options = web::Options {
            host: address.ip(),
            port: address.port(),
            cors_allow_all: self.config.cors_allow_all,
            cors_origins: self.config.cors_origins.clone(),
            ..web::Options::default()
        };
        web::serve(Arc::clone(&self.app), options)
    }
}

impl Drop for Kurak {
    fn drop(&mut self) {
        self.door.take();
        self.worker.take();
        self.watching.take();
        self.tending.take();
        self.follower.take();
    }
}

impl Database {
    /// Connects, and brings the tables to this program's version unless `kurak.migrate` is off.
    ///
    /// # Errors
    /// Unavailable without a database; Internal when it is too old, not in UTF8, or its tables are old or somebody else's.
    pub fn open(config: &Config) -> Result<Self> {
        let database = Self::connect(config)?;
        let mut connection = database.first_connection()?;
        db::must_be_fit(&mut connection)?;
        if config.migrate {
            store::migrate::upgrade(&mut connection)?;
        } else if store::migrate::is_behind(&mut connection)? {
            return Err(Error::internal("the tables are older than this program; run `kurak db upgrade`"));
        }
        drop(connection);
        Ok(database)
    }

    /// A database that is just starting, or that still clears up after a process that died, is waited for.
    fn first_connection(&self) -> Result<store::Connection> {
        let begin = Instant::now();
        loop {
            match self.pools.get(Lane::Job) {
                Err(error) if begin.elapsed() < FIRST_CONNECTION => tracing::info!(%error, "waiting for the database"),
                outcome => return outcome,
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The folder of the private PostgreSQL that has no data yet; `None` when it has some, or there is another PostgreSQL.
    #[must_use]
    pub fn missing(config: &Config) -> Option<PathBuf> {
        let folder = config.data.join(PRIVATE);
        // A folder that cannot be looked into may have some.
        let is_there = folder.join("data/PG_VERSION").try_exists().unwrap_or(true);
        (config.database_url.is_none() && !is_there).then_some(folder)
    }

    fn must_be_there(config: &Config) -> Result<()> {
        let Some(folder) = Self::missing(config).filter(|_| !config.begins) else { return Ok(()) };
        Err(Error::internal(format!(
            "there is no database in {}. If it lies elsewhere, say so with -c, KURAK_DATA or DATABASE_URL; `kurak run`, \
             `kurak db init` and `kurak sysadmin add` make a new one",
            folder.display()
        )))
    }

    /// Connects and looks at nothing.
    ///
    /// # Errors
    /// Internal, when the private PostgreSQL does not start, or is not there and should not be made.
    pub fn connect(config: &Config) -> Result<Self> {
        Self::must_be_there(config)?;
        let (cluster, url) = match &config.database_url {
            Some(url) => (None, url.clone()),
            None => {
                make_folder(&config.data)?;
                let folder = config.data.join(PRIVATE);
                let options = cluster::Options { bindir: config.pg_bindir.clone(), ..cluster::Options::new(folder) };
                let cluster = Cluster::start(&options)?;
                let url = cluster.url(cluster::DATABASE);
                (Some(cluster), url)
            }
        };
        Ok(Self { pools: Pools::open(&url, Sizes::default())?, cluster })
    }

    /// True when the PostgreSQL is kurak's own.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.cluster.is_some()
    }
}

/// Makes the data folder. Others may enter it when root made it, because the private PostgreSQL runs as somebody else;
/// what is secret in it is closed by itself.
fn make_folder(folder: &Path) -> Result<()> {
    let mode = if config::is_root() { 0o755 } else { 0o700 };
    fs::DirBuilder::new().recursive(true).mode(mode).create(folder).map_err(|error| {
        Error::internal(format!(
            "the data folder {} cannot be made: {error}; choose another one with KURAK_DATA",
            folder.display()
        ))
    })
}

/// The secret of a site that was given none: made once, kept in the data folder for its owner alone.
fn own_secret(data: &Path) -> Result<Secret> {
    let path = data.join("secret_key");
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => return Ok(Secret::new(text.trim())),
        Ok(_) => return Err(Error::internal(format!("{} is damaged; restore it, sealed API keys need it", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::internal(format!("{} cannot be read: {error}", path.display()))),
    }
    let secret = auth::token::random_text()?;
    match write_secret(&path, &secret) {
        // Somebody else was quicker: his is the secret.
        Err(error) if error.kind() == Kind::Conflict => own_secret(data),
        outcome => outcome.map(|()| Secret::new(secret)),
    }
}

/// Writes a file that only its owner may read, whole or not at all; Conflict when it is there already.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    let failed = |error: std::io::Error| Error::internal(format!("{} cannot be written: {error}", path.display()));
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside).map_err(failed)?;
    linked.map_err(
        |error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists { Error::conflict("it is there") } else { failed(error) }
        },
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn the_secret_is_made_once_and_closed_to_others() {
        let data = tempfile::tempdir().unwrap();
        let secret = own_secret(data.path()).unwrap();
        assert!(secret.reveal().len() >= 32);
        assert_eq!(own_secret(data.path()).unwrap(), secret);
        let path = data.path().join("secret_key");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(write_secret(&path, "another").unwrap_err().kind(), Kind::Conflict);
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 1);
        fs::write(&path, "short").unwrap();
        assert!(own_secret(data.path()).is_err());
    }

    #[test]
    fn no_two_actions_have_one_name() {
        let mut names: Vec<&str> = rows().iter().map(|row| row.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        assert!(["package_search", "user_create", "harvest_job_create"].iter().all(|name| names.contains(name)));
    }
}
