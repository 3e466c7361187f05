//! What waits in the background, as CKAN's job actions tell it.

use base::Kind;
use kit::TestApp;
use serde_json::{Value, json};

use crate::people_of::{actor, faults, user};

#[test]
fn waiting_harvests_are_jobs() {
    let portal = TestApp::new();
    drop(portal.ok("organization_create", json!({"name": "org1"})));
    let source = json!({"name": "far", "title": "Far", "url": "http://203.0.113.1/", "source_type": "ckan", "owner_org": "org1"});
    drop(portal.ok("harvest_source_create", source));
    assert_eq!(portal.ok("job_list", json!({})), json!([]));
    assert_eq!(portal.ok("job_clear", json!({})), json!([]));
    // Nobody runs jobs in this test: they wait.
    let start = || portal.ok("harvest_job_create", json!({"source_id": "far"}))["id"].clone();
    let id = start();
    let listed = portal.ok("job_list", json!({"limit": "5"}));
    assert_eq!((&listed[0]["id"], &listed[0]["title"], &listed[0]["queue"]), (&id, &json!("Harvest far"), &json!("harvest")));
    assert_eq!((listed[0]["created"].as_str().unwrap().len(), listed[0].as_object().unwrap().len()), (19, 4));
    assert_eq!(portal.ok("job_list", json!({"ids_only": true, "queues": ["harvest"]})), json!([id]));
    assert_eq!(portal.ok("job_list", json!({"queues": ["default"]})), json!([]));
    assert_eq!(portal.ok("job_show", json!({"id": id})), listed[0]);
    assert_eq!(portal.ok("job_cancel", json!({"id": id})), Value::Null);
    assert_eq!(portal.call(&TestApp::site(), "job_show", json!({"id": id})).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(portal.ok("harvest_job_show", json!({"id": id}))["status"], "Aborted");
    drop(start());
    assert_eq!(portal.ok("job_clear", json!({"queues": ["default"]})), json!(["default"]));
    assert_eq!(portal.ok("job_clear", json!({})), json!(["harvest"]));
    assert_eq!(portal.ok("job_list", json!({})), json!([]));
}

#[test]
fn jobs_are_for_sysadmins() {
    let portal = TestApp::new();
    user(&portal, "other");
    for action in ["job_list", "job_show", "job_clear", "job_cancel"] {
        let denied = portal.call(&actor(&portal, "other"), action, json!({"id": "x"})).unwrap_err();
        assert_eq!((denied.kind(), denied.message()), (Kind::Denied, ""), "{action}");
    }
    for action in ["job_show", "job_cancel"] {
        assert_eq!(portal.call(&TestApp::site(), action, json!({"id": "nope"})).unwrap_err().kind(), Kind::NotFound);
        assert_eq!(faults(portal.call(&TestApp::site(), action, json!({}))), json!({"id": ["Missing value"]}));
    }
    for (queues, fault) in [(json!("x"), "Not a list"), (json!([5]), "Not a string: 5")] {
        assert_eq!(faults(portal.call(&TestApp::site(), "job_list", json!({"queues": queues}))), json!({"queues": [fault]}));
    }
}
