//! Questions in three languages, as people type them: `fixtures/languages` says what answers them, and what has to be mended.

use super::*;
use crate::analyze::language::{OFF, Repair};
use crate::relevance_tests::{Collection, ask, mean, root, sample};

const REPAIRS: [(&str, Repair); 7] = [
    ("folding", Repair::Folding),
    ("twins", Repair::Twins),
    ("kyrgyz", Repair::Kyrgyz),
    ("russian", Repair::Russian),
    ("english", Repair::English),
    ("latin", Repair::Latin),
    ("layout", Repair::Layout),
];

/// The mean share of the answers that are among the first ten.
fn recall(collection: &Collection, tell: bool) -> f64 {
    let text = std::fs::read_to_string(root().join("fixtures/languages/queries.tsv")).unwrap();
    let questions: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(questions.len() >= 40 && questions.iter().all(|line| REPAIRS.iter().any(|(name, _)| *name == line[1])));
    let mut shares = Vec::new();
    for line in &questions {
        let (found, count) = ask(collection, line[0], Ranking::Kurak);
        let wanted: Vec<&str> = line[2].split(' ').collect();
        let hits = wanted.iter().filter(|name| found.iter().any(|found| found == *name)).count();
        if tell && hits < wanted.len() {
            println!("{}: {hits} of {} among {count}: {found:?}", line[0], wanted.len());
        }
        let number = |count: usize| f64::from(u32::try_from(count).unwrap());
        shares.push(number(hits) / number(wanted.len()));
    }
    mean(&shares)
}

#[test]
fn questions_are_understood_however_they_are_typed_and_each_repair_is_needed() {
    let whole = sample();
    let with_all = recall(&whole, true);
    println!("recall@10 with all repairs: {with_all:.3}");
    assert!(with_all >= 0.95);
    for (name, repair) in REPAIRS {
        OFF.set(Some(repair));
        // Answers are remembered: an index of its own, also where only the question is read otherwise.
        let without = recall(&sample(), false);
        OFF.set(None);
        println!("recall@10 without {name}: {without:.3}");
        assert!(without < 0.95, "{name}");
    }
}

fn portal(datasets: &[(&str, &str, &str)]) -> (tempfile::TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let change = |(name, title, label): &(&str, &str, &str)| {
        let mut document = SearchDocument { id: (*name).to_owned(), ..SearchDocument::default() };
        document.labels = vec![(*label).to_owned()];
        document.exact("name", name);
        document.exact("state", "active");
        document.exact("capacity", "public");
        document.exact("tags", title);
        document.text("title", title);
        document.text("title_ngram", title);
        document.stored = (*title).to_owned();
        Change::Put(Box::new(document))
    };
    let changes: Vec<Change> = datasets.iter().map(change).collect();
    index.apply(&changes, &Mark { origin: "test".to_owned(), watermark: 1 }).unwrap();
    (folder, index)
}

fn request(q: &str) -> Request {
    Request { q: q.to_owned(), explain: true, ..Request::public() }
}

#[test]
fn what_was_meant_comes_first_is_marked_and_says_why() {
    let (_folder, index) = portal(&[
        ("other", "Жергиликтүү өкмөттүн бюджетинин аткарылышы", "public"),
        ("budget", "Өкмөттүн бюджети", "public"),
        ("another", "Өкмөттүн бюджеттери", "public"),
    ]);
    for q in ["Өкмөттүн бюджети", "окмоттун бюджети", "okmottun byudzheti", "jrvjnney ,.l;tnb"] {
        let found = index.search(&request(q)).unwrap();
        assert_eq!((found.hits[0].id.as_str(), found.count), ("budget", 3), "{q}");
        assert!(found.reasons[0].contains("the whole title or name"), "{q}: {}", found.reasons[0]);
        let marked = index.words_of(&request(q), &found).extract("Өкмөттүн <бюджети>");
        assert_eq!(marked.as_deref(), Some("<em>Өкмөттүн</em> &lt;<em>бюджети</em>&gt;"), "{q}");
        assert_eq!(found.did_you_mean, None, "{q}");
    }
    let found = index.search(&request("byudzheti")).unwrap();
    assert!(found.reasons[0].contains("\"бюджети\" (typed \"byudzheti\") in title ("), "{}", found.reasons[0]);
    let ckan = |q: &str| index.search(&Request { ranking: Ranking::Ckan, ..request(q) }).unwrap().count;
    assert_eq!((ckan("өкмөттүн"), ckan("окмоттун"), ckan("okmottun"), ckan("бюджет")), (3, 0, 0, 0));
    // A field that is named has CKAN's terms and no others.
    assert_eq!(index.search(&request("title:окмоттун")).unwrap().count, 0);
}

