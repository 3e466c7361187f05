//! Resources: written one by one, in parallel, never lost.

use kit::TestApp;
use serde_json::{Value, json};

fn portal() -> TestApp {
    TestApp::with(|settings| settings.auth.create_unowned_dataset = true)
}

#[test]
fn a_resource_lives_through_its_dataset() {
    let portal = portal();
    drop(portal.ok("package_create", json!({"name": "data"})));
    let made = portal.ok("resource_create", json!({"package_id": "data", "url": "http://x.org/z.xls", "note": ["own"]}));
    assert_eq!(
        (&made["format"], &made["mimetype"], &made["note"]),
        (&json!("XLS"), &json!("application/vnd.ms-excel"), &json!(["own"]))
    );
    assert_eq!(portal.ok("resource_show", json!({"id": made["id"]})), made);
    let patched = portal.ok("resource_patch", json!({"id": made["id"], "description": "d"}));
    assert_eq!((&patched["description"], &patched["note"]), (&json!("d"), &json!(["own"])));
    let updated = portal.ok("resource_update", json!({"id": made["id"], "url": "http://x.org/y"}));
    assert_eq!((&updated["description"], &updated["format"], &updated.get("note")), (&Value::Null, &json!("XLS"), &None));
    let bad = portal.call(&TestApp::site(), "resource_patch", json!({"id": made["id"], "size": "abc"})).unwrap_err();
    assert_eq!(Value::Object(bad.dict().fields().clone()), json!({"size": ["Invalid integer"]}));
    assert_eq!(portal.ok("resource_delete", json!({"id": made["id"]})), Value::Null);
    assert_eq!(portal.ok("package_show", json!({"id": "data"}))["num_resources"], 0);
}

#[test]
fn a_site_spells_formats_its_own_way() {
    let list = "[[\"Table\", \"A table\", \"text/csv\", [\"csv\"]]]";
    let portal = TestApp::with(|settings| {
        settings.auth.create_unowned_dataset = true;
        settings.formats = std::sync::Arc::new(model::format::Formats::parse(list).unwrap());
    });
    let resources = json!([{"url": "http://x.org/a.csv"}, {"url": "x", "format": "A TABLE"}, {"url": "x", "format": "xls"}]);
    let made = portal.ok("package_create", json!({"name": "data", "resources": resources}));
    let formats: Vec<&Value> = made["resources"].as_array().unwrap().iter().map(|resource| &resource["format"]).collect();
    assert_eq!(formats, ["Table", "Table", "xls"]);
    let known = portal.ok("format_autocomplete", json!({"q": "tab"}));
    assert_eq!(known, json!(["table"]));
}

#[test]
fn two_hundred_parallel_resources_all_survive() {
    let portal = portal();
    drop(portal.ok("package_create", json!({"name": "busy"})));
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let portal = &portal;
            scope.spawn(move || {
                for number in 0..25 {
                    drop(
                        portal.ok(
                            "resource_create",
                            json!({"package_id": "busy", "url": format!("http://x.org/{worker}/{number}")}),
                        ),
                    );
                }
            });
        }
    });
    let dataset = portal.ok("package_show", json!({"id": "busy"}));
    assert_eq!(dataset["num_resources"], 200);
    let places: Vec<i64> = dataset["resources"].as_array().unwrap().iter().map(|one| one["position"].as_i64().unwrap()).collect();
    assert_eq!(places, (0..200).collect::<Vec<i64>>());
}

#[test]
fn nobody_takes_a_resource_of_another_dataset() {
    let portal = portal();
    let mine = portal.ok("package_create", json!({"name": "mine", "resources": [{"url": "http://x.org/mine"}]}));
    let id = &mine["resources"][0]["id"];
    for sent in [
        json!({"name": "thief", "resources": [{"id": id, "url": "http://evil"}]}),
        json!({"name": "thief", "resources": [{"url": "a"}, {"id": id}]}),
    ] {
        let error = portal.call(&TestApp::site(), "package_create", sent).unwrap_err();
        assert!(error.dict().fields()["resources"].to_string().contains("Resource id already exists."));
    }
    assert_eq!(portal.ok("resource_show", json!({"id": id}))["url"], "http://x.org/mine");
}
