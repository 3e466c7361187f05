//! Building beside the index in use: what happens when it is broken off, meets what cannot be taken, or is asked for by a
//! newer program.

use base::Kind;

use super::tests::{filled, mark, names, q, sample};
use super::writer::POISON;
use super::*;

fn put(name: &str) -> SearchDocument {
    sample(name, "Water", 1).document()
}

fn poison() -> SearchDocument {
    SearchDocument { id: POISON.to_owned(), version: 3, ..put("poison") }
}

/// What a process that dies at this moment leaves behind.
fn copied(folder: &std::path::Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let inside = copy.path().join(entry.file_name());
        std::fs::create_dir(&inside).unwrap();
        for file in std::fs::read_dir(entry.path()).unwrap().flatten() {
            std::fs::copy(file.path(), inside.join(file.file_name())).unwrap();
        }
    }
    copy
}

#[test]
fn who_is_killed_goes_on_where_it_was_safe() {
    let (folder, index) = filled();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    let mut rebuild = index.rebuild(&mark(5)).unwrap();
    assert_eq!(rebuild.after(), "");
    ["a1", "a2"].iter().for_each(|name| rebuild.put(&put(name)).unwrap());
    rebuild.keep("id-a2").unwrap();
    rebuild.put(&put("a3")).unwrap();
    let copy = copied(folder.path());
    let index = Index::open(copy.path()).unwrap();
    assert_eq!(names(&index, &q("water")), ["budget", "clean-water"], "the old one answers");
    let rebuild = index.rebuild(&mark(9)).unwrap();
    assert_eq!((rebuild.after(), rebuild.mark()), ("id-a2", &mark(5)));
    rebuild.put(&put("a3")).unwrap();
    rebuild.take(&[Change::Remove("id-a1".to_owned()), Change::Put(Box::new(put("a4")))]).unwrap();
    rebuild.finish(&mark(9)).unwrap();
    assert_eq!((names(&index, &q("water")), index.mark()), (["a2", "a3", "a4"].map(str::to_owned).to_vec(), Some(mark(9))));

    // What was left for later is of use only while it fits.
    let mut rebuild = index.rebuild(&mark(10)).unwrap();
    rebuild.put(&put("b1")).unwrap();
    rebuild.keep("id-b1").unwrap();
    rebuild.rest();
    let rebuild = index.rebuild(&mark(3)).unwrap();
    assert_eq!(rebuild.after(), "", "the database was set back");
}

#[test]
fn what_cannot_be_taken_is_left_out_and_the_rest_is_brought_again() {
    let (_folder, index) = filled();
    let changes = [Change::Put(Box::new(put("before"))), Change::Put(Box::new(poison())), Change::Put(Box::new(put("behind")))];
    assert_eq!(index.apply(&changes, &mark(2)).unwrap_err().kind(), Kind::Unavailable);
    assert_eq!(index.mark(), Some(mark(1)));
    let left_out = index.quarantined();
    assert_eq!((left_out[0].id.as_str(), left_out[0].version), (POISON, 3));
    assert!(left_out[0].reason.contains("poison"));
    index.apply(&changes, &mark(2)).unwrap();
    assert_eq!(names(&index, &q("water")), ["before", "behind", "budget", "clean-water"]);

    let mut rebuild = index.rebuild(&mark(2)).unwrap();
    rebuild.put(&put("a1")).unwrap();
    rebuild.keep("id-a1").unwrap();
    rebuild.put(&put("a2")).unwrap();
    assert!(rebuild.put(&poison()).is_err());
    assert_eq!(rebuild.after(), "id-a1");
    rebuild.put(&put("a2")).unwrap();
    rebuild.keep("id-a2").unwrap();
    rebuild.finish(&mark(2)).unwrap();
    assert_eq!(names(&index, &q("water")), ["a1", "a2"]);
}

#[test]
fn what_an_older_program_wrote_answers_until_it_is_built_anew() {
    let (folder, index) = filled();
    assert!(!index.is_worn());
    drop(index);
    let meta = folder.path().join("index-1/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    std::fs::write(&meta, text.replace(&crate::schema::hash(), "0123456789abcdef")).unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.is_worn(), index.mark()), (true, Some(mark(1))));
    assert_eq!(names(&index, &q("water")), ["budget", "clean-water"]);
    index.apply(&[Change::Put(Box::new(put("more")))], &mark(2)).unwrap();
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert!(index.is_worn(), "new documents do not make it a new index");
    let rebuild = index.rebuild(&mark(2)).unwrap();
    rebuild.put(&put("fresh")).unwrap();
    rebuild.finish(&mark(2)).unwrap();
    assert_eq!((names(&index, &q("water")), index.is_worn()), (vec!["fresh".to_owned()], false));
}

#[test]
fn a_folder_that_is_gone_is_noticed_and_an_empty_index_does_not_say_nothing_is_there() {
    let (folder, index) = filled();
    std::fs::remove_dir_all(folder.path().join("index-1")).unwrap();
    assert!(index.is_worn());
    assert_eq!(names(&index, &q("water")), ["budget", "clean-water"], "its files are still open");
    index.clear().unwrap();
    let error = index.search(&q("water")).unwrap_err();
    assert!(error.kind() == Kind::Unavailable && error.message().contains("being built, 0 datasets so far"), "{error}");
    let rebuild = index.rebuild(&mark(2)).unwrap();
    rebuild.put(&put("a1")).unwrap();
    assert!(index.search(&q("water")).unwrap_err().message().contains("1 datasets so far"));
}
