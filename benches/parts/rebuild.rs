//! The index built anew, as `search-index rebuild` does it while nobody serves, against the bare index. The start of
//! the program and of its database is not counted: it says nothing about documents.

use kurak::{Kurak, upkeep};

use crate::{
    Outcome,
    bare::{self, Cost},
    portal::{Portal, config},
    table::Table,
};

pub fn measure(portal: &Portal, table: &mut Table) -> Outcome<()> {
    let kurak = Kurak::with_index(config(&portal.data())?)?;
    upkeep::rebuild(kurak.app())?;
    let documents = bare::documents(kurak.app(), None)?;
    let mut rounds = Vec::new();
    for _ in 0..3 {
        let bare = bare::index(&documents)?;
        let ours = Cost::of(documents.len(), || Ok(upkeep::rebuild(kurak.app())?))?;
        rounds.push((ours.rate / bare.rate, ours, bare));
    }
    rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
    let Some((ratio, ours, bare)) = rounds.get(1) else { return Err("no rounds".into()) };
    let told = |cost: &Cost| format!("{:.0} documents/s, {:.0} us CPU each", cost.rate, cost.cpu);
    table.figure("bare index", told(bare));
    table
        .figure("search-index rebuild", format!("{}: {:.0} % of bare", told(ours), ratio * 100.0))
        .goal(">= 80 %", *ratio >= 0.8);
    Ok(())
}
