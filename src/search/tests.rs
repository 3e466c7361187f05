//! The index as its callers use it.

use base::{Kind, time::Stamp};
use model::{Document, Extra, Package, Resource, Tag};
use tempfile::TempDir;

use super::*;

pub struct Sample {
    pub package: Package,
    organization: &'static str,
    groups: Vec<String>,
    labels: Vec<&'static str>,
    private: bool,
}

pub fn sample(name: &str, title: &str, day: u32) -> Sample {
    let modified = Stamp::parse(&format!("2024-01-{day:02}T10:00:00.123456"));
    Sample {
        package: Package {
            id: format!("id-{name}"),
            name: name.to_owned(),
            title: title.to_owned(),
            state: "active".to_owned(),
            metadata_created: modified,
            metadata_modified: modified,
            ..Package::default()
        },
        organization: "stat",
        groups: Vec::new(),
        labels: vec!["public"],
        private: false,
    }
}

/// The document of a public dataset that belongs to nobody.
pub fn public(id: &str, name: &str, metadata_modified: Stamp) -> Document {
    Document {
        id: id.to_owned(),
        name: name.to_owned(),
        version: 1,
        owner_org: None,
        groups: Vec::new(),
        labels: vec!["public".to_owned()],
        state: "active".to_owned(),
        private: false,
        metadata_modified,
        body: "".into(),
    }
}

impl Sample {
    pub fn document(&self) -> SearchDocument {
        let document = Document {
            owner_org: Some("org-id".to_owned()),
            labels: self.labels.iter().map(|label| (*label).to_owned()).collect(),
            state: self.package.state.clone(),
            private: self.private,
            ..public(&self.package.id, &self.package.name, self.package.metadata_modified.unwrap())
        };
        let stored = format!("body of {}: {}", self.package.name, self.package.title);
        search_document(&self.package, Some(self.organization), &self.groups, &document, stored)
    }
}

