//! The life of a cluster, on a real PostgreSQL: each test has a cluster of its own in a folder of its own.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::os::Signal;

const OWNER: &str = "KURAK_TEST_OWNER_OF";

/// A folder that the unprivileged user can reach also when the tests run as root.
fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("kurak-cluster-").permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

fn options(folder: &Path) -> Options {
    Options { data: folder.join("pg"), fsync: false, bindir: None }
}

fn sql(cluster: &Cluster, text: &str) -> Result<String, String> {
    let psql = find::programs(None, None).unwrap().path("psql");
    let answer = Command::new(psql).args(["-X", "-A", "-t", "-c", text]).arg(cluster.url(DATABASE)).output().unwrap();
    let out = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if answer.status.success() { Ok(out(&answer.stdout)) } else { Err(out(&answer.stderr)) }
}

fn gone(pid: i32) -> bool {
    let server = Postmaster { pid, socket: PathBuf::new(), status: String::new() };
    wait_until(Duration::from_secs(10), &|| !server.is_alive())
}

/// Starts this very test binary as another process that owns the cluster in `folder`; returns when its server is ready.
fn owner_process(folder: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::owns_a_cluster_until_it_is_killed", "--nocapture"])
        .env(OWNER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let up = lines.map_while(Result::ok).any(|line| line.contains("cluster is up"));
    assert!(up, "the other process did not bring its cluster up");
    child
}

/// Does something only in the process that [`owner_process`] starts.
#[test]
fn owns_a_cluster_until_it_is_killed() {
    let Some(folder) = std::env::var_os(OWNER) else { return };
    // Durable: without fsync a commit may sit in memory for a moment after it was acknowledged.
    let cluster = Cluster::start(&Options::new(Path::new(&folder).join("pg"))).unwrap();
    println!("\ncluster is up");
    std::thread::sleep(Duration::from_secs(120));
    drop(cluster);
}

#[test]
fn first_start_second_start_and_stop() {
    let folder = folder();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    assert!(cluster.is_owner() && cluster.is_running());
    assert_eq!(sql(&cluster, "select current_user || ' ' || current_database()").unwrap(), "kurak kurak");
    assert_eq!(sql(&cluster, "show server_encoding").unwrap(), "UTF8");
    assert_eq!(sql(&cluster, "select lower('ЫНТЫМАК ҮЙ ӨҢҮ')").unwrap(), "ынтымак үй өңү");
    assert_eq!(sql(&cluster, "show listen_addresses").unwrap(), "");
    assert_eq!(sql(&cluster, "show wal_compression").unwrap(), "pglz");
    assert_eq!(sql(&cluster, "show fsync").unwrap(), "off");
    sql(&cluster, "create table kept (word text); insert into kept values ('сакталды')").unwrap();
    let pid = cluster.pid().unwrap();
    cluster.stop().unwrap();
    assert!(gone(pid));
    assert!(!folder.path().join("pg/data/postmaster.pid").exists());

    let begin = Instant::now();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(1), "the second start took {took:?}");
    assert_eq!(sql(&cluster, "select word from kept").unwrap(), "сакталды");
    let pid = cluster.pid().unwrap();
    drop(cluster);
    assert!(gone(pid), "a dropped cluster goes on");
}

#[test]
fn durable_unless_told_otherwise_and_closed_to_others() {
    let folder = folder();
    let cluster = Cluster::start(&Options::new(folder.path().join("pg"))).unwrap();
    assert_eq!(sql(&cluster, "show fsync").unwrap(), "on");
    assert_eq!(sql(&cluster, "show synchronous_commit").unwrap(), "on");
    assert_eq!(sql(&cluster, "show full_page_writes").unwrap(), "on");
    assert_eq!(sql(&cluster, "show data_checksums").unwrap(), "on");
    for closed in [folder.path().join("pg"), cluster.socket_folder().to_owned()] {
        assert_eq!(fs::metadata(&closed).unwrap().mode() & 0o777, 0o700, "{}", closed.display());
    }
    assert_ne!(fs::metadata(folder.path().join("pg/data")).unwrap().uid(), 0, "PostgreSQL's data belong to root");
}

#[test]
fn its_owner_killed_the_next_start_has_the_data() {
    let folder = folder();
    let mut owner = owner_process(folder.path());
    let data = folder.path().join("pg/data");
    let pid = Postmaster::read(&data).unwrap().pid;
    let guest = Cluster::start(&options(folder.path())).unwrap();
    assert!(!guest.is_owner());
    sql(&guest, "create table kept (n int); insert into kept select generate_series(1, 1000)").unwrap();

    owner.kill().unwrap();
    owner.wait().unwrap();
    if cfg!(target_os = "linux") {
        assert!(gone(pid), "the server outlives its owner");
    }
    let begin = Instant::now();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(cluster.is_owner());
    assert_eq!(sql(&cluster, "select count(*) from kept").unwrap(), "1000");
}

