//! Many small commits, changes and removals against a plain list of what should be there: counts, facets, orders and versions
//! must agree at every step, over many segments and merges.

use std::collections::BTreeMap;

use super::*;

#[derive(Clone)]
struct Row {
    version: i64,
    tags: Vec<String>,
    public: bool,
}

fn document(id: &str, row: &Row) -> SearchDocument {
    let mut document = SearchDocument { id: id.to_owned(), version: row.version, ..SearchDocument::default() };
    document.labels = vec![if row.public { "public".into() } else { "member-1".into() }];
    document.exact("name", id);
    document.exact("state", "active");
    document.exact("capacity", if row.public { "public" } else { "private" });
    document.exact("rank", &format!("{:05}", row.version));
    for tag in &row.tags {
        document.exact("tags", tag);
    }
    document.text("title", &format!("Title of {}", row.tags.join(" ")));
    document
}

struct Dice(u32);

impl Dice {
    fn next(&mut self, below: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % below
    }
}

fn facets(rows: &BTreeMap<String, Row>, wanted: impl Fn(&Row) -> bool) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for tag in rows.values().filter(|row| wanted(row)).flat_map(|row| &row.tags) {
        *counts.entry(tag.clone()).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn check(index: &Index, rows: &BTreeMap<String, Row>) {
    let ask = |request: Request| {
        index.search(&Request { facet_fields: vec!["tags".into()], facet_limit: -1, rows: 1000, ..request }).unwrap()
    };
    let sorted = |sort: &str| Request { sort: Some(sort.to_owned()), ..Request::public() };
    let public = ask(sorted("name desc"));
    let mut expected: Vec<&String> = rows.iter().filter(|(_, row)| row.public).map(|(id, _)| id).collect();
    expected.reverse();
    assert_eq!(public.hits.iter().map(|hit| &hit.id).collect::<Vec<_>>(), expected);
    assert_eq!((public.count, &public.facets[0].1), (expected.len(), &facets(rows, |row| row.public)));

    let newest = ask(sorted("rank desc, name asc"));
    let mut by_rank: Vec<(i64, &String)> =
        rows.iter().filter(|(_, row)| row.public).map(|(id, row)| (-row.version, id)).collect();
    by_rank.sort();
    assert_eq!(newest.hits.iter().map(|hit| &hit.id).collect::<Vec<_>>(), by_rank.iter().map(|(_, id)| *id).collect::<Vec<_>>());

    let everything = Request { labels: None, public_only: false, ..sorted("name asc") };
    let all = ask(everything.clone());
    assert_eq!((all.count, &all.facets[0].1), (rows.len(), &facets(rows, |_| true)));
    let tagged = |row: &Row| row.tags.iter().any(|tag| tag == "t3");
    for request in [Request { q: "title:t3".into(), ..everything.clone() }, Request { fq: vec!["tags:t3".into()], ..everything }]
    {
        let some = ask(request);
        assert_eq!(some.count, rows.values().filter(|row| tagged(row)).count());
        assert_eq!(some.facets[0].1, facets(rows, tagged));
    }
    let prints = index.prints_between("", None).unwrap();
    assert_eq!(index.count(), u64::try_from(rows.len()).unwrap(), "none is there twice");
    let versions: BTreeMap<String, i64> = prints.into_iter().map(|(id, (version, _))| (id, version)).collect();
    assert_eq!(versions, rows.iter().map(|(id, row)| (id.clone(), row.version)).collect());
}

#[test]
fn the_index_agrees_with_a_plain_list_after_every_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut index = Index::open(folder.path()).unwrap();
    let (mut dice, mut rows) = (Dice(11), BTreeMap::new());
    for round in 0..60_u32 {
        let mut changes = Vec::new();
        for _ in 0..dice.next(6) + 1 + 60 * u32::from(round % 7 == 6) {
            let id = format!("d{}", dice.next(80));
            if dice.next(4) == 0 {
                rows.remove(&id);
                changes.push(Change::Remove(id));
                continue;
            }
            let mut tags: Vec<String> = (0..dice.next(4)).map(|_| format!("t{}", dice.next(9))).collect();
            tags.sort();
            tags.dedup();
            let row = Row { version: i64::from(round * 10 + dice.next(10)), tags, public: dice.next(5) > 0 };
            changes.push(Change::Put(Box::new(document(&id, &row))));
            rows.insert(id, row);
        }
        let mark = Mark { origin: "list".into(), watermark: u64::from(round) };
        // As they come, several of one document among them; nothing is seen before the commit.
        let (before, some) = (index.count(), dice.next(5) + 1);
        for part in changes.chunks(usize::try_from(some).unwrap()) {
            index.take(part).unwrap();
        }
        assert_eq!(index.count(), before);
        index.commit(&mark).unwrap();
        check(&index, &rows);
        // Pieces are merged beside all this.
        index.rest().unwrap();
        if round % 20 == 19 {
            drop(index);
            index = Index::open(folder.path()).unwrap();
            assert_eq!(index.mark(), Some(mark));
            check(&index, &rows);
        }
    }
    for _ in 0..1_000 {
        std::thread::sleep(std::time::Duration::from_millis(10));
        index.rest().unwrap();
        if index.segments() <= 3 {
            return check(&index, &rows);
        }
    }
    panic!("{} segments", index.segments());
}