fn samples() -> Vec<Sample> {
    let mut water = sample("clean-water", "Clean Water in Cities", 1);
    water.package.notes = Some("Quality of drinking water, wi-fi maps".to_owned());
    water.package.tags = vec![Tag::free("air quality"), Tag::free("water")];
    water.package.num_resources = 2;
    water.package.resources = vec![Resource { format: "CSV".into(), name: Some("Table".into()), ..Resource::default() }; 2];
    water.package.extras = vec![
        Extra { key: "theme".into(), value: "http://x.org/t".into() },
        Extra { key: "issued_date".into(), value: "2020-05-01".into() },
        Extra { key: "themes".into(), value: r#"["a","b"]"#.into() },
    ];
    water.groups = vec!["health".to_owned()];
    let mut budget = sample("budget", "State budget 2024", 2);
    budget.organization = "finance";
    budget.package.license_id = Some("cc-by".to_owned());
    budget.package.title_translated = [("ru".to_owned(), "Бюджет страны".to_owned())].into();
    budget.package.tags = vec![Tag::free("water"), Tag::free("money")];
    let mut secret = sample("secret-water", "Secret water plans", 3);
    secret.private = true;
    secret.labels = vec!["member-stat"];
    let mut draft = sample("draft-water", "Draft water plans", 4);
    draft.package.state = "draft".to_owned();
    draft.labels = vec!["creator-1"];
    vec![water, budget, secret, draft]
}

pub fn mark(watermark: u64) -> Mark {
    Mark { origin: "test".to_owned(), watermark }
}

pub fn filled() -> (TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let changes: Vec<_> = samples().iter().map(|sample| Change::Put(Box::new(sample.document()))).collect();
    index.apply(&changes, &mark(1)).unwrap();
    (folder, index)
}

pub fn names(index: &Index, request: &Request) -> Vec<String> {
    let found = index.search(request).unwrap_or_else(|error| panic!("{request:?}: {error}"));
    assert_eq!(found.count, found.hits.len());
    found.hits.iter().map(|hit| hit.id.trim_start_matches("id-").to_owned()).collect()
}

pub fn q(text: &str) -> Request {
    Request { q: text.to_owned(), sort: Some("name asc".to_owned()), ..Request::public() }
}

pub fn fq(text: &str) -> Request {
    Request { fq: vec![text.to_owned()], sort: Some("name asc".to_owned()), ..Request::public() }
}

#[test]
fn everybody_finds_public_active_datasets_and_nothing_else() {
    let (_folder, index) = filled();
    assert_eq!(names(&index, &q("")), ["budget", "clean-water"]);
    assert_eq!(names(&index, &q("water")), ["budget", "clean-water"]);
    assert_eq!(index.search(&q("water")).unwrap().hits[1].stored.as_ref(), "body of clean-water: Clean Water in Cities");
    // By default the newest comes first.
    assert_eq!(names(&index, &Request::public()), ["budget", "clean-water"]);
}

#[test]
fn no_text_gets_past_the_labels() {
    let (_folder, index) = filled();
    for text in [
        "*:* OR name:secret-water",
        "name:secret-water OR *:*",
        "+state:draft OR capacity:private",
        "capacity:private OR capacity:public",
        "-capacity:public OR *:*",
        "*:*) OR (name:secret-water",
        "id:id-secret-water",
    ] {
        for request in [q(text), fq(text)] {
            let open = Request { public_only: false, states: Vec::new(), ..request };
            for found in index.search(&open).map(|found| found.hits).unwrap_or_default() {
                assert!(!found.id.contains("secret") && !found.id.contains("draft"), "{text} gave {}", found.id);
            }
        }
    }
    let member = Request { labels: Some(vec!["public".into(), "member-stat".into()]), public_only: false, ..q("water") };
    assert_eq!(names(&index, &member), ["budget", "clean-water", "secret-water"]);
    assert_eq!(names(&index, &Request { public_only: true, ..member }), ["budget", "clean-water"]);
    let all = Request { labels: None, public_only: false, states: vec!["active".into(), "draft".into()], ..q("") };
    assert_eq!(names(&index, &all), ["budget", "clean-water", "draft-water", "secret-water"]);
    let nobody = Request { labels: Some(Vec::new()), ..q("") };
    assert_eq!(names(&index, &nobody), [""; 0]);
}

const BOTH: &[&str] = &["budget", "clean-water"];
const WATER: &[&str] = &["clean-water"];
const BUDGET: &[&str] = &["budget"];
const NONE: &[&str] = &[];

const QUESTIONS: &[(&str, &[&str])] = &[
    ("\"\"", BOTH),
    (" ", NONE),
    ("city", WATER),
    ("clean budget", NONE),
    ("clean water city", WATER),
    ("clean water budget", BOTH),
    ("+water -money", WATER),
    ("\"clean water\"", WATER),
    ("\"water clean\"", NONE),
    ("бюджет", BUDGET),
    ("wifi", WATER),
    ("wi-fi", WATER),
    ("water !!! ", BOTH),
    ("budget", BUDGET),
    ("*:*", BOTH),
    ("title:clean", WATER),
    ("title:Бюджет", BUDGET),
    ("title:wat*", WATER),
    ("title:*ity*", NONE),
    ("title:*iti*", WATER),
    ("title:wa?er", WATER),
    ("title:/w.t.r/", WATER),
    ("title:watr~", WATER),
    ("title:watr~0", NONE),
    ("title:\"clean cities\"~2", WATER),
    ("title:\"clean cities\"", NONE),
    ("title:clean^3 OR name:budget", BOTH),
    ("title:(clean OR state)", BOTH),
    ("tags:\"air quality\"", WATER),
    ("tags:air", NONE),
    ("tags:(\"air quality\" money)", NONE),
    ("groups:*", WATER),
    ("-groups:*", BUDGET),
    ("-groups:[* TO *]", BUDGET),
    ("title:* AND -title:x", BOTH),
    ("notes:*", WATER),
    ("res_format:CSV", WATER),
    ("extras_theme:\"http://x.org/t\"", WATER),
    ("theme:\"http://x.org/t\"", WATER),
    ("theme:http*", WATER),
    ("themes:a", WATER),
    ("issued_date:[2020-01-01T00:00:00Z TO 2021-01-01T00:00:00Z]", WATER),
    ("issued_date:*", WATER),
    ("metadata_modified:[2024-01-02T00:00:00Z TO *]", BUDGET),
    ("metadata_modified:{* TO 2024-01-02T10:00:00.123Z}", WATER),
    ("metadata_modified:[* TO 2024-01-02T10:00:00.123Z]", BOTH),
    ("metadata_modified:\"2024-01-02T10:00:00.123Z\"", BUDGET),
    ("metadata_modified:[NOW-1DAY TO NOW]", NONE),
    ("num_resources:2", WATER),
    ("num_resources:[1 TO *]", WATER),
    ("name:[a TO c}", BUDGET),
    ("owner_org:org-id", BOTH),
    ("license_id:cc-by", BUDGET),
    ("organization:(finance OR stat)", BOTH),
    ("organization:finance OR organization:stat", BOTH),
    ("private:false", BOTH),
    ("entity_type:package", BOTH),
    ("dataset_type:dataset", BOTH),
    ("unheard_of:x", NONE),
    ("views_total:[10 TO *]", NONE),
    ("views_total:0", BOTH),
    ("views_recent:[* TO 5]", BOTH),
    ("views_recent:{0 TO 5]", NONE),
    ("title_ngram:cle", WATER),
    ("name_ngram:clean", WATER),
    ("text:*", BOTH),
    ("title:\"\"", NONE),
    ("name:x AND (-name:y)", NONE),
    ("name:budget AND (-name:y)", NONE),
];

#[test]
fn free_text_is_forgiving_and_lucene_syntax_exact() {
    let (_folder, index) = filled();
    for (text, expected) in QUESTIONS {
        assert_eq!(names(&index, &Request { ranking: Ranking::Ckan, ..q(text) }), **expected, "{text}");
    }
    assert_eq!(names(&index, &fq("organization:stat OR organization:finance AND")), BOTH);
    assert_eq!(names(&index, &fq("-dataset_type:harvest")), BOTH);
    assert_eq!(names(&index, &Request { fq: vec!["tags:water".into(), "tags:money".into()], ..q("state") }), BUDGET);
    assert_eq!(names(&index, &Request { def_type: Some("edismax".into()), ..q("title:clean water") }), WATER);
    assert_eq!(names(&index, &Request { qf: Some("name".into()), ..q("water") }), NONE);
}

#[test]
fn what_cannot_be_asked_is_refused_with_the_right_kind() {
    let (_folder, index) = filled();
    let kind = |request: &Request| index.search(request).map(|found| found.count).unwrap_err().kind();
    for text in [
        "title:(a",
        "http://example.org/data",
        "a:b:c",
        "title:a AND",
        "{!func}title",
        "metadata_modified:2020",
        "metadata_modified:[2020 TO 2021]",
        "metadata_modified:20*",
        "title:/(a+/",
        "title:/a{1000}{1000}{1000}/",
        // Operators of Lucene's that would be taken for letters.
        "title:/~(water)/",
        "title:/@/",
        "version:/<1-100>/",
    ] {
        assert_eq!(kind(&q(text)), Kind::Search, "{text}");
    }
    for text in ["permission_labels:public", "_labels:public", "_stored:x", "{!", "data_dict:x"] {
        assert_eq!(kind(&q(text)), Kind::SearchQuery, "{text}");
    }
    for sort in ["name", "name down", "title", "notes asc", "permission_labels asc", "name asc,,", ",", &"name asc,".repeat(1000)]
    {
        assert_eq!(kind(&Request { sort: Some(sort.to_owned()), ..q("") }), Kind::SearchQuery, "{sort}");
    }
    assert_eq!(kind(&Request { facet_fields: vec!["permission_labels".into()], ..q("") }), Kind::SearchQuery);
    let uncounted = index.search(&Request { facet_fields: vec!["notes".into()], ..q("") }).unwrap_err();
    assert!(uncounted.kind() == Kind::Search && uncounted.to_string().contains("cut into words"), "{uncounted}");
    assert_eq!(kind(&Request { facet_fields: vec!["tags".into(); 51], ..q("") }), Kind::Validation);
    assert_eq!(kind(&Request { start: 1_000_000_000, ..q("") }), Kind::Validation);
    assert_eq!(kind(&Request { mm: Some("x".into()), ..q("water") }), Kind::Search);
    assert_eq!(kind(&Request { bf: Some("x(".into()), ..q("water") }), Kind::Search);
    assert_eq!(kind(&Request { bf: Some("title".into()), ..q("water") }), Kind::Search);
    assert!(index.search(&Request { rows: usize::MAX, ..q("") }).is_ok());
}

#[test]
fn states_are_the_callers_only_where_a_filter_names_the_field() {
    let (_folder, index) = filled();
    let sysadmin = |filter: &str| Request { labels: None, public_only: false, ..fq(filter) };
    assert_eq!(names(&index, &sysadmin("name:draft*")), [""; 0]);
    assert_eq!(names(&index, &sysadmin("+state:draft")), ["draft-water"]);
    assert_eq!(names(&index, &sysadmin("+state:(draft OR deleted)")), ["draft-water"]);
    assert_eq!(names(&index, &sysadmin("-title:\"+state\" AND name:draft*")), [""; 0]);
    assert_eq!(names(&index, &fq("+state:draft")), [""; 0]);
}

#[test]
fn costly_questions_end_soon() {
    let (_folder, index) = filled();
    let started = std::time::Instant::now();
    for text in [
        format!("title:{}", "*".repeat(5_000)),
        format!("title:{}", "*a?".repeat(2_000)),
        "title:/(a+)+$/".to_owned(),
        "title:\"clean water\"~2147483647".to_owned(),
        "title:a~10".to_owned(),
        format!("title:{}~2", "a".repeat(8_000)),
        "title:[* TO *] ".repeat(500),
        "title:\"a b\"~9 ".repeat(500),
        format!("\"{}\"", "water ".repeat(1_300)),
        "w ".repeat(511),
        "*".repeat(8_000),
        format!("{}water{}", "(".repeat(32), ")".repeat(32)),
        "title:water^99999999999999999999999999999999999999999999".to_owned(),
        "name:x~0.0000001".to_owned(),
    ] {
        if let Err(error) = index.search(&q(&text)) {
            assert!(matches!(error.kind(), Kind::Search | Kind::SearchQuery), "{}: {error}", text.split_at(20).0);
        }
    }
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[test]
fn facets_count_only_what_may_be_seen() {
    let (_folder, index) = filled();
    let facets = |request: Request| index.search(&request).unwrap().facets;
    let fields = vec!["tags".to_owned(), "organization".to_owned(), "theme".to_owned(), "extras_theme".to_owned()];
    let all = facets(Request { facet_fields: fields.clone(), rows: 0, ..q("") });
    let of = |value: &str, count| (value.to_owned(), count);
    assert_eq!(all[0], ("tags".to_owned(), vec![of("water", 2), of("air quality", 1), of("money", 1)]));
    assert_eq!(all[1].1, [of("finance", 1), of("stat", 1)]);
    assert_eq!(all[2].1, [of("http://x.org/t", 1)]);
    assert_eq!(all[3], ("extras_theme".to_owned(), all[2].1.clone()));
    assert_eq!(all, facets(Request { facet_fields: fields.clone(), ..q("") }));
    let some = facets(Request { facet_fields: fields.clone(), ..q("tags:money") });
    assert_eq!(some[0].1, [of("money", 1), of("water", 1)]);
    let members = Request { labels: None, public_only: false, facet_fields: fields, facet_limit: 1, ..q("") };
    assert_eq!(facets(members)[1].1, [of("stat", 2)]);
}

#[test]
fn what_is_excluded_alone_is_said() {
    let (_folder, index) = filled();
    let reasons = |text: &str| index.search(&Request { explain: true, ..q(text) }).unwrap().reasons;
    assert_eq!(reasons("-budget"), ["Found because it has nothing that the question excludes."]);
    assert_eq!(reasons("-title:budget"), ["Found because it has nothing that the question excludes."]);
    assert_eq!(reasons("")[0], "Every dataset answers this question.");
}

#[test]
fn values_of_unseen_datasets_come_with_no_count_either() {
    let (_folder, index) = filled();
    let facets = |request: Request, field: &str| {
        let request = Request { facet_fields: vec![field.to_owned()], facet_mincount: 0, ..request };
        index.search(&request).unwrap().facets[0].1.iter().map(|(value, count)| format!("{value} {count}")).collect::<Vec<_>>()
    };
    for text in ["", "money", "nothing-like-it"] {
        for limit in [50, -1] {
            let ask = |field: &str| facets(Request { facet_limit: limit, ..q(text) }, field).len();
            assert_eq!((ask("capacity"), ask("state"), ask("title_string"), ask("name")), (1, 1, 2, 2), "{text} {limit}");
        }
    }
    // Values of visible datasets that were not found are there, as in Solr.
    assert_eq!(facets(fq("tags:money"), "tags"), ["money 1", "water 1", "air quality 0"]);
    let mine = Request { labels: Some(vec!["member-stat".into()]), public_only: false, ..q("") };
    assert_eq!(facets(mine, "name"), ["secret-water 1"]);
    // What was purged is nowhere, also while its piece of the index is still there.
    index.apply(&[Change::Remove("id-budget".to_owned())], &mark(2)).unwrap();
    assert_eq!(facets(q(""), "tags"), ["air quality 1", "water 1"]);
}

#[test]
fn counts_of_all_values_are_of_what_may_be_seen() {
    let (_folder, index) = filled();
    let counts = |field: &str, labels: Option<&[&str]>| {
        let labels = labels.map(|labels| labels.iter().map(|label| (*label).to_owned()).collect());
        let mut counts = index.counts(field, labels).unwrap();
        counts.sort();
        counts.into_iter().map(|(value, count)| format!("{value} {count}")).collect::<Vec<_>>()
    };
    assert_eq!(counts("organization", Some(&["public"])), ["finance 1", "stat 1"]);
    assert_eq!(counts("organization", Some(&["public", "member-stat"])), ["finance 1", "stat 2"]);
    // Drafts are not counted for anybody.
    assert_eq!(counts("organization", Some(&["creator-1"])), [""; 0]);
    assert_eq!(counts("organization", None), ["finance 1", "stat 2"]);
    assert_eq!(counts("groups", None), ["health 1"]);
    let many: Vec<_> = (0..1_200)
        .map(|number| {
            let mut one = sample(&format!("n-{number}"), "One of many", 1);
            one.groups = vec![format!("group-{number}")];
            Change::Put(Box::new(one.document()))
        })
        .collect();
    index.apply(&many, &mark(2)).unwrap();
    assert_eq!(index.counts("groups", None).unwrap().len(), 1_201);
    index.apply(&[Change::Remove("id-n-7".to_owned())], &mark(3)).unwrap();
    assert_eq!(index.counts("groups", None).unwrap().len(), 1_200);
}

#[test]
fn orders_put_missing_values_last_and_pages_do_not_overlap() {
    let (_folder, index) = filled();
    let sorted = |sort: &str| names(&index, &Request { sort: Some(sort.to_owned()), ..Request::public() });
    assert_eq!(sorted("metadata_modified asc"), ["clean-water", "budget"]);
    assert_eq!(sorted("license_id asc"), ["budget", "clean-water"]);
    assert_eq!(sorted("license_id desc"), ["budget", "clean-water"]);
    assert_eq!(sorted("tags asc"), ["clean-water", "budget"]);
    assert_eq!(sorted("title_string desc, id asc"), ["budget", "clean-water"]);
    assert_eq!(sorted("unheard_of asc, name desc"), ["clean-water", "budget"]);
    assert_eq!(index.search(&Request::public()).unwrap().sort, "score desc, metadata_modified desc");
    let many: Vec<Change> =
        (0..300).map(|n| Change::Put(Box::new(sample(&format!("n{n}"), "Same title", 5).document()))).collect();
    let mut many = many.into_iter();
    for part in 0..3 {
        index.apply(&many.by_ref().take(100).collect::<Vec<_>>(), &mark(2 + part)).unwrap();
    }
    let mut seen = std::collections::HashSet::new();
    for start in (0..310).step_by(7) {
        let request = Request { q: "same".into(), rows: 7, start, sort: Some("state asc".into()), ..Request::public() };
        let found = index.search(&request).unwrap();
        assert_eq!(found.count, 300);
        seen.extend(found.hits.into_iter().map(|hit| hit.id));
    }
    assert_eq!(seen.len(), 300);
}

#[test]
fn a_change_is_seen_at_once_and_replaces_what_was() {
    let (_folder, index) = filled();
    let before = index.generation();
    let mut budget = sample("budget", "Renamed", 9);
    budget.organization = "other";
    let mut document = budget.document();
    document.version = 7;
    index.apply(&[Change::Put(Box::new(document)), Change::Remove("id-clean-water".into())], &mark(2)).unwrap();
    assert!(index.generation() > before);
    assert_eq!(index.mark(), Some(mark(2)));
    let found = index.search(&Request { facet_fields: vec!["organization".into()], ..Request::public() }).unwrap();
    assert_eq!(found.count, 1);
    assert_eq!(found.facets[0].1, [("other".to_owned(), 1)]);
    assert_eq!(names(&index, &q("title:state")), [""; 0]);
    let versions = |prints: Prints| {
        let mut versions: Vec<(String, i64)> = prints.into_iter().map(|(id, (version, _))| (id, version)).collect();
        versions.sort();
        versions
    };
    let all = [("id-budget".to_owned(), 7), ("id-draft-water".to_owned(), 1), ("id-secret-water".to_owned(), 1)];
    assert_eq!(versions(index.prints_between("", None).unwrap()), all);
    assert_eq!(versions(index.prints_between("id-budget", Some("id-draft-water")).unwrap()), all[1..2]);
    let asked = ["id-budget".to_owned(), "id-clean-water".to_owned()];
    assert_eq!(versions(index.prints_of(&asked).unwrap()), all[..1]);
}

#[test]
fn a_restart_keeps_the_index_and_damage_empties_it() {
    let (folder, index) = filled();
    assert!(Index::open(folder.path()).is_err(), "one process, one index");
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.mark(), index.count()), (Some(mark(1)), 4));
    assert_eq!(names(&index, &q("")), ["budget", "clean-water"]);
    drop(index);
    std::fs::write(folder.path().join("index-1/meta.json"), b"{").unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.mark(), index.count()), (None, 0));
    index.apply(&[Change::Put(Box::new(sample("a1", "A", 1).document()))], &mark(3)).unwrap();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.mark(), index.count()), (Some(mark(3)), 1));
    assert!(!folder.path().join("index-1").exists());
}

