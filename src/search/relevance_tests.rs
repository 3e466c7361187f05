//! How well free text is ranked: `fixtures/relevance` says which datasets answer which question, and how well.
//!
//! The sample portal is always asked; packages of real portals only where `../shared/corpus` is, which is no part of the
//! repository.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use base::time::Stamp;
use model::{Extra, Package, Resource, Tag};
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::request::Ranking;

/// Datasets that count.
const PLACES: usize = 10;

struct Question {
    id: String,
    collection: String,
    language: String,
    held: bool,
    text: String,
    grades: HashMap<String, f64>,
}

pub struct Collection {
    pub index: Index,
    names: HashMap<String, String>,
    _folder: TempDir,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lines(file: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join("fixtures/relevance").join(file)).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn questions() -> Vec<Question> {
    let mut grades: HashMap<String, HashMap<String, f64>> = HashMap::new();
    for line in lines("judgements.tsv") {
        grades.entry(line[0].clone()).or_default().insert(line[1].clone(), line[2].parse().unwrap());
    }
    let of = |line: Vec<String>| Question {
        grades: grades.remove(&line[0]).unwrap_or_else(|| panic!("nothing answers {}", line[0])),
        held: line[3] == "held",
        id: line[0].clone(),
        collection: line[1].clone(),
        language: line[2].clone(),
        text: line[4].clone(),
    };
    lines("queries.tsv").into_iter().map(of).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Some dumps leave it out.
fn id(value: &Value) -> String {
    value["id"].as_str().or(value["name"].as_str()).unwrap_or_default().to_owned()
}

fn translated(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(language, value)| (language.clone(), text(value))).collect()
}

fn package(value: &Value) -> Package {
    let list = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    let at = Stamp::parse(&text(&value["metadata_modified"])).or_else(|| Stamp::parse("2020-01-01T00:00:00"));
    Package {
        id: id(value),
        name: text(&value["name"]),
        title: text(&value["title"]),
        notes: value["notes"].as_str().map(str::to_owned),
        title_translated: translated(&value["title_translated"]),
        notes_translated: translated(&value["notes_translated"]),
        state: "active".to_owned(),
        author: value["author"].as_str().map(str::to_owned),
        maintainer: value["maintainer"].as_str().map(str::to_owned),
        license_title: value["license_title"].as_str().map(str::to_owned),
        metadata_created: at,
        metadata_modified: at,
        tags: list("tags").iter().map(|tag| Tag::free(tag["name"].as_str().or(tag.as_str()).unwrap_or_default())).collect(),
        resources: list("resources")
            .iter()
            .map(|resource| Resource {
                name: resource["name"].as_str().map(str::to_owned),
                description: resource["description"].as_str().map(str::to_owned),
                format: text(&resource["format"]),
                url: text(&resource["url"]),
                extras: resource
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| name.ends_with("_translated"))
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
                ..Resource::default()
            })
            .collect(),
        extras: list("extras")
            .iter()
            .map(|extra| Extra { key: text(&extra["key"]), value: text(&extra["value"]) })
            .filter(|extra| !extra.value.is_empty())
            .collect(),
        ..Package::default()
    }
}

fn entry(value: &Value) -> SearchDocument {
    let package = package(value);
    let document = super::tests::public(&package.id, &package.name, package.metadata_modified.unwrap());
    let groups: Vec<String> = value["groups"].as_array().into_iter().flatten().map(|group| text(&group["name"])).collect();
    search_document(&package, value["organization"]["name"].as_str(), &groups, &document, String::new())
}

fn collection(files: &[PathBuf]) -> Collection {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let (mut names, mut changes, mut seen) = (HashMap::new(), Vec::new(), HashSet::new());
    for file in files {
        let mut text = String::new();
        let opened = std::fs::File::open(file).unwrap();
        if file.extension().is_some_and(|extension| extension == "gz") {
            flate2::read::MultiGzDecoder::new(opened).read_to_string(&mut text).unwrap();
        } else {
            std::io::BufReader::new(opened).read_to_string(&mut text).unwrap();
        }
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let (id, name) = (id(&value), self::text(&value["name"]));
            if seen.insert(name.clone()) && names.insert(id, name).is_none() {
                changes.push(Change::Put(Box::new(entry(&value))));
            }
        }
    }
    index.apply(&changes, &Mark { origin: "test".to_owned(), watermark: 1 }).unwrap();
    Collection { index, names, _folder: folder }
}

