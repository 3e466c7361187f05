//! Figures, not checks: `cargo test -p kurak-search --release -- --ignored --nocapture measure`.
//!
//! CPU time is of the searching thread alone, so that the load of the machine does not matter. `KURAK_MEASURE_N` datasets.
#![expect(clippy::as_conversions, reason = "figures for people")]

use std::time::Instant;

use base::time::Stamp;
use model::{Document, Extra, Package, Resource, Tag};

use super::*;

struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(below).unwrap()).unwrap()
    }

    /// Small numbers far more often than great ones.
    fn zipf(&mut self, below: usize) -> usize {
        let exponent = f64::from(u32::try_from(self.next(1 << 20)).unwrap()) / f64::from(1 << 20);
        let value = f64::from(u32::try_from(below).unwrap()).powf(exponent) - 1.0;
        (0..below).rev().find(|n| f64::from(u32::try_from(*n).unwrap()) <= value).unwrap_or(0)
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| word(self.zipf_fast(20_000))).collect::<Vec<_>>().join(" ")
    }

    fn zipf_fast(&mut self, below: usize) -> usize {
        let range = below.ilog2();
        let bits = u32::try_from(self.next(usize::try_from(range).unwrap() + 1)).unwrap();
        self.next(1 << bits).min(below - 1)
    }
}

fn word(number: usize) -> String {
    let syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "да", "ки", "ло", "ме", "ну", "ша"];
    let (mut rest, mut text) = (number + 17, String::new());
    while rest > 0 {
        text.push_str(syllables[rest % 16]);
        rest /= 16;
    }
    text
}

fn package(n: usize, dice: &mut Dice) -> Package {
    let at = Stamp::from_micros(1_600_000_000_000_000 + i64::try_from(n * 7_919 % 1_000_003).unwrap() * 60_000_000);
    let formats = ["CSV", "JSON", "XLSX", "PDF", "XML", "HTML", "ZIP", "GeoJSON", "SHP", "WMS"];
    let resource = |dice: &mut Dice, k: usize| Resource {
        id: format!("{n:08x}-{k}"),
        name: Some(dice.words(4)),
        description: Some(dice.words(8)),
        url: format!("https://data.example.org/files/{n}/{k}.csv"),
        format: formats[dice.zipf(10)].to_owned(),
        ..Resource::default()
    };
    Package {
        id: format!("{:032x}", u128::try_from(n).unwrap() * 0x9E37_79B9_7F4A_7C15),
        name: format!("dataset-{n}"),
        title: dice.words(8),
        notes: Some(dice.words(50)),
        state: "active".into(),
        license_id: Some(["cc-by", "cc-zero", "odc-pddl", "other-open"][dice.zipf(4)].into()),
        metadata_created: at,
        metadata_modified: at,
        tags: (0..4).map(|_| Tag::free(&word(dice.zipf_fast(20_000)))).collect(),
        resources: (0..1 + dice.next(5)).map(|k| resource(dice, k)).collect(),
        extras: (0..6).map(|k| Extra { key: format!("key_{k}"), value: dice.words(3) }).collect(),
        ..Package::default()
    }
}

fn stored(package: &Package, private: bool) -> Document {
    Document {
        id: package.id.clone(),
        name: package.name.clone(),
        version: 1,
        owner_org: Some("org".into()),
        groups: Vec::new(),
        labels: vec![if private { "member-org".into() } else { "public".into() }],
        state: "active".into(),
        private,
        metadata_modified: package.metadata_modified.unwrap(),
        body: model::document::body(package).unwrap().into(),
    }
}

fn convert(n: usize, document: &Document) -> SearchDocument {
    let package = model::document::parse(&document.body).unwrap();
    let organization = format!("org-{}", n % 60 * (n % 7) / 6);
    let bytes = document.body.to_string();
    search_document(&package, Some(&organization), &[format!("group-{}", n % 11)], document, bytes)
}

/// CPU nanoseconds of this thread.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// CPU ticks (10 ms) of the whole process.
fn process_cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

fn bare(documents: &[SearchDocument]) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let (schema, fields) = schema::Fields::build();
    let ready: Vec<_> = documents.iter().map(|document| writer::document(&fields, document)).collect();
    let builder =
        tantivy::Index::builder().schema(schema).tokenizers(analyze::manager()).fast_field_tokenizers(analyze::manager());
    let index = builder.create_in_dir(folder.path()).unwrap();
    let (from, cpu) = (Instant::now(), process_cpu());
    let mut writer = writer::open(&index, writer::Size::Bulk).unwrap();
    for document in ready {
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    (from.elapsed().as_secs_f64(), process_cpu() - cpu)
}

/// The clock of a thread ticks coarsely: the work is repeated until a fifth of a second is used up.
fn report(name: &str, work: impl Fn()) {
    work();
    let (from, mut times) = (cpu(), 0_u32);
    while cpu() - from < 200_000_000 {
        (0..10).for_each(|_| work());
        times += 10;
    }
    println!("{name:<44} {:>9.1} us CPU", (cpu() - from) as f64 / f64::from(times) / 1000.0);
}

