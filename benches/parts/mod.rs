//! What is measured, a part a file. Each starts the programs that it needs and leaves the portal as it was.

mod create;
mod fresh;
mod harvest;
mod lists;
mod rebuild;
mod search;
mod show;

use std::time::Duration;

use crate::{Outcome, client::Load, portal::Portal, table::Table};

/// Connections of a mix of reads.
const READERS: usize = 8;
/// How long a round of a mix lasts.
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;

type Part = fn(&Portal, &mut Table) -> Outcome<()>;

/// All parts in their order. The first builds the index.
pub const PARTS: [(&str, Part); 7] = [
    ("rebuild", rebuild::measure),
    ("show", show::measure),
    ("search", search::measure),
    ("fresh", fresh::measure),
    ("create", create::measure),
    ("harvest", harvest::measure),
    ("lists", lists::measure),
];

/// A mix that goes on for a round.
fn round(requests: Vec<Vec<u8>>) -> Load {
    Load { requests, connections: READERS, time: Some(ROUND) }
}
