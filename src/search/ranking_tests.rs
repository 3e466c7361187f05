//! What comes first, why, and what is offered where little was found.

use super::tests::{filled, fq, mark, names, q, sample};
use super::*;

#[test]
fn the_whole_title_comes_first_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let mut noisy = sample("noisy", "Budget budget budget of state state", 5);
    noisy.package.notes = Some("state budget state budget state budget".to_owned());
    let (exact, other) = (sample("exact", "State: Budget", 1), sample("other", "State budget of the year before", 9));
    let changes: Vec<_> = [noisy, exact, other].iter().map(|sample| Change::Put(Box::new(sample.document()))).collect();
    index.apply(&changes, &mark(1)).unwrap();
    let request = Request { q: "state BUDGET".to_owned(), explain: true, ..Request::public() };
    let found = index.search(&request).unwrap();
    assert_eq!(found.hits[0].id, "id-exact");
    assert!(
        found.reasons[0].contains("\"BUDGET\" in title (") && found.reasons[0].contains("the whole title or name (+1000.00)")
    );
    assert!(found.reasons[1].contains("in text (") && !found.reasons[1].contains("whole"), "{}", found.reasons[1]);
    let slug = Request { q: "other".to_owned(), ..Request::public() };
    assert_eq!(index.search(&slug).unwrap().hits[0].id, "id-other");
}

#[test]
fn better_words_are_offered_from_what_the_caller_may_see() {
    let (_folder, index) = filled();
    let ask = |q: &str, labels: &[&str]| {
        let labels = Some(labels.iter().map(|label| (*label).to_owned()).collect());
        index.search(&Request { q: q.to_owned(), labels, public_only: false, ..Request::public() }).unwrap()
    };
    assert_eq!(ask("watre citeis", &["public"]).did_you_mean.as_deref(), Some("water cities"));
    assert_eq!(ask("water", &["public"]).did_you_mean, None);
    // Only a private dataset has "secret".
    assert_eq!(ask("secrte", &["public"]).did_you_mean, None);
    assert_eq!(ask("secrte", &["public", "member-stat"]).did_you_mean.as_deref(), Some("secret"));
    assert_eq!(ask("qqqqqqqq", &["public"]).did_you_mean, None);
}

#[test]
fn where_nothing_has_all_words_some_of_them_are_enough() {
    let (_folder, index) = filled();
    let found = index.search(&Request { q: "drinking zebra giraffe lion".to_owned(), ..Request::public() }).unwrap();
    assert!(found.relaxed && found.count == 1);
    let strict = Request { q: "drinking zebra giraffe lion".to_owned(), mm: Some("100%".to_owned()), ..Request::public() };
    assert_eq!(index.search(&strict).unwrap().count, 0);
    let ckan = Request { q: "drinking zebra giraffe lion".to_owned(), ranking: Ranking::Ckan, ..Request::public() };
    assert_eq!(index.search(&ckan).unwrap().count, 0);
    assert_eq!(index.search(&Request { q: "zebra".to_owned(), ..Request::public() }).unwrap().count, 0);
}

#[test]
fn alternatives_in_a_filter_mean_what_they_say_or_what_solr_makes_of_them() {
    let (_folder, index) = filled();
    let ask = |text: &str, spliced: bool| names(&index, &Request { spliced, ..fq(text) });
    let table: [(&str, &[&str], &[&str]); 6] = [
        ("organization:none OR organization:nobody", &[], &["budget", "clean-water"]),
        (
            "organization:stat OR organization:nobody metadata_modified:[2024-01-01T00:00:00Z TO *]",
            &["clean-water"],
            &["budget", "clean-water"],
        ),
        ("organization:finance OR name:x -groups:health", &["budget"], &["budget"]),
        ("organization:(none OR stat)", &["clean-water"], &["clean-water"]),
        ("(organization:none OR organization:stat)", &["clean-water"], &["clean-water"]),
        ("-organization:stat", &["budget"], &["budget"]),
    ];
    for (text, meant, solr) in table {
        assert_eq!(ask(text, false), meant, "{text}");
        assert_eq!(ask(text, true), solr, "{text}");
    }
}

#[test]
fn titles_are_sorted_as_the_alphabet_is() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let titles = ["Өкмөт", "Ош", "Пенсия", "Үй", "Фонд", "Ёлка", "Жер"];
    for (number, title) in (1..).zip(titles) {
        let sample = sample(&format!("n{number}"), title, 1);
        index.apply(&[Change::Put(Box::new(sample.document()))], &mark(number)).unwrap();
    }
    let sort = |order: &str| names(&index, &Request { sort: Some(format!("title_string {order}")), ..Request::public() });
    assert_eq!(sort("asc"), ["n6", "n7", "n2", "n1", "n3", "n4", "n5"]);
    assert_eq!(sort("desc"), ["n5", "n4", "n3", "n1", "n2", "n7", "n6"]);
    assert_eq!(names(&index, &fq("title_string:\"Өкмөт\"")), ["n1"]);
    let facets = Request { facet_fields: vec!["title_string".to_owned()], facet_limit: -1, ..Request::public() };
    let facets = index.search(&facets).unwrap().facets;
    assert!(facets[0].1.iter().any(|(title, count)| title == "Өкмөт" && *count == 1), "{facets:?}");
}

#[test]
fn functions_raise_scores() {
    let (_folder, index) = filled();
    let first = |request: Request| index.search(&Request { sort: None, ..request }).unwrap().hits[0].id.clone();
    let newest = "linear(ms(metadata_modified),1e-6,0)";
    let oldest = "sub(0,div(ms(metadata_modified),1e9))";
    let ask = |bf: &str| first(Request { bf: Some(bf.to_owned()), ..q("water") });
    assert_eq!((ask(newest), ask(oldest)), ("id-budget".to_owned(), "id-clean-water".to_owned()));
    let edismax =
        |q: &str, boost: &str| first(Request { def_type: Some("edismax".into()), boost: Some(boost.to_owned()), ..self::q(q) });
    assert_eq!(edismax("*:*", "ms(metadata_modified)"), "id-budget");
    assert_eq!(edismax("*:*", "div(1,ms(metadata_modified))"), "id-clean-water");
}
