//! Tags and vocabularies: searched, shown, made, changed, deleted.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

fn portal() -> TestApp {
    let portal = TestApp::new();
    user(&portal, "editor");
    drop(portal.ok("organization_create", json!({"name": "org1", "users": [{"name": "editor", "capacity": "editor"}]})));
    for (name, private, tags) in [("one", false, ["economy", "Air Quality"]), ("two", true, ["economy", "secret air"])] {
        let tags = tags.map(|tag| json!({"name": tag}));
        drop(portal.ok("package_create", json!({"name": name, "owner_org": "org1", "private": private, "tags": tags})));
    }
    portal
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[test]
fn free_tags_are_those_of_public_datasets() {
    let portal = portal();
    let anonymous = |action: &str, input: Value| portal.call(&Actor::anonymous(), action, input);
    assert_eq!(anonymous("tag_search", json!({})).unwrap(), json!({"count": 0, "results": []}));
    let found = anonymous("tag_search", json!({"query": ["a", "i"], "limit": "1"})).unwrap();
    assert_eq!((&found["count"], names(&found["results"])), (&json!(1), vec!["Air Quality"]));
    assert_eq!(found["results"][0].as_object().unwrap().len(), 3);
    assert_eq!(anonymous("tag_search", json!({"fields": {"tags": "eco"}})).unwrap()["count"], 1);
    assert_eq!(anonymous("tag_search", json!({"q": "eco", "vocabulary_id": "nope"})).unwrap()["count"], 0);
    assert_eq!(anonymous("tag_autocomplete", json!({"q": "A"})).unwrap(), json!(["Air Quality"]));
    assert_eq!(anonymous("tag_autocomplete", json!({"q": "o", "offset": 1})).unwrap(), json!([]));
    let shown = anonymous("tag_show", json!({"id": "economy"})).unwrap();
    assert_eq!(shown.as_object().unwrap().len(), 4);
    assert_eq!(shown["display_name"], "economy");
    let shown = anonymous("tag_show", json!({"id": shown["id"], "include_datasets": "true"})).unwrap();
    assert_eq!(names(&shown["packages"]), ["one"]);
    assert_eq!(shown["packages"][0]["organization"]["name"], "org1");
    for hidden in ["secret air", "nope", "no\u{0}pe"] {
        assert_eq!(anonymous("tag_show", json!({"id": hidden})).unwrap_err().kind(), Kind::NotFound, "{hidden}");
    }
    assert_eq!(portal.call(&actor(&portal, "editor"), "tag_show", json!({"id": "secret air"})).unwrap()["name"], "secret air");
    assert_eq!(faults(anonymous("tag_show", json!({}))), json!({"id": ["Missing value"]}));
}

#[test]
fn datasets_carry_tags_of_vocabularies() {
    let portal = portal();
    let made = portal.ok("vocabulary_create", json!({"name": "Genre", "tags": [{"name": "Jazz"}, {"name": "Jazz"}]}));
    let id = made["id"].clone();
    assert_eq!(made["tags"][0]["vocabulary_id"], id);
    assert_eq!(portal.ok("vocabulary_show", json!({"id": "Genre"})), made);
    assert_eq!(portal.ok("vocabulary_list", json!({})), json!([made]));
    let soul = portal.ok("tag_create", json!({"name": "Soul", "vocabulary_id": id}));
    assert_eq!(soul["packages"], json!([]));
    assert_eq!(portal.ok("tag_list", json!({"vocabulary_id": "Genre"})), json!(["Jazz", "Soul"]));
    let editor = actor(&portal, "editor");
    let tags = json!([{"name": "Soul", "vocabulary_id": id}, {"name": "Soul"}]);
    let patched = portal.call(&editor, "package_patch", json!({"id": "one", "tags": tags})).unwrap();
    assert_eq!((&patched["tags"][1]["id"], &patched["tags"][1]["vocabulary_id"]), (&soul["id"], &id));
    let count = |fq: &str| portal.ok("package_search", json!({"fq": fq, "rows": 0}))["count"].clone();
    assert_eq!((count("vocab_Genre:Soul"), count("tags:Soul"), count("vocab_Genre:Jazz")), (json!(1), json!(1), json!(0)));
    let shown = portal.ok("tag_show", json!({"id": "Soul", "vocabulary_id": "Genre", "include_datasets": true}));
    assert_eq!(names(&shown["packages"]), ["one"]);
    assert_eq!(portal.call(&Actor::anonymous(), "tag_show", json!({"id": "Jazz"})).unwrap_err().kind(), Kind::NotFound);
    // Called otherwise, it is found otherwise.
    let updated = portal.ok("vocabulary_update", json!({"id": "Genre", "name": "Kind"}));
    assert_eq!(names(&updated["tags"]), ["Jazz", "Soul"]);
    assert_eq!((count("vocab_Genre:Soul"), count("vocab_Kind:Soul")), (json!(0), json!(1)));
    assert_eq!(
        faults(portal.call(&TestApp::site(), "vocabulary_delete", json!({"id": "Kind"}))),
        json!({"id": ["Datasets still use tags of this vocabulary"]})
    );
    // A tag that goes is taken off the datasets; nothing else of them changes.
    let updated = portal.ok("vocabulary_update", json!({"id": id, "tags": [{"name": "Rock"}]}));
    assert_eq!(names(&updated["tags"]), ["Rock"]);
    let one = portal.ok("package_show", json!({"id": "one"}));
    assert_eq!((names(&one["tags"]), &one["num_tags"]), (vec!["Soul"], &json!(1)));
    assert_eq!(one["metadata_modified"], patched["metadata_modified"]);
    assert_eq!(count("vocab_Kind:Soul"), 0);
    drop(portal.ok("tag_delete", json!({"id": "Soul"})));
    assert_eq!(portal.ok("package_show", json!({"id": "one"}))["tags"], json!([]));
    assert_eq!(count("tags:Soul"), 0);
    drop(portal.ok("tag_delete", json!({"id": "Rock", "vocabulary_id": "Kind"})));
    assert_eq!(portal.ok("vocabulary_update", json!({"id": id, "tags": []}))["tags"], json!([]));
    drop(portal.ok("vocabulary_delete", json!({"id": id})));
    assert_eq!(portal.ok("vocabulary_list", json!({})), json!([]));
    let again = json!({"id": "one", "tags": [{"name": "Soul", "vocabulary_id": id}]});
    assert_eq!(
        faults(portal.call(&editor, "package_patch", again)),
        json!({"tags": [{"vocabulary_id": ["Tag vocabulary was not found."]}]})
    );
}

#[test]
fn faults_are_told_in_ckans_words() {
    let portal = portal();
    let site = TestApp::site();
    let id = portal.ok("vocabulary_create", json!({"name": "Genre", "tags": [{"name": "Jazz"}]}))["id"].clone();
    let taken = format!("Tag Jazz already belongs to vocabulary {}", id.as_str().unwrap());
    for (action, input, expected) in [
        ("vocabulary_create", json!({}), json!({"name": ["Missing value"]})),
        ("vocabulary_create", json!({"name": "x"}), json!({"name": ["Name must be at least 2 characters long"]})),
        ("vocabulary_create", json!({"name": "Genre"}), json!({"name": ["That vocabulary name is already in use."]})),
        ("vocabulary_create", json!({"name": "ok", "id": "x"}), json!({"id": ["The input field id was not expected."]})),
        (
            "vocabulary_create",
            json!({"name": "ok", "tags": [{"name": "a"}, {}, {"name": "ok", "vocabulary_id": "nope"}]}),
            json!({"tags": ["Tag \"a\" length is less than minimum 2", "Missing value", {"vocabulary_id": ["Tag vocabulary was not found."]}]}),
        ),
        ("vocabulary_show", json!({}), json!({"id": "id not in data"})),
        ("vocabulary_update", json!({"name": "x"}), json!({"id": "id not in data"})),
        ("vocabulary_update", json!({"id": "Genre", "name": ""}), json!({"name": ["Name must be at least 2 characters long"]})),
        ("vocabulary_delete", json!({"id": ""}), json!({"id": "id not in data"})),
        ("tag_create", json!({"name": "Soul"}), json!({"vocabulary_id": ["Missing value"]})),
        ("tag_create", json!({"vocabulary_id": id}), json!({"name": ["Missing value"], "vocabulary_id": ["No tag name"]})),
        ("tag_create", json!({"name": "Jazz", "vocabulary_id": id}), json!({"vocabulary_id": [taken]})),
        (
            "tag_create",
            json!({"name": "Soul", "vocabulary_id": "Genre"}),
            json!({"vocabulary_id": ["Tag vocabulary was not found."]}),
        ),
        (
            "tag_create",
            json!({"name": "Soul", "vocabulary_id": id, "id": "x"}),
            json!({"id": ["The input field id was not expected."]}),
        ),
        ("tag_delete", json!({}), json!({"id": "id not in data"})),
    ] {
        assert_eq!(faults(portal.call(&site, action, input.clone())), expected, "{action} {input}");
    }
    for (action, input, expected) in [
        ("vocabulary_show", json!({"id": "nope"}), "Could not find vocabulary \"nope\""),
        ("vocabulary_update", json!({"id": "nope"}), "Could not find vocabulary \"nope\""),
        ("vocabulary_delete", json!({"id": "nope"}), "Could not find vocabulary \"nope\""),
        ("tag_delete", json!({"id": "Jazz", "vocabulary_id": "nope"}), "Could not find tag \"Jazz\""),
        ("tag_delete", json!({"id": "Jazz"}), "Could not find tag \"Jazz\""),
        ("tag_list", json!({"vocabulary_id": "nope"}), "could not find vocabulary 'nope'"),
    ] {
        let error = portal.call(&site, action, input.clone()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::NotFound, expected), "{action} {input}");
    }
    assert_eq!(portal.ok("tag_list", json!({"vocabulary_id": "nope", "query": "a"})), json!([]));
    let editor = actor(&portal, "editor");
    for (action, input) in [
        ("vocabulary_create", json!({"name": "x"})),
        ("vocabulary_update", json!({"id": "Genre"})),
        ("vocabulary_delete", json!({"id": "Genre"})),
        ("tag_create", json!({})),
        ("tag_delete", json!({"id": "economy"})),
    ] {
        let error = portal.call(&editor, action, input).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::Denied, ""), "{action}");
    }
}