#[test]
#[ignore = "prints figures; takes long"]
#[expect(clippy::disallowed_methods, reason = "a figure for people, asked for by a variable")]
fn measure() {
    let count: usize = std::env::var("KURAK_MEASURE_N").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    let mut dice = Dice(7);
    let documents: Vec<Document> = (0..count).map(|n| stored(&package(n, &mut dice), n % 33 == 0)).collect();
    println!("{count} datasets, {} bytes each", documents.iter().map(|document| document.body.len()).sum::<usize>() / count);
    let ready: Vec<SearchDocument> = documents.iter().enumerate().map(|(n, document)| convert(n, document)).collect();

    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    for round in 0..2 {
        let (wall, busy) = bare(&ready);
        println!(
            "bare writer {round}: {:.0} docs/s wall, {:.1} us CPU a document",
            count as f64 / wall,
            busy * 1e6 / count as f64
        );
        let (from, busy) = (Instant::now(), process_cpu());
        let fresh = index.rebuild(&Mark { origin: "m".into(), watermark: 1 }).unwrap();
        documents.iter().enumerate().for_each(|(n, document)| fresh.put(&convert(n, document)).unwrap());
        fresh.finish(&Mark { origin: "m".into(), watermark: 1 }).unwrap();
        let (wall, busy) = (from.elapsed().as_secs_f64(), process_cpu() - busy);
        println!(
            "rebuild {round}:     {:.0} docs/s wall, {:.1} us CPU a document",
            count as f64 / wall,
            busy * 1e6 / count as f64
        );
    }
    let bare_conversion = cpu();
    let converted = documents.iter().enumerate().map(|(n, document)| convert(n, document).exact.len()).sum::<usize>();
    println!("conversion alone: {:.1} us CPU ({converted})", (cpu() - bare_conversion) as f64 / count as f64 / 1000.0);

    searches(&index, count);
}

/// Many small commits one after the other, as eight clients that create make them.
#[test]
#[ignore = "prints figures; takes long"]
fn measure_commits() {
    const DOCUMENTS: usize = 4096;
    for each in [8, 64, 256, 1024] {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        let mut dice = Dice(13);
        let ready: Vec<Vec<Change>> = (0..DOCUMENTS / each)
            .map(|commit| {
                let numbers = (0..each).map(|n| commit * each + n);
                numbers.map(|n| Change::Put(Box::new(convert(n, &stored(&package(n, &mut dice), false))))).collect()
            })
            .collect();
        let (from, busy) = (Instant::now(), process_cpu());
        let commits = ready.len();
        for changes in ready {
            index.apply(&changes, &Mark { origin: "m".into(), watermark: 3 }).unwrap();
        }
        let (wall, busy) = (from.elapsed().as_secs_f64() * 1e6, (process_cpu() - busy) * 1e6);
        println!(
            "{commits} commits of {each}: {:.0} us wall, {:.0} us CPU a commit, {:.0} us CPU a document, {} segments",
            wall / commits as f64,
            busy / commits as f64,
            busy / DOCUMENTS as f64,
            index.segments()
        );
    }
}

fn searches(index: &Index, count: usize) {
    let six = ["organization", "groups", "tags", "res_format", "license_id", "dataset_type"].map(str::to_owned).to_vec();
    let listing = Request { rows: 20, facet_fields: six, ..Request::public() };
    let ask = |q: &str| Request { q: q.to_owned(), ..listing.clone() };
    let common = word(0);
    let rare = word(15_000);
    for (name, request) in [
        ("listing + 6 facets", listing.clone()),
        ("rows=0 + 6 facets", Request { rows: 0, ..listing.clone() }),
        ("listing, no facets", Request { facet_fields: Vec::new(), ..listing.clone() }),
        ("one common word", ask(&common)),
        ("one middling word", ask(&word(300))),
        ("one rare word", ask(&rare)),
        ("two words", ask(&format!("{} {}", word(3), word(20)))),
        ("one middling Kyrgyz word", ask(&word(153))),
        ("two Kyrgyz words", ask(&format!("{} {}", word(153), word(154)))),
        (
            "two Kyrgyz words, ranked as CKAN does",
            Request { ranking: Ranking::Ckan, ..ask(&format!("{} {}", word(153), word(154))) },
        ),
        ("two words, ranked as CKAN does", Request { ranking: Ranking::Ckan, ..ask(&format!("{} {}", word(3), word(20))) }),
        ("one common word, ranked as CKAN does", Request { ranking: Ranking::Ckan, ..ask(&common) }),
        ("fq organization + format", Request { fq: vec!["organization:org-5 AND res_format:CSV".into()], ..listing.clone() }),
        ("name asc", Request { sort: Some("name asc".into()), ..listing.clone() }),
        ("title:*ba*", ask("title:*ba*")),
    ] {
        println!("{name}: {} found", index.search(&request).unwrap().count);
        report("   again, same state", || drop(index.search(&request).unwrap()));
        let flip = std::cell::Cell::new(0_usize);
        report("   not seen before", || {
            flip.set(flip.get() + 1);
            // Another rule, though it does not come to bear, is another question.
            let request = Request {
                facet_limit: 50 + flip.get() as i64,
                mm: Some(format!("2<-1 5<80% 9{}<80%", flip.get())),
                ..request.clone()
            };
            drop(index.search(&request).unwrap());
        });
    }
    let mut dice = Dice(9);
    let mut waits = Vec::new();
    for n in 0..100 {
        let document = stored(&package(n * 37 % count, &mut dice), false);
        let from = Instant::now();
        index.apply(&[Change::Put(Box::new(convert(n, &document)))], &Mark { origin: "m".into(), watermark: 2 }).unwrap();
        waits.push(from.elapsed().as_micros());
        drop(index.search(&listing).unwrap());
    }
    waits.sort_unstable();
    println!("one change until it is seen: p50 {} us, p90 {} us", waits[50], waits[90]);
    println!("segments: {}", index.segments());
}
