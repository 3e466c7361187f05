//! `package_search` with 20 rows and six facets: 40 % default listing, 40 % one word, 20 % two words. The words come
//! out of titles, so that frequent ones are asked for often; the texts are many, so that caches are not the whole story.

use crate::{
    Outcome, ceiling,
    client::{Connection, get, median},
    dice::Dice,
    parts::{ROUNDS, round},
    portal::Portal,
    table::Table,
};

/// Different orders of the mix.
const REQUESTS: usize = 20_000;
const FACETS: &str =
    "rows=20&facet.field=%5B%22organization%22,%22tags%22,%22groups%22,%22res_format%22,%22license_id%22,%22dataset_type%22%5D";
/// Bytes of the static handler that searches are measured against.
const STATIC: usize = 5_000;

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn search(more: &str) -> Vec<u8> {
    get(&format!("/api/3/action/package_search?{FACETS}{more}"))
}

fn listing(dice: &mut Dice) -> Vec<u8> {
    search(&format!("&start={}", dice.below(5) * 20))
}

fn words(portal: &Portal, dice: &mut Dice, count: usize) -> Vec<u8> {
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let title = portal.titles.get(dice.below(portal.titles.len())).map(String::as_str).unwrap_or_default();
        let all: Vec<&str> = title.split(' ').collect();
        chosen.push(encoded(dice.pick(&all)));
    }
    search(&format!("&q={}", chosen.join("%20")))
}

/// One of the mix.
pub fn mixed(portal: &Portal, dice: &mut Dice) -> Vec<u8> {
    match dice.below(10) {
        0..4 => listing(dice),
        4..8 => words(portal, dice, 1),
        _ => words(portal, dice, 2),
    }
}

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    let server = portal.run()?;
    let above = ceiling::start(portal.folder.path(), &vec![b'x'; STATIC])?;
    let mut dice = Dice::new(77, portal.size);
    let mut mixes: [(&str, Vec<Vec<u8>>); 4] = [
        ("package_search, listing", (0..100).map(|_| listing(&mut dice)).collect()),
        ("package_search, one word", (0..REQUESTS).map(|_| words(portal, &mut dice, 1)).collect()),
        ("package_search, two words", (0..REQUESTS).map(|_| words(portal, &mut dice, 2)).collect()),
        ("package_search, 40/40/20", Vec::new()),
    ];
    if let Some((_, requests)) = mixes.last_mut() {
        *requests = (0..REQUESTS).map(|_| mixed(portal, &mut dice)).collect();
    }
    Connection::open(server.address)?.ask(&search(""))?;
    let mut rounds = vec![Vec::new(); 4];
    let mut ceilings = Vec::new();
    for _ in 0..ROUNDS {
        ceilings.push(round(vec![get("/")]).run(&above)?);
        for ((_, requests), found) in mixes.iter().zip(&mut rounds) {
            found.push(round(requests.clone()).run(&server)?);
        }
    }
    let least = median(ceilings);
    table.mix("static handler, 5000 bytes", &least, above.memory("VmRSS")).found("the ceiling".to_owned());
    for ((what, _), found) in mixes.iter().zip(rounds) {
        let figures = median(found);
        let times = figures.cpu / least.cpu;
        let line = table.mix(what, &figures, server.memory("VmRSS"));
        line.found(format!("{times:.1} times the ceiling's CPU; {:.0} kB an answer", figures.bytes / 1e3));
        if what.ends_with("20") {
            let most = if portal.size > 10_000 { 160.0 } else { 60.0 };
            line.goal(&format!("<= {most} times"), times <= most);
        }
    }
    Ok(())
}
