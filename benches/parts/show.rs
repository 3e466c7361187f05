//! `package_show`: the start, datasets that nobody asked for before, and hot ones beside the static handler.

use crate::{
    Outcome, ceiling,
    client::{Connection, Figures, Load, get, median},
    parts::{READERS, ROUNDS, round},
    portal::Portal,
    table::Table,
};

/// Hot datasets.
const HOT: usize = 1_000;

fn path(key: &str) -> Vec<u8> {
    get(&format!("/api/3/action/package_show?id={key}"))
}

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    // The first start may find an index that was not yet built.
    drop(first_answer(portal)?);
    let (server, seconds) = first_answer(portal)?;
    table.figure("start to first answer", format!("{seconds:.2} s at {} datasets", portal.size)).goal("<= 1 s", seconds <= 1.0);
    let fresh = server.memory("VmRSS");

    let (by_id, by_name) = portal.names.split_at(portal.names.len() / 2);
    let cold = |requests| Load { requests, connections: READERS, time: None };
    let by_id = cold(by_id.iter().map(|(id, _)| path(id)).collect()).run(&server)?;
    let by_name = cold(by_name.iter().map(|(_, name)| path(name)).collect()).run(&server)?;

    let hot: Vec<Vec<u8>> = portal.names.iter().take(HOT).map(|(_, name)| path(name)).collect();
    let one: Vec<Vec<u8>> = hot.iter().take(1).cloned().collect();
    let mut connection = Connection::open(server.address)?;
    for request in &hot {
        connection.ask(request)?;
    }
    let body = connection.ask(one.first().ok_or("no datasets")?)?.to_vec();
    let above = ceiling::start(portal.folder.path(), &body)?;
    let (mut ceilings, mut ones, mut many) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ceilings.push(round(one.clone()).run(&above)?);
        ones.push(round(one.clone()).run(&server)?);
        many.push(round(hot.clone()).run(&server)?);
    }
    let (rates, static_one) = (ceilings.iter().map(|figures| figures.rate), median(ceilings.clone()));
    let spread = (rates.clone().fold(0.0, f64::max) - rates.fold(f64::MAX, f64::min)) / static_one.rate;
    table
        .mix(&format!("static handler, the same {} bytes", body.len()), &static_one, above.memory("VmRSS"))
        .found(format!("the ceiling; spread {:.0} %", spread * 100.0));
    let mut line = |what: &str, figures: &Figures, least: f64| {
        let (rate, cpu) = (figures.rate / static_one.rate, static_one.cpu / figures.cpu);
        table
            .mix(what, figures, server.memory("VmRSS"))
            .found(format!("{:.0} % of the ceiling's rate, {:.0} % by CPU", rate * 100.0, cpu * 100.0))
            .goal(&format!(">= {:.0} %", least * 100.0), rate >= least);
    };
    line("package_show, hot, one dataset", &median(ones), 0.6);
    line("package_show, hot, 1000 datasets", &median(many), 0.6);
    line("package_show, each dataset once, by id", &by_id, 0.2);
    line("package_show, each dataset once, by name", &by_name, 0.2);
    table
        .figure("RSS", format!("{fresh:.0} MB after the start, {:.0} MB now", server.memory("VmRSS")))
        .goal("<= 150 MB at 100k", server.memory("VmRSS") <= 150.0);
    Ok(())
}

/// Starts the program; seconds until a dataset was answered.
fn first_answer(portal: &Portal) -> Outcome<(crate::process::Server, f64)> {
    let server = portal.run()?;
    let (_, name) = portal.names.last().ok_or("no datasets")?;
    Connection::open(server.address)?.ask(&path(name))?;
    let seconds = server.began.elapsed().as_secs_f64();
    Ok((server, seconds))
}
