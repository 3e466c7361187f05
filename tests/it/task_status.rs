//! What services tell of their tasks, and translations of terms.

use auth::Actor;
use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

#[test]
fn a_task_has_one_status_a_key() {
    let portal = TestApp::new();
    let sent = json!({"entity_id": "a", "entity_type": "resource", "task_type": "t", "key": "k", "value": "v", "state": "s", "error": "e"});
    let made = portal.ok("task_status_update", sent.clone());
    assert_eq!(made.as_object().unwrap().len(), 9);
    assert!(made["last_updated"].is_string());
    let again = portal.ok("task_status_update", json!({"entity_id": "a", "entity_type": "package", "task_type": "t", "key": "k", "value": "w", "last_updated": "2026-01-02"}));
    assert_eq!((&again["id"], &again["value"], &again["state"]), (&made["id"], &json!("w"), &json!("s")));
    assert_eq!(again["last_updated"], "2026-01-02T00:00:00");
    let anyone = Actor::anonymous();
    for input in [json!({"id": made["id"]}), json!({"entity_id": "a", "task_type": "t", "key": "k"})] {
        assert_eq!(portal.call(&anyone, "task_status_show", input).unwrap(), again);
    }
    let many = portal.ok(
        "task_status_update_many",
        json!({"data": [sent, {"entity_id": "b", "entity_type": "x", "task_type": "t", "key": "k", "value": 5}]}),
    );
    assert_eq!((&many["results"][0]["id"], &many["results"][1]["value"]), (&made["id"], &json!("5")));
    assert_eq!(portal.ok("task_status_delete", json!({"id": made["id"]})), Value::Null);
    assert_eq!(portal.call(&anyone, "task_status_show", json!({"id": made["id"]})).unwrap_err().kind(), Kind::NotFound);
}

#[test]
fn faults_and_rights_of_task_statuses() {
    let portal = TestApp::new();
    user(&portal, "other");
    let other = actor(&portal, "other");
    assert_eq!(
        faults(portal.call(&TestApp::site(), "task_status_update", json!({"last_updated": "soon"}))),
        json!({
            "entity_id": ["Missing value"], "entity_type": ["Missing value"], "task_type": ["Missing value"],
            "key": ["Missing value"], "last_updated": ["Date format incorrect"],
        })
    );
    let missing = portal.call(&TestApp::site(), "task_status_update", json!({"id": "zz"})).unwrap_err();
    assert_eq!((missing.kind(), missing.message()), (Kind::NotFound, "TaskStatus was not found."));
    for (action, input) in [("task_status_update", json!({})), ("task_status_update_many", json!({"data": [{}]}))] {
        let denied = portal.call(&other, action, input).unwrap_err();
        assert_eq!((denied.kind(), denied.message()), (Kind::Denied, "User other not authorized to update task_status table"));
    }
    assert_eq!(portal.call(&other, "task_status_delete", json!({"id": "zz"})).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(faults(portal.call(&other, "task_status_show", json!({}))), json!({"entity_id": ["Missing value"]}));
    assert_eq!(
        faults(portal.call(&TestApp::site(), "task_status_update_many", json!({"data": [5]}))),
        json!({"data": ["Must be a list of dicts"]})
    );
}

#[test]
fn terms_have_a_translation_a_language() {
    let portal = TestApp::new();
    user(&portal, "other");
    let long = "a".repeat(10_000);
    let many = json!([
        {"term": "суу", "term_translation": "вода", "lang_code": "ru"},
        {"term": "суу", "term_translation": "water", "lang_code": "en"},
        {"term": "суу", "term_translation": "the water", "lang_code": "en"},
        {"term": long, "term_translation": "long", "lang_code": "en"},
    ]);
    assert_eq!(portal.ok("term_translation_update_many", json!({"data": many})), json!({"success": "4 rows updated"}));
    let show = |input: Value| portal.call(&Actor::anonymous(), "term_translation_show", input).unwrap();
    assert_eq!(
        show(json!({"terms": "суу"})),
        json!([
            {"term": "суу", "term_translation": "вода", "lang_code": "ru"},
            {"term": "суу", "term_translation": "the water", "lang_code": "en"},
        ])
    );
    assert_eq!(show(json!({"terms": ["суу", "x"], "lang_codes": ["ru"]}))[0]["term_translation"], "вода");
    assert_eq!(show(json!({"terms": [], "lang_codes": "en"})).as_array().unwrap().len(), 2);
    let site = TestApp::site();
    assert_eq!(faults(portal.call(&site, "term_translation_show", json!({}))), json!({"terms": "terms not in data"}));
    assert_eq!(
        faults(portal.call(&site, "term_translation_update_many", json!({"data": "x"}))),
        json!({"error": "Must be a list of dicts"})
    );
    assert_eq!(
        faults(portal.call(&site, "term_translation_update", json!({"term": "a"}))),
        json!({"term_translation": ["Missing value"], "lang_code": ["Missing value"]})
    );
    let denied = portal.call(&actor(&portal, "other"), "term_translation_update", json!({})).unwrap_err();
    assert_eq!(denied.message(), "User other not authorized to update term_translation table");
}