#[test]
fn a_flipped_byte_or_other_fields_empty_the_index() {
    for way in ["byte", "cut", "fields"] {
        let (folder, index) = filled();
        drop(index);
        let inside = folder.path().join("index-1");
        let files = std::fs::read_dir(&inside).unwrap().flatten().map(|entry| entry.path());
        let store = files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "store")).unwrap();
        let mut bytes = std::fs::read(&store).unwrap();
        match way {
            "byte" => bytes[10] ^= 1,
            "cut" => bytes.truncate(bytes.len() / 2),
            _ => {
                let meta = inside.join("meta.json");
                let text = std::fs::read_to_string(&meta).unwrap();
                std::fs::write(&meta, text.replace("\"_print\"", "\"_other\"")).unwrap();
            }
        }
        std::fs::write(&store, bytes).unwrap();
        let index = Index::open(folder.path()).unwrap();
        assert_eq!((index.mark(), index.count()), (None, 0), "{way}");
        index.apply(&[Change::Put(Box::new(sample("a1", "A", 1).document()))], &mark(3)).unwrap();
        assert_eq!(names(&index, &q("")), ["a1"]);
    }
}

#[test]
fn searches_go_on_while_the_index_is_written_and_rebuilt() {
    let (_folder, index) = filled();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut asked = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let found = index.search(&Request { facet_fields: vec!["tags".into()], ..q("water") }).unwrap();
                        assert!(found.count >= 1 && found.hits.len() == found.count);
                        asked += 1;
                    }
                    asked
                })
            })
            .collect();
        for round in 0..10 {
            let put = sample(&format!("more-{round}"), "More water", 5).document();
            index.apply(&[Change::Put(Box::new(put))], &mark(round)).unwrap();
            if round % 4 == 3 {
                let fresh = index.rebuild(&mark(1)).unwrap();
                samples().iter().for_each(|sample| fresh.put(&sample.document()).unwrap());
                fresh.finish(&mark(round)).unwrap();
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(readers.into_iter().map(|reader| reader.join().unwrap()).sum::<usize>() > 0);
    });
}