#[test]
fn readings_follow_from_what_the_caller_may_see() {
    let (_folder, index) = portal(&[
        ("people", "Калктын саны", "public"),
        ("secret-1", "rfkr", "member-1"),
        ("secret-2", "rfkr", "member-1"),
        ("secret-3", "rfkr жашыруун", "member-1"),
    ]);
    let ask = |q: &str, labels: &[&str]| {
        let labels = Some(labels.iter().map(|label| (*label).to_owned()).collect());
        let found = index.search(&Request { labels, ..request(q) }).unwrap();
        (found.count, found.readings.of(q).to_vec())
    };
    assert_eq!(ask("rfkr", &["public"]), (1, vec!["калк".to_owned()]));
    assert_eq!(ask("rfkr", &["public", "member-1"]), (3, Vec::new()));
    // "жашыруун" is only in a dataset of others.
    assert_eq!(ask("jashyruun", &["public"]), (0, Vec::new()));
    assert_eq!(ask("jashyruun", &["public", "member-1"]), (1, vec!["жашыруун".to_owned()]));
}

#[test]
fn translated_texts_are_read_in_their_language() {
    let resource = model::Resource {
        name: Some("Таблица".to_owned()),
        extras: serde_json::from_str(r#"{"name_translated": {"ky": "Көпүрөлөр", "ru": "Таблица", "en": 5}}"#).unwrap(),
        ..model::Resource::default()
    };
    let translated = model::Resource {
        extras: serde_json::from_str(r#"{"name_translated": {"ky": "Көпүрөлөр"}}"#).unwrap(),
        ..resource.clone()
    };
    let package = model::Package {
        title: "Мосты".to_owned(),
        title_translated: [("ru".to_owned(), "Мосты".to_owned()), ("en".to_owned(), "Bridges".to_owned())].into(),
        resources: vec![resource, translated],
        extras: vec![
            model::Extra { key: "subtitle".to_owned(), value: r#"{"ky": "Жолдордун көпүрөлөрү"}"#.to_owned() },
            model::Extra { key: "other".to_owned(), value: r#"{"a b": "x"}"#.to_owned() },
        ],
        ..model::Package::default()
    };
    let document = super::tests::public("1", "bridges", base::time::Stamp::from_micros(0).unwrap());
    let entry = search_document(&package, None, &[], &document, String::new());
    let of = |name: &str| {
        let texts = entry.text.iter().filter(|text| text.name == name);
        texts.map(|text| (text.value.as_str(), text.language)).collect::<Vec<_>>()
    };
    assert_eq!(of("title"), [("Мосты", Some(Language::Russian)), ("Bridges", Some(Language::English))]);
    let (table, bridges) = (("Таблица", Some(Language::Unknown)), ("Көпүрөлөр", Some(Language::Kyrgyz)));
    // A list with a number among its texts is no text in several languages.
    assert_eq!(of("res_name"), [table, table, bridges]);
    assert_eq!(of("extras_subtitle"), [(r#"{"ky": "Жолдордун көпүрөлөрү"}"#, None)]);
    assert_eq!(of("extras_other")[0].1, Some(Language::Unknown));
    assert_eq!(entry.keys, [(Language::Kyrgyz, "Жолдордун көпүрөлөрү".to_owned())]);
}

#[test]
fn keys_are_shown_to_nobody() {
    let (_folder, index) =
        portal(&[("schools", "Мектептердин тизмеси", "public"), ("more", "Мектептердин тизмектери", "public")]);
    let found = index.search(&Request { facet_fields: vec!["tags".to_owned()], ..request("мектептер") }).unwrap();
    assert_eq!(found.count, 2);
    let tags: Vec<&str> = found.facets[0].1.iter().map(|(tag, _)| tag.as_str()).collect();
    assert_eq!(tags, ["Мектептердин тизмектери", "Мектептердин тизмеси"]);
    // Completion goes by what is written, a suggestion is a word that is.
    let completed = |q: &str| index.search(&request(&format!("title_ngram:{q}"))).unwrap().count;
    assert_eq!((completed("мектептерд"), completed("тизме"), completed("тизмелер")), (2, 2, 0));
    let suggested = index.search(&request("мектепптердин")).unwrap().did_you_mean;
    assert_eq!(suggested.as_deref(), Some("мектептердин"));
    for field in ["_title_keys", "_text_keys"] {
        assert!(index.search(&request(&format!("{field}:мектеп"))).is_err(), "{field}");
        let sorted = Request { sort: Some(format!("{field} asc")), ..request("") };
        let counted = Request { facet_fields: vec![field.to_owned()], ..request("") };
        assert!(index.search(&sorted).is_err() && index.search(&counted).is_err(), "{field}");
    }
}
