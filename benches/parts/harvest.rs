//! A harvest of another portal on this machine, whose own processor time is not counted: what a dataset costs over
//! server and database, against what the bare index pays for it alone; and a second run, in which nothing changed.

use std::time::{Duration, Instant};

use kurak::Kurak;
use serde_json::{Value, json};

use crate::{
    Outcome, bare,
    client::{Connection, get, post},
    portal::{self, Portal},
    process::Server,
    table::Table,
};

/// A run over the source.
struct Run {
    job: Value,
    seconds: f64,
    cpu: f64,
}

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    let count = portal.harvested();
    let bare = {
        let kurak = Kurak::with_index(portal::config(&portal.data())?)?;
        let ids = portal.names.iter().take(count).map(|(id, _)| id.as_str()).collect();
        let documents = bare::documents(kurak.app(), Some(&ids))?;
        let mut costs = (0..3).map(|_| bare::index(&documents)).collect::<Outcome<Vec<_>>>()?;
        costs.sort_by(|one, other| one.cpu.total_cmp(&other.cpu));
        costs.get(1).copied().ok_or("no costs")?
    };
    let data = portal.folder.path().join("harvest");
    let token = portal::sysadmin(&Kurak::tools(portal::config(&data)?)?)?;
    let mut command = portal::program(&data)?;
    command.arg("fixture-portal").arg(portal.dumped());
    let remote = Server::start(command, &portal.folder.path().join("fixture-portal.log"))?;
    let server = portal::run(&data)?;
    let config = json!({"remote_orgs": "create", "remote_groups": "create"}).to_string();
    let source = json!({"name": "remote", "title": "Remote", "url": format!("http://{}", remote.address),
        "source_type": "ckan", "config": config});
    let mut connection = Connection::open(server.address)?;
    drop(connection.result(&post("harvest_source_create", &token, &source))?);
    let first = run(&mut connection, &server, &token)?;
    let peak = server.memory("VmHWM");
    let second = run(&mut connection, &server, &token)?;
    let stat = |run: &Run, name: &str| run.job.pointer(&format!("/stats/{name}")).and_then(Value::as_u64).unwrap_or_default();
    let added = stat(&first, "added") as f64;
    let cost = first.cpu * 1e6 / added.max(1.0);
    table.figure("bare index, the same datasets", format!("{:.0} us CPU each", bare.cpu));
    table
        .figure(
            &format!("harvest of {count}"),
            format!(
                "{cost:.0} us CPU each over server and database, {:.0}/s: {:.1} times the bare index",
                added / first.seconds,
                cost / bare.cpu
            ),
        )
        .goal("<= 3 times", cost <= 3.0 * bare.cpu && stat(&first, "added") == count as u64);
    let cheaper = first.cpu / second.cpu.max(0.001);
    let told = format!(
        "{} of {} unchanged; {:.2} s CPU, {cheaper:.1} times cheaper; {:.1} s, {:.1} times faster",
        stat(&second, "not modified"),
        count,
        second.cpu,
        second.seconds,
        first.seconds / second.seconds
    );
    table.figure("harvested again, unchanged", told).goal(">= 10 times cheaper", cheaper >= 10.0);
    table.figure("harvest, RSS at most", format!("{peak:.0} MB")).goal("< 256 MB", peak < 256.0);
    Ok(())
}

fn run(connection: &mut Connection, server: &Server, token: &str) -> Outcome<Run> {
    let (begin, before) = (Instant::now(), server.cpu());
    let made = connection.result(&post("harvest_job_create", token, &json!({"source_id": "remote"})))?;
    let id = made.get("id").and_then(Value::as_str).ok_or("no job")?.to_owned();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let show = json!({"id": id});
        let job = connection.result(&post("harvest_job_show", token, &show))?;
        let status = job.get("status").and_then(Value::as_str).unwrap_or_default();
        if status == "Finished" {
            // Searchable too: the index follows what was committed.
            drop(connection.result(&get("/api/3/action/package_search?rows=0"))?);
            return Ok(Run { job, seconds: begin.elapsed().as_secs_f64(), cpu: server.cpu() - before });
        }
        if !matches!(status, "New" | "Running") || begin.elapsed() > Duration::from_secs(900) {
            return Err(format!("the harvest does not come to its end: {job}").into());
        }
    }
}
