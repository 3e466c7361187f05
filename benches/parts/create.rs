//! `package_create` with three resources by eight clients, durable and searchable when it answers, against pgbench: the
//! same rows in one bare transaction, in a database of the same cluster that nobody follows.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use cluster::{Cluster, Options, USER};
use kurak::Database;

use crate::{
    Outcome,
    client::{Connection, Figures, Load, get, median, post},
    portal::{Portal, config},
    process::Server,
    table::Table,
};

const WRITERS: usize = 8;
const SECONDS: u64 = 5;
/// More than can be created in all rounds.
const PREPARED: usize = 8_000;
const BARE: &str = "bare";
const SCRIPT: &str = include_str!("create.sql");

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    let server = portal.run()?;
    let cluster = Cluster::start(&Options::new(portal.data().join("postgresql")))?;
    let bare = Bare::make(portal, &server, &cluster)?;
    let (mut bares, mut ours, mut from) = (Vec::new(), Vec::new(), portal.size);
    for _ in 0..3 {
        bares.push(bare.run(&server)?);
        let figures = create(portal, &server, from)?;
        from += PREPARED;
        ours.push(figures);
    }
    let (bare, ours) = (median(bares), median(ours));
    let share = ours.rate / bare.rate;
    table.mix("bare transaction by pgbench, 8 clients", &bare, 0.0);
    table
        .mix("package_create, 3 resources, 8 clients", &ours, server.memory("VmRSS"))
        .found(format!("{:.0} % of the bare transaction's rate", share * 100.0))
        .goal(">= 50 %", share >= 0.5);
    Ok(())
}

fn create(portal: &Portal, server: &Server, from: usize) -> Outcome<Figures> {
    let body = |n| serde_json::Value::Object(portal.generator.package(n, Some(3)));
    let requests = (from..from + PREPARED).map(|n| post("package_create", &portal.token, &body(n))).collect();
    Load { requests, connections: WRITERS, time: Some(Duration::from_secs(SECONDS)) }.run(server)
}

/// A database with the same tables, and the script.
struct Bare {
    programs: PathBuf,
    socket: PathBuf,
    script: PathBuf,
}

impl Bare {
    fn make(portal: &Portal, server: &Server, cluster: &Cluster) -> Outcome<Self> {
        let programs = programs()?;
        let socket = cluster.socket_folder().to_path_buf();
        let script = portal.folder.path().join("create.sql");
        // A body such as those that are created: what it costs to compress and to store depends on what stands there.
        let body = shown(portal, server)?.replace('\'', "''").replace(':', "=");
        let notes = "n".repeat(400);
        fs::write(&script, SCRIPT.replace("{body}", &body).replace("{notes}", &notes))?;
        let bare = Self { programs, socket, script };
        bare.psql("kurak", &format!("create database {BARE}"))?;
        let mut config = config(&portal.data())?;
        config.database_url = Some(cluster.url(BARE));
        drop(Database::open(&config)?);
        bare.psql(
            BARE,
            "insert into groups (id, name, type, is_organization, created) values ('o', 'o', 'organization', true, now())",
        )?;
        bare.psql(BARE, "insert into tag (id, name) select 't' || n, 't' || n from generate_series(1, 20000) n")?;
        Ok(bare)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.args(["-p", "5432", "-U", USER, "-h"]).arg(&self.socket);
        command
    }

    fn psql(&self, database: &str, text: &str) -> Outcome<()> {
        let answer = self.command("psql").args(["-X", "-q", "-c", text, database]).output()?;
        if answer.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&answer.stderr).into()) }
    }

    fn run(&self, server: &Server) -> Outcome<Figures> {
        let (begin, before) = (Instant::now(), server.cpu());
        let clients = WRITERS.to_string();
        let mut command = self.command("pgbench");
        command.args(["-n", "-M", "prepared", "-c", &clients, "-j", "2", "-T", &SECONDS.to_string(), "-f"]);
        let answer = command.arg(&self.script).arg(BARE).output()?;
        let (seconds, busy) = (begin.elapsed().as_secs_f64(), server.cpu() - before);
        let text = String::from_utf8_lossy(&answer.stdout);
        let number = |head: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(head))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        };
        let (Some(rate), Some(latency)) = (number("tps = "), number("latency average = ")) else {
            return Err(format!("pgbench: {text}{}", String::from_utf8_lossy(&answer.stderr)).into());
        };
        let count = rate * seconds.min(SECONDS as f64);
        Ok(Figures { rate, cpu: busy * 1e6 / count, p50: latency, ..Figures::default() })
    }
}

/// What `package_show` answers for some dataset.
fn shown(portal: &Portal, server: &Server) -> Outcome<String> {
    let (id, _name) = portal.names.first().ok_or("no datasets")?;
    let request = get(&format!("/api/3/action/package_show?id={id}"));
    Ok(Connection::open(server.address)?.result(&request)?.to_string())
}

/// Where PostgreSQL's programs are: the newest that is installed.
fn programs() -> Outcome<PathBuf> {
    let homes = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut found: Vec<PathBuf> = homes.filter(|folder| folder.join("pgbench").exists()).collect();
    found.sort();
    match found.pop() {
        Some(folder) => Ok(folder),
        None if Path::new("/usr/bin/pgbench").exists() => Ok("/usr/bin".into()),
        None => Err("pgbench was not found".into()),
    }
}
