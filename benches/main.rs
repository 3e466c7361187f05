//! Measures kurak against ceilings of the same run, and prints one table: `scripts/bench [1k|10k|100k] [part…]`.
//!
//! Figures are ratios, because machines differ and are shared: processor time a request over the whole stack (server and
//! database, from /proc) beside that of a static handler, documents a second beside those of a bare index, writes beside
//! pgbench. Must never measure anything but the real program on a durable database.
#![expect(clippy::as_conversions, reason = "counts become figures for people")]

mod bare;
mod ceiling;
mod client;
mod dice;
mod generate;
mod parts;
mod portal;
mod process;
mod profile;
mod table;

// The index's own schema and writer: the bare index is the same program without the rest.
#[expect(dead_code, reason = "the index uses more of it")]
#[path = "../src/search/analyze/mod.rs"]
mod analyze;
#[expect(dead_code, reason = "the index uses more of it")]
#[path = "../src/search/schema.rs"]
mod schema;
#[path = "../src/search/title.rs"]
mod title;
#[path = "../src/search/writer.rs"]
mod writer;
mod document {
    pub use search::SearchDocument;
}

use std::{io::Write, process::ExitCode};

use generate::Generator;
use parts::PARTS;
use portal::Portal;
use table::Table;

/// What may go wrong in many ways and is only told.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const USAGE: &str = "kurak-bench [1k|10k|100k] [part…] | generate 1k|10k|100k | ceiling FILE --port N";

/// The engine's failure, for the writer that is the index's own.
fn failed(error: tantivy::TantivyError) -> base::Error {
    base::Error::internal(error)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["ceiling", file, "--port", port] => port.parse().map_err(Into::into).and_then(|port| ceiling::serve(file, port)),
        ["generate", size] => generated(size),
        [size, parts @ ..] if size_of(size).is_some() => measure(size, parts),
        parts => measure("10k", parts),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn size_of(text: &str) -> Option<usize> {
    text.strip_suffix('k')?.parse::<usize>().ok()?.checked_mul(1_000).filter(|size| (1_000..=1_000_000).contains(size))
}

/// The datasets as bodies of `package_create`, one a line.
fn generated(size: &str) -> Outcome<()> {
    let (generator, mut out) = (Generator::new(), std::io::stdout().lock());
    for n in 0..size_of(size).ok_or(USAGE)? {
        writeln!(out, "{}", serde_json::Value::Object(generator.package(n, None)))?;
    }
    Ok(())
}

fn measure(size: &str, wanted: &[&str]) -> Outcome<()> {
    let unknown = wanted.iter().find(|name| !PARTS.iter().any(|(part, _)| part == *name));
    if let Some(unknown) = unknown {
        return Err(format!("no part \"{unknown}\"; there are {}; {USAGE}", PARTS.map(|(part, _)| part).join(" ")).into());
    }
    let portal = Portal::fill(size_of(size).ok_or(USAGE)?)?;
    let (mut table, mut broken) = (Table::default(), Vec::new());
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.contains(&name) {
            eprintln!("{name}");
            // The other parts say something all the same.
            if let Err(error) = part(&portal, &mut table) {
                eprintln!("bench: {name}: {error}");
                broken.push(name);
            }
        }
    }
    write!(std::io::stdout(), "\n{size} datasets\n{}", table.text())?;
    if broken.is_empty() { Ok(()) } else { Err(format!("these parts broke: {}", broken.join(" ")).into()) }
}
