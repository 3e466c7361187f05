//! Datasets: written, changed, found, deleted.

use auth::Actor;
use base::Kind;
use diesel::RunQueryDsl;
use kit::TestApp;
use serde_json::{Value, json};

fn portal() -> TestApp {
    TestApp::with(|settings| settings.auth.create_unowned_dataset = true)
}

fn count(portal: &TestApp, query: Value) -> Value {
    portal.ok("package_search", query)["count"].clone()
}

#[test]
fn a_dataset_is_searchable_when_its_write_answers() {
    let portal = portal();
    let sent = json!({"name": "population", "title": "Калктын саны", "tags": [{"name": "калк"}], "extras": [{"key": "soate", "value": "417"}],
        "resources": [{"url": "http://x.org/a.csv"}, {"url": "b.json", "theme": {"a": 1}}]});
    let made = portal.ok("package_create", sent);
    assert_eq!(made["resources"][0]["format"], "CSV");
    assert_eq!(made["resources"][1]["format"], "JSON");
    assert_eq!(made["resources"][1]["theme"], json!({"a": 1}));
    assert_eq!(made["num_resources"], 2);
    assert_eq!(portal.ok("package_show", json!({"id": "population"})), made);
    assert_eq!(portal.ok("package_show", json!({"id": made["id"]})), made);
    let found = portal.ok("package_search", json!({"q": "калктын", "facet.field": ["tags"]}));
    assert_eq!(found["results"], json!([made]));
    assert_eq!(found["facets"], json!({"tags": {"калк": 1}}));
    assert_eq!(count(&portal, json!({"fq": "extras_soate:417"})), 1);
}

#[test]
fn an_equal_update_writes_nothing() {
    let portal = portal();
    let made = portal.ok(
        "package_create",
        json!({"name": "same", "title": "Same", "notes": "n", "resources": [{"url": "http://x.org/a.csv"}]}),
    );
    let before = made["metadata_modified"].clone();
    assert_eq!(portal.ok("package_update", made.clone()), made);
    assert_eq!(portal.ok("package_patch", json!({"id": "same", "title": "Same"}))["metadata_modified"], before);
    let changed = portal.ok("package_patch", json!({"id": "same", "title": "Other"}));
    assert_ne!(changed["metadata_modified"], before);
    assert_eq!(changed["resources"], made["resources"], "an unchanged resource keeps its own date");
}

#[test]
fn a_deleted_dataset_gives_its_name_up() {
    let portal = portal();
    let first = portal.ok("package_create", json!({"name": "name"}));
    assert_eq!(portal.ok("package_delete", json!({"id": "name"})), Value::Null);
    assert_eq!(count(&portal, json!({})), 0);
    assert_eq!(portal.ok("package_list", json!({})), json!([]));
    assert_eq!(portal.call(&Actor::anonymous(), "package_show", json!({"id": "name"})).unwrap_err().kind(), Kind::Denied);
    let second = portal.ok("package_create", json!({"name": "name"}));
    assert_ne!(first["id"], second["id"]);
    assert_eq!(portal.ok("package_show", json!({"id": "name"}))["id"], second["id"]);
    assert_eq!(portal.ok("package_show", json!({"id": first["id"]}))["name"], first["id"]);
    let taken = portal.call(&TestApp::site(), "package_create", json!({"name": "name"})).unwrap_err();
    assert_eq!(Value::Object(taken.dict().fields().clone()), json!({"name": ["That URL is already in use."]}));
}

#[test]
fn a_purged_dataset_is_gone_and_its_name_free() {
    let portal = portal();
    let made =
        portal.ok("package_create", json!({"name": "gone", "resources": [{"url": "http://x.org"}], "tags": [{"name": "tag"}]}));
    assert_eq!(portal.call(&Actor::anonymous(), "dataset_purge", json!({"id": "gone"})).unwrap_err().kind(), Kind::Denied);
    assert_eq!(portal.ok("dataset_purge", json!({"id": "gone"})), Value::Null);
    for key in [&made["id"], &json!("gone")] {
        assert_eq!(portal.call(&TestApp::site(), "package_show", json!({"id": key})).unwrap_err().kind(), Kind::NotFound);
    }
    assert_eq!(count(&portal, json!({})), 0);
    assert_ne!(portal.ok("package_create", json!({"name": "gone"}))["id"], made["id"]);
}

