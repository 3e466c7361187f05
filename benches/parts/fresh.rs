//! Searches while the index is built anew and while many write: how long they take, and how soon what was written is found.

use std::{
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Outcome,
    client::{Connection, get, post},
    dice::Dice,
    parts::search::mixed,
    portal::{Portal, program},
    process::Server,
    table::Table,
};

/// Connections that search, and how often each of them does: a hundred searches a second.
const SEARCHERS: usize = 4;
const EVERY: Duration = Duration::from_millis(40);
const WRITERS: usize = 8;
const TIME: Duration = Duration::from_secs(10);
/// After this time a dataset counts as not found.
const LATE: Duration = Duration::from_secs(10);

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    let server = portal.run()?;
    let quiet = searching(portal, &server, || {
        thread::sleep(TIME);
        Ok(())
    })?;
    let rebuilding = searching(portal, &server, || {
        let mut rebuild = program(&portal.data())?;
        let ended = rebuild.args(["search-index", "rebuild"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        if ended.success() { Ok(()) } else { Err(format!("search-index rebuild: {ended}").into()) }
    })?;
    let mut waits = Vec::new();
    let writing = searching(portal, &server, || {
        waits = writing(portal, &server)?;
        Ok(())
    })?;
    let (before, during, beside) = (part(&quiet, 99), part(&rebuilding, 99), part(&writing, 99));
    table.figure("p99 of 100 searches a second", format!("{before:.1} ms, {beside:.1} ms beside 8 writing clients"));
    let times = during / before;
    table
        .figure("p99 while the index is built anew", format!("{during:.1} ms, {times:.1} times; {} searches", rebuilding.len()))
        .goal("< 2 times", times < 2.0);
    let visible = part(&waits, 95);
    let told = format!("{:.1} ms p50, {visible:.1} ms p95; {} datasets", part(&waits, 50), waits.len());
    table.figure("found after a write", told).goal("p95 <= 50 ms", visible <= 50.0);
    Ok(())
}

/// Milliseconds under which so many of a hundred sorted times lie.
fn part(sorted: &[Duration], share: usize) -> f64 {
    sorted.get(sorted.len() * share / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// Searches a hundred times a second while something is done; how long they took, sorted.
fn searching(portal: &Portal, server: &Server, work: impl FnOnce() -> Outcome<()>) -> Outcome<Vec<Duration>> {
    let done = AtomicBool::new(false);
    let one = |number: usize| -> Outcome<Vec<Duration>> {
        let mut dice = Dice::new(u64::try_from(number)? + 5, portal.size);
        let mut connection = Connection::open(server.address)?;
        let (mut waits, mut next) = (Vec::new(), Instant::now());
        while !done.load(Ordering::Relaxed) {
            let request = mixed(portal, &mut dice);
            thread::sleep(next.saturating_duration_since(Instant::now()));
            next += EVERY;
            let begin = Instant::now();
            connection.ask(&request)?;
            waits.push(begin.elapsed());
        }
        Ok(waits)
    };
    let one = &one;
    let (worked, waits) = thread::scope(|scope| {
        let searchers: Vec<_> = (0..SEARCHERS).map(|number| scope.spawn(move || one(number))).collect();
        let worked = work();
        done.store(true, Ordering::Relaxed);
        (worked, searchers.into_iter().filter_map(|searcher| searcher.join().ok()).collect())
    });
    worked?;
    sorted(waits)
}

fn sorted(parts: Vec<Outcome<Vec<Duration>>>) -> Outcome<Vec<Duration>> {
    let mut all: Vec<Duration> = parts.into_iter().collect::<Outcome<Vec<_>>>()?.into_iter().flatten().collect();
    all.sort();
    Ok(all)
}

/// Eight clients write, and each looks for what it wrote: the times from the answer of the write until a search finds it.
fn writing(portal: &Portal, server: &Server) -> Outcome<Vec<Duration>> {
    let begin = Instant::now();
    let one = |client: usize| -> Outcome<Vec<Duration>> {
        let mut connection = Connection::open(server.address)?;
        let mut waits = Vec::new();
        // Numbers that no other part gives.
        for n in (10_000_000 + client * 100_000).. {
            if begin.elapsed() > TIME {
                break;
            }
            let package = serde_json::Value::Object(portal.generator.package(n, Some(3)));
            let made = connection.result(&post("package_create", &portal.token, &package))?;
            let name = made.get("name").and_then(serde_json::Value::as_str).ok_or("no name")?.to_owned();
            let find = get(&format!("/api/3/action/package_search?rows=0&include_private=true&q=name:{name}"));
            let find = String::from_utf8(find)?.replacen("\r\n", &format!("\r\nAuthorization: {}\r\n", portal.token), 1);
            let written = Instant::now();
            while connection.result(find.as_bytes())?.get("count") != Some(&1.into()) {
                if written.elapsed() > LATE {
                    return Err(format!("{name} is not found").into());
                }
            }
            waits.push(written.elapsed());
        }
        Ok(waits)
    };
    let one = &one;
    let waits = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|client| scope.spawn(move || one(client))).collect();
        writers.into_iter().filter_map(|writer| writer.join().ok()).collect()
    });
    sorted(waits)
}
