//! Questions in three languages, as people type them: `fixtures/languages` says what answers them, and what has to be mended.

use std::collections::HashMap;

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

/// Letters as people write them in Latin ones.
fn in_latin(text: &str, kyrgyz: bool) -> String {
    let latin = |letter: char| match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'е' | 'э' => "e",
        'ё' => "yo",
        'з' => "z",
        'и' => "i",
        'ж' if kyrgyz => "j",
        'ж' => "zh",
        'й' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'ң' => "n",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' | 'ү' => "u",
        'ф' => "f",
        'х' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'ь' | 'ъ' => "",
        _ => "?",
    };
    let one = |letter: char| match letter {
        'а'..='я' | 'ё' | 'ң' | 'ө' | 'ү' => latin(letter).to_owned(),
        'А'..='Я' | 'Ё' | 'Ң' | 'Ө' | 'Ү' => letter.to_lowercase().map(latin).collect(),
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}

/// The same keys with the other alphabet; commas, full stops and quotation marks are other keys on a Russian keyboard.
fn on_other_keys(text: &str) -> String {
    const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~jeyJEY?/";
    const CYRILLIC: &str = "йцукенгшщзхъфывапролджэячсмитьбюёЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁөүңӨҮҢ,.";
    let is_cyrillic = text.chars().any(|letter| ('а'..='я').contains(&letter));
    let (from, to) = if is_cyrillic { (CYRILLIC, LATIN) } else { (LATIN, CYRILLIC) };
    let other = |letter: char| from.chars().zip(to.chars()).find(|(key, _)| *key == letter).map_or(letter, |(_, other)| other);
    text.chars().map(other).collect()
}

/// Titles of the sample portal, typed in Latin letters and on the other keyboard: nearly all of them find their dataset first.
#[test]
fn whole_titles_are_found_however_they_are_typed() {
    let portal = sample();
    let text = std::fs::read_to_string(root().join("fixtures/portals/sample/packages.jsonl")).unwrap();
    let datasets: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (language, latin) in [("ky", false), ("ky", true), ("ru", false), ("ru", true), ("en", false)] {
        let title = |dataset: &serde_json::Value| dataset["title_translated"][language].as_str().map(str::to_owned);
        let titles: HashMap<&str, String> =
            datasets.iter().filter_map(|dataset| Some((dataset["name"].as_str()?, title(dataset)?))).collect();
        let mut names: Vec<&&str> = titles.keys().collect();
        names.sort_by_key(|name| crate::schema::fingerprint(name.as_bytes()));
        let (mut first, mut missed) = (0, Vec::new());
        for name in names.iter().take(60) {
            let title = &titles[**name];
            let typed = if latin { in_latin(title, language == "ky") } else { on_other_keys(title) };
            let q = prose(&typed, is_in_schema).unwrap_or_else(|| typed.clone());
            let found = if q.contains(':') { Vec::new() } else { ask(&portal, &q, Ranking::Kurak).0 };
            // Several datasets may have one title.
            let is_first = found.first().is_some_and(|found| titles.get(found.as_str()) == Some(title));
            first += usize::from(is_first);
            if !is_first {
                missed.push(format!("{typed} ({title}): {found:?}"));
            }
        }
        println!("{language}, {}: {first} of 60; missed {missed:#?}", if latin { "Latin letters" } else { "other keys" });
        assert!(first >= 57);
    }
}

#[test]
fn words_in_parts_are_read_part_by_part() {
    let (_folder, index) = portal(&[
        ("lake", "Ысык-Көл облусунун жолдору", "public"),
        ("region", "Жалал-Абад облусу, 2025-жыл", "public"),
        ("road", "Дороги Иссык-Кульской области", "public"),
        ("duty", "Бажы төлөмдөрү", "public"),
        ("initials-1", "F.S. Smith", "public"),
        ("initials-2", "S. F. Smith", "public"),
        ("initials-3", "F. and S. Smith", "public"),
    ]);
    let ask = |q: &str| {
        let found = index.search(&request(q)).unwrap();
        (found.hits.first().map_or(String::new(), |hit| hit.id.clone()), found.relaxed)
    };
    for (q, name) in [
        ("ysyk-kol", "lake"),
        ("Ысык-көл", "lake"),
        (";fkfk-f,fl", "region"),
        ("djalal-abad", "region"),
        ("2025-jyl", "region"),
        ("issyk-kulskaya", "road"),
        ("f.s.", "initials-1"),
    ] {
        assert_eq!(ask(q), (name.to_owned(), false), "{q}");
    }
    let both = index.search(&request(",f;s")).unwrap().hits;
    assert_eq!(both.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["initials-1", "duty"]);
    // Where nothing has the parts together, both of them somewhere are enough.
    let found = index.search(&request("облусунун-ысык")).unwrap();
    assert_eq!((found.count, found.relaxed, found.hits[0].id.as_str()), (1, true, "lake"));
    assert!(found.reasons[0].contains("\"ысык\" in title"), "{}", found.reasons[0]);
    let marked = index.words_of(&request("облусунун-ысык"), &found).extract("Ысык-Көл");
    assert_eq!(marked.as_deref(), Some("<em>Ысык</em>-Көл"));
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
fn suggestions_are_words_near_to_what_was_typed() {
    let (_folder, index) = portal(&[
        ("people", "Population census", "public"),
        ("health", "Hospitals and electricity", "public"),
        ("power", "Electricity of hospital beds", "public"),
        ("vote", "Elections", "public"),
        ("ask", "What is open data", "public"),
        ("secret", "Wheats", "member-1"),
    ]);
    let better = |q: &str| index.search(&request(q)).unwrap().did_you_mean.unwrap_or_default();
    for (q, meant) in [
        ("populaton", "population"),
        ("poplation", "population"),
        ("ppulation", "population"),
        ("hosptal", "hospital"),
        ("electons", "elections"),
        ("elecricity", "electricity"),
        ("wheat", ""),
        ("whaat", "what"),
        ("populaton cenus", "population census"),
        ("po-pulaton", ""),
    ] {
        assert_eq!(better(q), meant, "{q}");
    }
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