#[test]
fn what_is_acknowledged_is_there_after_a_restart() {
    let portal = portal();
    for number in 0..20 {
        drop(portal.ok("package_create", json!({"name": format!("number-{number}"), "title": "Сан"})));
    }
    let portal = portal.restart();
    assert_eq!(count(&portal, json!({"q": "сан"})), 20);
}

#[test]
fn parallel_creates_of_one_name_have_one_winner() {
    let portal = portal();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| portal.call(&TestApp::site(), "package_create", json!({"name": "one"})))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(Value::Object(error.dict().fields().clone()), json!({"name": ["That URL is already in use."]}));
    }
}

#[test]
fn ids_are_the_servers_unless_a_sysadmin_says_otherwise() {
    let portal = portal();
    let id = "11111111-1111-4111-8111-111111111111";
    assert_eq!(portal.ok("package_create", json!({"name": "mine", "id": id}))["id"], id);
    let again = portal.call(&TestApp::site(), "package_create", json!({"name": "other", "id": id})).unwrap_err();
    assert_eq!(Value::Object(again.dict().fields().clone()), json!({"id": ["Dataset id already exists"]}));
    let bad = portal.call(&TestApp::site(), "package_create", json!({"name": "other", "id": "../../x"})).unwrap_err();
    assert_eq!(Value::Object(bad.dict().fields().clone()), json!({"id": ["Invalid id provided"]}));
}

#[test]
fn the_index_equals_the_database_after_a_rebuild_under_writes() {
    let portal = portal();
    for number in 0..30 {
        drop(portal.ok("package_create", json!({"name": format!("before-{number}")})));
    }
    let feed = portal.app.feed().unwrap().clone();
    let rebuilt = feed.request_rebuild();
    for number in 0..30 {
        drop(portal.ok("package_create", json!({"name": format!("during-{number}")})));
    }
    rebuilt.recv_timeout(std::time::Duration::from_secs(60)).unwrap().unwrap();
    assert_eq!(count(&portal, json!({})), 60);
    drop(portal.ok("package_delete", json!({"id": "during-3"})));
    assert_eq!(count(&portal, json!({})), 59);
}

#[test]
fn a_dataset_whose_document_is_damaged_is_shown_changed_deleted_and_purged_all_the_same() {
    let mut portal = TestApp::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        // Nothing says of resources whether they are in a DataStore.
        settings.every_plugin = false;
    });
    drop(portal.ok("group_create", json!({"name": "group1"})));
    let made: Vec<Value> = ["one", "two", "three", "four"]
        .map(|name| {
            let resource = json!({"url": "http://x.org/a.csv", "name": "r", "own": [1, {"a": null}], "size": 7});
            portal.ok("package_create", json!({
            "name": name, "title": "T", "notes": "N", "license_id": "cc-by", "private": false, "groups": [{"name": "group1"}],
            "extras": [{"key": "k", "value": "v"}], "tags": [{"name": "bb"}, {"name": "aa"}], "resources": [resource, {"url": "x"}],
            "title_translated": {"ky": "K"}, "author_email": "a@example.org",
        }))
        })
        .into();
    let mut connection = portal.database.connect();
    for (dataset, body) in made.iter().zip(["", "{\"id\": \"x", "left(body, length(body) / 2)", "{\"resources\": 5"]) {
        let body = if body.starts_with("left") { body.to_owned() } else { format!("'{body}'") };
        let sql = format!("update package_document set body = {body} where id = {}", dataset["id"].to_string().replace('"', "'"));
        diesel::sql_query(sql).execute(&mut connection).unwrap();
    }
    // Those in memory are whole.
    portal = portal.restart();
    for (dataset, name) in made.iter().zip(["one", "two", "three"]) {
        let mut shown = portal.ok("package_show", json!({"id": name}));
        for told in ["license_title", "license_url", "isopen"] {
            shown[told] = dataset[told].clone();
        }
        assert_eq!(shown, *dataset);
    }
    let patched = portal.ok("package_patch", json!({"id": "one", "title": "Other"}));
    assert_eq!((&patched["title"], &patched["extras"], &patched["isopen"]), (&json!("Other"), &made[0]["extras"], &json!(true)));
    drop(portal.ok("package_delete", json!({"id": "two"})));
    assert_eq!(portal.ok("package_show", json!({"id": made[1]["id"]}))["state"], "deleted");
    for dataset in &made {
        drop(portal.ok("dataset_purge", json!({"id": dataset["id"]})));
        let gone = portal.call(&TestApp::site(), "package_show", json!({"id": dataset["id"]})).unwrap_err();
        assert_eq!(gone.kind(), base::Kind::NotFound);
    }
}