#[test]
fn owner_and_server_killed_the_log_is_replayed() {
    let folder = folder();
    let mut owner = owner_process(folder.path());
    let pid = Postmaster::read(&folder.path().join("pg/data")).unwrap().pid;
    let guest = Cluster::start(&options(folder.path())).unwrap();
    sql(&guest, "set synchronous_commit = on; create table kept (n int); insert into kept select generate_series(1, 1000)")
        .unwrap();
    assert!(os::send(pid, Signal::Kill));
    owner.kill().unwrap();
    owner.wait().unwrap();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    assert_eq!(sql(&cluster, "select count(*) from kept").unwrap(), "1000");
    assert!(folder.path().join("pg/log").metadata().unwrap().len() > 0);
}

#[test]
fn a_guest_stops_nothing() {
    let folder = folder();
    let owner = Cluster::start(&options(folder.path())).unwrap();
    let guest = Cluster::start(&options(folder.path())).unwrap();
    assert!(owner.is_owner() && !guest.is_owner());
    assert_eq!(guest.url("x"), owner.url("x"));
    guest.stop().unwrap();
    assert!(owner.is_running());
    assert_eq!(sql(&owner, "select 1").unwrap(), "1");
}

#[test]
fn a_server_that_dies_comes_back() {
    let folder = folder();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    let first = cluster.pid().unwrap();
    assert!(os::send(first, Signal::Kill));
    let back = || cluster.is_running() && cluster.pid() != Some(first) && sql(&cluster, "select 1").is_ok();
    assert!(wait_until(Duration::from_secs(20), &back), "{}", cluster.place.log_tail());
    let second = cluster.pid().unwrap();
    cluster.stop().unwrap();
    assert!(gone(second));
}

#[test]
fn suspended_it_is_gone_resumed_it_is_there() {
    let folder = folder();
    let cluster = Cluster::start(&options(folder.path())).unwrap();
    cluster.suspend().unwrap();
    assert!(!cluster.is_running());
    assert!(sql(&cluster, "select 1").is_err());
    cluster.resume().unwrap();
    cluster.resume().unwrap();
    assert_eq!(sql(&cluster, "select 1").unwrap(), "1");
}

#[test]
fn a_long_path_gets_its_socket_elsewhere() {
    let folder = folder();
    let deep = folder.path().join("a".repeat(60)).join("b".repeat(60));
    let cluster = Cluster::start(&options(&deep)).unwrap();
    assert!(!cluster.socket_folder().starts_with(&deep));
    assert_eq!(sql(&cluster, "select 1").unwrap(), "1");
    let socket = cluster.socket_folder().to_owned();
    drop(cluster);
    fs::remove_dir(socket).unwrap();
}

#[test]
fn leftovers_do_not_stop_it() {
    let folder = folder();
    drop(Cluster::start(&options(folder.path())).unwrap());
    // A first start that was killed, a pid file cut short, one that names a process that is none of PostgreSQL's.
    fs::create_dir_all(folder.path().join("pg/data.new/base")).unwrap();
    for text in ["", "1", &format!("{}\n{}\n1\n5432\n/nonexistent\n\n\nready\n", std::process::id(), folder.path().display())] {
        fs::write(folder.path().join("pg/data/postmaster.pid"), text).unwrap();
        let cluster = Cluster::start(&options(folder.path())).unwrap();
        assert_eq!(sql(&cluster, "select 1").unwrap(), "1");
    }
}

#[test]
fn a_setting_that_postgresql_refuses_is_quoted_in_the_error() {
    let folder = folder();
    drop(Cluster::start(&options(folder.path())).unwrap());
    let settings = folder.path().join("pg/data/postgresql.conf");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\nno_such_setting = 1\n")).unwrap();
    let error = Cluster::start(&options(folder.path())).err().unwrap();
    assert!(error.log_context().contains("no_such_setting"), "{error}");
}

#[test]
fn data_of_a_version_that_is_not_installed_is_left_alone() {
    let folder = folder();
    drop(Cluster::start(&options(folder.path())).unwrap());
    let version = folder.path().join("pg/data/PG_VERSION");
    fs::write(&version, "12\n").unwrap();
    let error = Cluster::start(&options(folder.path())).err().unwrap();
    assert!(error.log_context().contains("written by PostgreSQL 12"), "{error}");
    assert!(folder.path().join("pg/data/base").exists());
}

#[test]
fn addresses_are_escaped() {
    assert_eq!(escaped("/tmp/a b&c=d?é"), "/tmp/a%20b%26c%3Dd%3F%C3%A9");
}