/// The sample portal.
pub fn sample() -> Collection {
    collection(&[root().join("fixtures/portals/sample/packages.jsonl")])
}

fn collections() -> HashMap<String, Collection> {
    let mut all = HashMap::new();
    all.insert("sample".to_owned(), sample());
    let corpus = root().join("../shared/corpus/ckan/_packages");
    if corpus.is_dir() {
        let mut files: Vec<PathBuf> = std::fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        all.insert("corpus".to_owned(), collection(&files));
    } else {
        eprintln!("SKIPPED: questions to real packages need ../shared/corpus");
    }
    all
}

pub fn ask(collection: &Collection, text: &str, ranking: Ranking) -> (Vec<String>, usize) {
    let request = Request { q: text.to_owned(), ranking, ..Request::public() };
    let found = collection.index.search(&request).unwrap_or_else(|error| panic!("{text}: {error}"));
    (found.hits.iter().map(|hit| collection.names[&hit.id].clone()).collect(), found.count)
}

/// Discounted gain: a grade of n is worth 2^n - 1, and less the further down it stands.
fn gain(grades: impl Iterator<Item = f64>) -> f64 {
    grades.take(PLACES).zip(2_u32..).map(|(grade, place)| (grade.exp2() - 1.0) / f64::from(place).log2()).sum()
}

fn ndcg(question: &Question, found: &[String]) -> f64 {
    let mut best: Vec<f64> = question.grades.values().copied().collect();
    best.sort_by(|left, right| right.total_cmp(left));
    gain(found.iter().map(|name| question.grades.get(name).copied().unwrap_or_default())) / gain(best.into_iter())
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len().max(1)).unwrap())
}

#[derive(Default)]
struct Figures {
    ours: Vec<f64>,
    ckan: Vec<f64>,
}

fn measure(questions: &[Question], collections: &HashMap<String, Collection>, tell: bool) -> BTreeMap<String, Figures> {
    let mut figures: BTreeMap<String, Figures> = BTreeMap::new();
    for question in questions {
        let Some(collection) = collections.get(&question.collection) else { continue };
        let (ours, count) = ask(collection, &question.text, Ranking::Kurak);
        let (theirs, ckan_count) = ask(collection, &question.text, Ranking::Ckan);
        let (our, their) = (ndcg(question, &ours), ndcg(question, &theirs));
        if tell {
            println!("{:6} {:3} {our:.2} {their:.2} {count:4} {ckan_count:4} {}", question.id, question.language, question.text);
        }
        let half = if question.held { "held" } else { "tune" };
        for key in ["all".to_owned(), half.to_owned(), format!("{} {}", question.collection, question.language)] {
            let figures = figures.entry(key).or_default();
            figures.ours.push(our);
            figures.ckan.push(their);
        }
    }
    figures
}

fn table(figures: &BTreeMap<String, Figures>) -> String {
    let row = |(name, figures): (&String, &Figures)| {
        let (our, their) = (mean(&figures.ours), mean(&figures.ckan));
        format!("{name:12} {:4} questions  kurak {our:.3}  ckan {their:.3}  ratio {:.2}\n", figures.ours.len(), our / their)
    };
    figures.iter().map(row).collect()
}

#[test]
fn the_ranking_is_a_tenth_better_than_the_one_that_ckan_configures() {
    let figures = measure(&questions(), &collections(), false);
    println!("{}", table(&figures));
    for part in ["all", "tune", "held"] {
        let figures = &figures[part];
        assert!(
            mean(&figures.ours) >= 1.1 * mean(&figures.ckan),
            "{part}\n{}",
            table(&measure(&questions(), &collections(), false))
        );
    }
}

/// `cargo test -p kurak-search --release -- --ignored --nocapture every_question`
#[test]
#[ignore = "a table for people"]
fn every_question() {
    println!("{}", table(&measure(&questions(), &collections(), true)));
}
