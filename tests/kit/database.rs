//! One private PostgreSQL a test process, one migrated template, a copy of it a test.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use cluster::{Cluster, Options};
use diesel::{Connection, PgConnection, connection::SimpleConnection};

const PREFIX: &str = "kurak-test-";
const TEMPLATE: &str = "kurak_template";

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// The PostgreSQL of this test process, started at first use without fsync.
pub fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        sweep();
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
        let cluster = Cluster::start(&Options { fsync: false, ..Options::new(folder) }).expect("a private PostgreSQL starts");
        let mut connection = PgConnection::establish(&cluster.url("postgres")).expect("it answers");
        connection.batch_execute(&format!("create database {TEMPLATE}")).expect("the template is made");
        let mut template = PgConnection::establish(&cluster.url(TEMPLATE)).expect("the template answers");
        store::migrate::upgrade(&mut template).expect("the template is migrated");
        cluster
    })
}

/// Removes what test processes left that are gone.
fn sweep() {
    for entry in std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        if !PathBuf::from("/proc").join(process).exists() {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

/// A database of its own, gone at the end of the test.
pub struct TestDb {
    name: String,
}

impl TestDb {
    /// A copy of the migrated template.
    #[must_use]
    pub fn new() -> Self {
        let db = Self::name();
        db.admin(&format!("create database {} template {TEMPLATE} strategy wal_log", db.name));
        db
    }

    /// A database without a table.
    #[must_use]
    pub fn empty() -> Self {
        let db = Self::name();
        db.admin(&format!("create database {} template template0", db.name));
        db
    }

    /// The same, in another encoding than UTF8.
    #[must_use]
    pub fn encoded(encoding: &str) -> Self {
        let db = Self::name();
        db.admin(&format!("create database {} template template0 encoding '{encoding}' locale 'C'", db.name));
        db
    }

    fn name() -> Self {
        Self { name: format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed)) }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        cluster().url(&self.name)
    }

    /// A connection past all pools.
    #[must_use]
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("the test's database answers")
    }

    fn admin(&self, sql: &str) {
        let mut connection = PgConnection::establish(&cluster().url("postgres")).expect("PostgreSQL answers");
        connection.batch_execute(sql).unwrap();
    }
}

impl Default for TestDb {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Ok(mut connection) = PgConnection::establish(&cluster().url("postgres")) {
            drop(connection.batch_execute(&format!("drop database if exists {} with (force)", self.name)));
        }
    }
}
