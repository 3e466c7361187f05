//! The site: status, help, licences, tags.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::faults;

#[test]
fn clients_recognise_a_ckan() {
    let portal = TestApp::with(|settings| {
        settings.plugins = ["harvest", "xloader", "stats", "no_such"].map(str::to_owned).to_vec();
        settings.hide_version = true;
    });
    let status = portal.call(&Actor::anonymous(), "status_show", json!({})).unwrap();
    // CKAN's tests want `stats`, which is pages alone.
    assert_eq!(status["extensions"], json!(["harvest", "stats"]));
    assert_eq!((status.as_object().unwrap().len(), status.get("ckan_version")), (6, None));
    assert_eq!(portal.ok("status_show", json!({}))["ckan_version"], "2.12.0");
    let all = TestApp::new().ok("status_show", json!({}))["extensions"].clone();
    let has = |name: &str| all.as_array().unwrap().contains(&json!(name));
    assert!(has("activity") && has("image_view") && has("harvest") && !has("datastore"), "{all}");
}

#[test]
fn every_action_has_its_help() {
    let portal = TestApp::new();
    for row in &portal.app.rows {
        let help = portal.call(&Actor::anonymous(), "help_show", json!({"name": row.name})).unwrap();
        let help = help.as_str().unwrap();
        assert!(help.len() > 20, "{}", row.name);
        for field in (row.fields)() {
            assert!(help.contains(&format!("\n:param {}: ", field.name)), "{}: {} | {help}", row.name, field.name);
        }
    }
    let help = portal.ok("help_show", json!({"name": "organization_list"}));
    let begin = ["\n\n:param ", ":type all_fields: boolean, optional", ":type organizations: list of strings, optional"];
    assert!(begin.iter().all(|part| help.as_str().unwrap().contains(part)), "{help}");
    let help = portal.ok("help_show", json!({"name": "package_show"}));
    assert!(help.as_str().unwrap().contains("\n:type id: string\n"), "{help}");
    let missing = portal.call(&Actor::anonymous(), "help_show", json!({"name": "nope"})).unwrap_err();
    assert_eq!((missing.kind(), missing.message()), (Kind::NotFound, "Action function not found"));
    assert_eq!(faults(portal.call(&Actor::anonymous(), "help_show", json!({}))), json!({"name": ["Missing value"]}));
}

#[test]
fn licences_keep_their_texts_of_truth() {
    let licences = TestApp::new().ok("license_list", json!({}));
    assert_eq!(licences.as_array().unwrap().len(), 15);
    assert_eq!((&licences[0]["id"], &licences[0]["is_generic"]), (&json!("notspecified"), &json!("True")));
    assert_eq!(licences[0].as_object().unwrap().len(), 12);
}

#[test]
fn only_tags_of_public_datasets_are_listed() {
    let portal = TestApp::new();
    drop(portal.ok("organization_create", json!({"name": "org1"})));
    for (name, tag, private) in
        [("a", "economy", false), ("b", "Air Quality", false), ("c", "secret", true), ("d", "10_percent", false)]
    {
        drop(portal.ok(
            "package_create",
            json!({"name": format!("{name}-ds"), "owner_org": "org1", "private": private, "tags": [{"name": tag}]}),
        ));
    }
    let list = |input: Value| portal.call(&Actor::anonymous(), "tag_list", input).unwrap();
    assert_eq!(list(json!({})), json!(["10_percent", "Air Quality", "economy"]));
    let found = list(json!({"query": "ECO", "all_fields": true}));
    assert_eq!(
        (&found[0]["name"], &found[0]["display_name"], &found[0]["vocabulary_id"]),
        (&json!("economy"), &json!("economy"), &Value::Null)
    );
    assert_eq!(list(json!({"q": "_"})), json!(["10_percent"]), "a mark of the database's patterns is a letter here");
    let nowhere = portal.call(&Actor::anonymous(), "tag_list", json!({"vocabulary_id": "Genre"})).unwrap_err();
    assert_eq!((nowhere.kind(), nowhere.message()), (Kind::NotFound, "could not find vocabulary 'Genre'"));
    drop(portal.ok("package_delete", json!({"id": "a-ds"})));
    assert_eq!(list(json!({})), json!(["10_percent", "Air Quality"]));
}