#[test]
fn a_rebuild_goes_on_beside_and_is_swapped_in() {
    let (folder, index) = filled();
    let fresh = index.rebuild(&mark(1)).unwrap();
    fresh.put(&sample("fresh", "Fresh", 1).document()).unwrap();
    index.apply(&[Change::Remove("id-budget".into())], &mark(2)).unwrap();
    assert_eq!(names(&index, &q("")), ["clean-water"]);
    fresh.finish(&mark(1)).unwrap();
    assert_eq!((names(&index, &q("")), index.mark()), (vec!["fresh".to_owned()], Some(mark(1))));
    let abandoned = index.rebuild(&mark(1)).unwrap();
    abandoned.put(&sample("lost", "Lost", 1).document()).unwrap();
    drop(abandoned);
    assert_eq!(names(&index, &q("")), ["fresh"]);
    index.clear().unwrap();
    assert_eq!((index.count(), index.mark()), (0, None));
    let folders = || std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
    let begin = std::time::Instant::now();
    while folders() > 1 {
        assert!(begin.elapsed().as_secs() < 60, "{} folders", folders());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn an_old_folder_that_cannot_be_removed_does_not_undo_the_rebuild() {
    let (folder, index) = filled();
    let fresh = index.rebuild(&mark(1)).unwrap();
    fresh.put(&sample("fresh", "Fresh", 1).document()).unwrap();
    std::fs::remove_dir_all(folder.path().join("index-1")).unwrap();
    fresh.finish(&mark(1)).unwrap();
    assert_eq!(names(&index, &q("")), ["fresh"]);
}

#[test]
fn stored_fields_come_as_solr_gives_them() {
    let document = samples()[0].document();
    let asked = |names: &[&str]| {
        serde_json::Value::Object(fields(&document, &names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()))
    };
    assert_eq!(
        asked(&["id", "tags", "theme", "metadata_modified", "owner_org", "permission_labels", "unheard_of"]),
        serde_json::json!({
            "id": "id-clean-water", "tags": ["air quality", "water"], "theme": "http://x.org/t",
            "metadata_modified": "2024-01-01T10:00:00.123Z",
        })
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
    #[test]
    fn no_query_breaks_the_search(text in r#"[abt:title*?~^0-9"()\[\]{}TO /.+!&|\\ -]{0,60}"#, raw in ".{0,30}") {
        thread_local!(static INDEX: (TempDir, Index) = filled());
        INDEX.with(|(_, index)| {
            for request in [q(&text), q(&raw), fq(&text), Request { sort: Some(raw.clone()), facet_fields: vec![raw.clone()], ..q("") }] {
                if let Err(error) = index.search(&request) {
                    assert!(matches!(error.kind(), Kind::Search | Kind::SearchQuery), "{request:?}: {error}");
                }
            }
        });
    }
}
