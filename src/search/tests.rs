//! The index as its callers use it.

use base::{Kind, time::Stamp};
use model::{Document, Extra, Package, Resource, Tag};
use tempfile::TempDir;

use super::*;

struct Sample {
    package: Package,
    organization: &'static str,
    groups: Vec<String>,
    labels: Vec<&'static str>,
    private: bool,
}

fn sample(name: &str, title: &str, day: u32) -> Sample {
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

impl Sample {
    fn document(&self) -> SearchDocument {
        let document = Document {
            id: self.package.id.clone(),
            name: self.package.name.clone(),
            version: 1,
            owner_org: Some("org-id".to_owned()),
            groups: Vec::new(),
            labels: self.labels.iter().map(|label| (*label).to_owned()).collect(),
            state: self.package.state.clone(),
            private: self.private,
            metadata_modified: self.package.metadata_modified.unwrap(),
            body: "".into(),
        };
        let stored = format!("body of {}", self.package.name).into_bytes();
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

fn mark(watermark: u64) -> Mark {
    Mark { origin: "test".to_owned(), watermark }
}

fn filled() -> (TempDir, Index) {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let changes = samples().iter().map(|sample| Change::Put(Box::new(sample.document()))).collect();
    index.apply(changes, &mark(1)).unwrap();
    (folder, index)
}

fn names(index: &Index, request: &Request) -> Vec<String> {
    let found = index.search(request).unwrap_or_else(|error| panic!("{request:?}: {error}"));
    assert_eq!(found.count, found.hits.len());
    found.hits.iter().map(|hit| hit.id.trim_start_matches("id-").to_owned()).collect()
}

fn q(text: &str) -> Request {
    Request { q: text.to_owned(), sort: Some("name asc".to_owned()), ..Request::public() }
}

fn fq(text: &str) -> Request {
    Request { fq: vec![text.to_owned()], sort: Some("name asc".to_owned()), ..Request::public() }
}

#[test]
fn everybody_finds_public_active_datasets_and_nothing_else() {
    let (_folder, index) = filled();
    assert_eq!(names(&index, &q("")), ["budget", "clean-water"]);
    assert_eq!(names(&index, &q("water")), ["budget", "clean-water"]);
    assert_eq!(index.search(&q("water")).unwrap().hits[1].stored.as_ref(), b"body of clean-water");
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

#[test]
fn free_text_is_forgiving_and_lucene_syntax_exact() {
    let (_folder, index) = filled();
    let (both, water, budget, none) = (vec!["budget", "clean-water"], vec!["clean-water"], vec!["budget"], Vec::<&str>::new());
    for (text, expected) in [
        ("\"\"", &both),
        (" ", &none),
        ("city", &water),
        ("clean budget", &none),
        ("clean water city", &water),
        ("clean water budget", &both),
        ("+water -money", &water),
        ("\"clean water\"", &water),
        ("\"water clean\"", &none),
        ("бюджет", &budget),
        ("wifi", &water),
        ("wi-fi", &water),
        ("water !!! ", &both),
        ("budget", &budget),
        ("*:*", &both),
        ("title:clean", &water),
        ("title:Бюджет", &budget),
        ("title:wat*", &water),
        ("title:*ity*", &none),
        ("title:*iti*", &water),
        ("title:wa?er", &water),
        ("title:/w.t.r/", &water),
        ("title:watr~", &water),
        ("title:watr~0", &none),
        ("title:\"clean cities\"~2", &water),
        ("title:\"clean cities\"", &none),
        ("title:clean^3 OR name:budget", &both),
        ("title:(clean OR state)", &both),
        ("tags:\"air quality\"", &water),
        ("tags:air", &none),
        ("tags:(\"air quality\" money)", &none),
        ("groups:*", &water),
        ("-groups:*", &budget),
        ("-groups:[* TO *]", &budget),
        ("title:* AND -title:x", &both),
        ("notes:*", &water),
        ("res_format:CSV", &water),
        ("extras_theme:\"http://x.org/t\"", &water),
        ("theme:\"http://x.org/t\"", &water),
        ("theme:http*", &water),
        ("themes:a", &water),
        ("issued_date:[2020-01-01T00:00:00Z TO 2021-01-01T00:00:00Z]", &water),
        ("issued_date:*", &water),
        ("metadata_modified:[2024-01-02T00:00:00Z TO *]", &budget),
        ("metadata_modified:{* TO 2024-01-02T10:00:00.123Z}", &water),
        ("metadata_modified:[* TO 2024-01-02T10:00:00.123Z]", &both),
        ("metadata_modified:\"2024-01-02T10:00:00.123Z\"", &budget),
        ("metadata_modified:[NOW-1DAY TO NOW]", &none),
        ("num_resources:2", &water),
        ("num_resources:[1 TO *]", &water),
        ("name:[a TO c}", &budget),
        ("owner_org:org-id", &both),
        ("license_id:cc-by", &budget),
        ("organization:(finance OR stat)", &both),
        ("organization:finance OR organization:stat", &both),
        ("private:false", &both),
        ("entity_type:package", &both),
        ("dataset_type:dataset", &both),
        ("unheard_of:x", &none),
        ("views_total:[10 TO *]", &none),
        ("title_ngram:cle", &water),
        ("name_ngram:clean", &water),
        ("text:*", &both),
        ("title:\"\"", &none),
        ("name:x AND (-name:y)", &none),
        ("name:budget AND (-name:y)", &none),
    ] {
        assert_eq!(names(&index, &q(text)), *expected, "{text}");
    }
    assert_eq!(names(&index, &fq("organization:stat OR organization:finance AND")), both);
    assert_eq!(names(&index, &fq("-dataset_type:harvest")), both);
    assert_eq!(names(&index, &Request { fq: vec!["tags:water".into(), "tags:money".into()], ..q("state") }), budget);
    assert_eq!(names(&index, &Request { def_type: Some("edismax".into()), ..q("title:clean water") }), water);
    assert_eq!(names(&index, &Request { qf: Some("name".into()), ..q("water") }), none);
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
    ] {
        assert_eq!(kind(&q(text)), Kind::Search, "{text}");
    }
    for text in ["permission_labels:public", "_labels:public", "_stored:x", "{!", "data_dict:x"] {
        assert_eq!(kind(&q(text)), Kind::SearchQuery, "{text}");
    }
    for sort in ["name", "name down", "title", "notes asc", "permission_labels asc", "name asc,", ",", &"name asc,".repeat(1000)]
    {
        assert_eq!(kind(&Request { sort: Some(sort.to_owned()), ..q("") }), Kind::SearchQuery, "{sort}");
    }
    assert_eq!(kind(&Request { facet_fields: vec!["permission_labels".into()], ..q("") }), Kind::SearchQuery);
    assert_eq!(kind(&Request { facet_fields: vec!["notes".into()], ..q("") }), Kind::Search);
    assert_eq!(kind(&Request { facet_fields: vec!["tags".into(); 51], ..q("") }), Kind::Validation);
    assert_eq!(kind(&Request { start: 1_000_000_000, ..q("") }), Kind::Validation);
    assert_eq!(kind(&Request { mm: Some("x".into()), ..q("water") }), Kind::Search);
    assert_eq!(kind(&Request { bf: Some("x".into()), ..q("water") }), Kind::Search);
    assert!(index.search(&Request { rows: usize::MAX, ..q("") }).is_ok());
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
        index.apply(many.by_ref().take(100).collect(), &mark(2 + part)).unwrap();
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
    index.apply(vec![Change::Put(Box::new(document)), Change::Remove("id-clean-water".into())], &mark(2)).unwrap();
    assert!(index.generation() > before);
    assert_eq!(index.mark(), Some(mark(2)));
    let found = index.search(&Request { facet_fields: vec!["organization".into()], ..Request::public() }).unwrap();
    assert_eq!(found.count, 1);
    assert_eq!(found.facets[0].1, [("other".to_owned(), 1)]);
    assert_eq!(names(&index, &q("title:state")), [""; 0]);
    let mut versions = Vec::new();
    index.versions(&mut |id, version| versions.push((id.to_owned(), version))).unwrap();
    versions.sort();
    assert_eq!(versions, [("id-budget".into(), 7), ("id-draft-water".into(), 1), ("id-secret-water".into(), 1)]);
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
    index.apply(vec![Change::Put(Box::new(sample("a1", "A", 1).document()))], &mark(3)).unwrap();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.mark(), index.count()), (Some(mark(3)), 1));
    assert!(!folder.path().join("index-1").exists());
}

#[test]
fn a_rebuild_goes_on_beside_and_is_swapped_in() {
    let (folder, index) = filled();
    let fresh = index.rebuild().unwrap();
    fresh.put(&sample("fresh", "Fresh", 1).document()).unwrap();
    index.apply(vec![Change::Remove("id-budget".into())], &mark(2)).unwrap();
    assert_eq!(names(&index, &q("")), ["clean-water"]);
    fresh.finish(&mark(1)).unwrap();
    assert_eq!((names(&index, &q("")), index.mark()), (vec!["fresh".to_owned()], Some(mark(1))));
    let abandoned = index.rebuild().unwrap();
    abandoned.put(&sample("lost", "Lost", 1).document()).unwrap();
    drop(abandoned);
    assert_eq!(names(&index, &q("")), ["fresh"]);
    index.clear().unwrap();
    assert_eq!((index.count(), index.mark()), (0, None));
    let folders = std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
    assert_eq!(folders, 1);
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
