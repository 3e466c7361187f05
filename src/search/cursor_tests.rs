//! Reading on behind a place while the index changes.

use std::collections::BTreeMap;

use base::{Kind, time::Stamp};

use super::tests::mark;
use super::*;

/// A dataset of whose fields some are missing and many are equal.
fn document(number: u32, version: u32) -> SearchDocument {
    let mut document = SearchDocument { id: format!("id-{number:04}"), version: i64::from(version), ..SearchDocument::default() };
    document.labels = vec![if number.is_multiple_of(7) { "secret".into() } else { "public".into() }];
    document.exact("state", "active");
    document.exact("capacity", if number.is_multiple_of(7) { "private" } else { "public" });
    document.exact("name", &format!("n{}", number.wrapping_mul(7919) % 1000));
    document.exact("title_string", ["Өзөн", "Озон", "", "Ёлка", "ата"][usize::try_from(number % 5).unwrap()]);
    if number.is_multiple_of(3) {
        document.exact("theme", &format!("theme {}", (number * version) % 4));
    }
    if number.is_multiple_of(4) {
        document.dates.push(("issued_date".into(), Stamp::from_micros(i64::from(number % 6) * 86_400_000_000).unwrap()));
    }
    document.dates.push(("metadata_modified".into(), Stamp::from_micros(i64::from(number % 9) * 1_000_000).unwrap()));
    document
}

fn put(index: &Index, numbers: impl Iterator<Item = (u32, u32)>) {
    let changes: Vec<Change> = numbers.map(|(number, version)| Change::Put(Box::new(document(number, version)))).collect();
    index.apply(&changes, &mark(1)).unwrap();
}

const ORDERS: &[&str] = &[
    "id asc",
    "id desc",
    "name asc",
    "metadata_modified desc",
    "metadata_modified asc, name desc",
    "title_string asc",
    "title_string desc, metadata_modified asc",
    "theme desc",
    "theme asc, issued_date desc",
    "issued_date asc",
    "issued_date desc",
    "views_recent desc",
    "nothing asc, views_total asc",
];

#[test]
fn no_dataset_is_missed_or_given_twice_while_others_change() {
    for (turn, order) in ORDERS.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        // Several pieces; those with even numbers of hundreds stay as they are.
        for hundred in 0..4 {
            put(&index, (hundred * 100..hundred * 100 + 100).map(|number| (number, 1)));
        }
        let mut request =
            Request { sort: Some((*order).to_owned()), rows: 37, cursor: Some(START.to_owned()), ..Request::public() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut page = 0;
        loop {
            let found = index.search(&request).unwrap_or_else(|error| panic!("{order}: {error}"));
            found.hits.iter().for_each(|hit| *seen.entry(hit.id.clone()).or_default() += 1);
            let next = found.next_cursor.unwrap();
            if Some(&next) == request.cursor.as_ref() {
                assert!(found.hits.is_empty(), "{order}");
                break;
            }
            request.cursor = Some(next);
            page += 1;
            let at = 100 + (page * 13) % 100;
            put(&index, [(at, page + 1), (300 + at % 100, page), (1_000 + page, 1)].into_iter());
            index.apply(&[Change::Remove(format!("id-{:04}", 100 + (page * 29) % 100))], &mark(1)).unwrap();
        }
        assert!(page > 6, "{order}");
        for number in (0..100).chain(200..300) {
            let times = seen.get(&format!("id-{number:04}")).copied().unwrap_or_default();
            assert_eq!(times, usize::from(!u32::is_multiple_of(number, 7)), "{order} (turn {turn}): {number}");
        }
    }
}

#[test]
fn pages_behind_places_are_the_pages_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    for hundred in 0..3 {
        put(&index, (hundred * 100..hundred * 100 + 100).map(|number| (number, 1)));
    }
    for order in ORDERS {
        let sort = format!("{order}, id asc");
        let whole = index.search(&Request { sort: Some(sort), rows: 1_000, ..Request::public() }).unwrap();
        let mut request = Request {
            sort: Some((*order).to_owned()),
            rows: 41,
            cursor: Some(START.to_owned()),
            facet_fields: vec!["theme".to_owned()],
            ..Request::public()
        };
        let mut ids = Vec::new();
        loop {
            let found = index.search(&request).unwrap();
            assert_eq!(found.count, whole.count, "the count is of all pages");
            assert_eq!(found.facets[0].1.iter().map(|(_, count)| count).sum::<usize>(), 85);
            ids.extend(found.hits.iter().map(|hit| hit.id.clone()));
            if found.next_cursor == request.cursor {
                break;
            }
            request.cursor = found.next_cursor;
        }
        assert_eq!(ids, whole.hits.iter().map(|hit| hit.id.clone()).collect::<Vec<_>>(), "{order}");
        let page = index.page(&Request { cursor: Some(START.to_owned()), ..request }).unwrap();
        assert_eq!(page.map(|hit| hit.unwrap().id).collect::<Vec<_>>(), ids[..41]);
    }
}

#[test]
fn a_place_of_somebody_else_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    put(&index, (0..50).map(|number| (number, 1)));
    let all = Request {
        labels: None,
        public_only: false,
        sort: Some("name asc".to_owned()),
        rows: 20,
        cursor: Some(START.to_owned()),
        ..Request::public()
    };
    let theirs = index.search(&all).unwrap().next_cursor;
    let found = index.search(&Request { cursor: theirs, rows: 50, ..Request { sort: all.sort.clone(), ..Request::public() } });
    let found = found.unwrap();
    assert!(found.hits.iter().all(|hit| hit.id.trim_start_matches("id-").parse::<u32>().unwrap() % 7 != 0));
    assert_eq!(found.count, 42);
}

#[test]
fn what_cannot_go_on_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    put(&index, (0..5).map(|number| (number, 1)));
    let ask = |change: &dyn Fn(&mut Request)| {
        let mut request = Request { cursor: Some(START.to_owned()), sort: Some("name asc".to_owned()), ..Request::public() };
        change(&mut request);
        index.search(&request)
    };
    type Change<'a> = &'a dyn Fn(&mut Request);
    let changes: [(Change, &str); 4] = [
        (&|request| request.start = 1, "start=0"),
        (&|request| request.cursor = Some("xx".to_owned()), "Unable to parse 'cursorMark'"),
        (
            &|request| (request.q, request.sort) = ("n1 n2".to_owned(), Some("score desc, name asc".to_owned())),
            "not one by score",
        ),
        (&|request| (request.q, request.sort) = ("n1".to_owned(), None), "not one by score"),
    ];
    for (change, words) in changes {
        let error = ask(change).unwrap_err();
        assert!(error.kind() == Kind::Search && error.message().contains(words), "{error}");
    }
    // Without a text all scores are equal.
    assert!(ask(&|request| request.sort = None).is_ok());
    let none = ask(&|request| request.rows = 0).unwrap();
    assert_eq!(none.next_cursor.as_deref(), Some(START));
}
